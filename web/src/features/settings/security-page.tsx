"use client";

import { useTranslations } from "use-intl";
import { PageHeading } from "@/components/page-heading.tsx";
import { Passkeys } from "./passkeys.tsx";
import { PasswordSection } from "./password-section.tsx";
import { TotpSection } from "./totp-section.tsx";

export function SecurityPage() {
  const t = useTranslations("settings");
  return (
    <>
      <PageHeading title={t("places.security")} />
      <div className="grid gap-10">
        <TotpSection />
        <Passkeys />
        <PasswordSection />
      </div>
    </>
  );
}
