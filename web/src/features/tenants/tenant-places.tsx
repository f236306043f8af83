"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Places } from "@/components/places.tsx";
import { useUser } from "@/features/account/use-user.ts";

const PLACES = [
  { href: "/tenant", name: "general", isForAll: true },
  { href: "/tenant/members", name: "members", isForAll: false },
  { href: "/tenant/invitations", name: "invitations", isForAll: false },
  { href: "/tenant/activity", name: "activity", isForAll: false },
] as const;

/** The pages about the organisation: members are shown the way to the first alone, and the API gives them no more. */
export function TenantPlaces({ children }: { children: ReactNode }) {
  const t = useTranslations("tenant");
  const { role } = useUser();
  const places = PLACES.filter(({ isForAll }) => isForAll || role !== "member").map(
    ({ href, name }) => ({ href, name: t(`places.${name}`) }),
  );
  return (
    <Places label={t("title")} places={places}>
      {children}
    </Places>
  );
}
