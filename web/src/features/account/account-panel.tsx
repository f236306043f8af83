"use client";

import { Building2, LogOut, Server, Settings } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { SignOutButton } from "@/features/auth/sign-out-button.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { useUser } from "./use-user.ts";

const linkLook =
  "flex min-h-9 items-center gap-2.5 rounded-md px-2 text-base text-soft transition-colors hover:bg-wash hover:text-ink";

/** What the menu of the account holds. */
export default function AccountPanel({ close }: { close: () => void }) {
  const t = useTranslations("journal");
  const words = useTranslations();
  const { displayName, email, timeZone, platformRole } = useUser();
  return (
    <>
      <div className="grid min-w-0 px-2 text-sm text-soft">
        <span className="truncate text-base font-medium text-ink">
          {displayName || t("account.you")}
        </span>
        <span className="truncate">{email}</span>
        <span className="truncate">{timeZone.replaceAll("_", " ")}</span>
      </div>
      <ul className="grid gap-0.5">
        <li>
          <Link href="/settings" className={linkLook} onClick={close}>
            <Settings aria-hidden className="size-4.5" />
            {t("places.settings")}
          </Link>
        </li>
        <li>
          <Link href="/tenant" className={linkLook} onClick={close}>
            <Building2 aria-hidden className="size-4.5" />
            {t("places.tenant")}
          </Link>
        </li>
        {platformRole === "superadmin" && (
          <li>
            <Link href="/admin" className={linkLook} onClick={close}>
              <Server aria-hidden className="size-4.5" />
              {t("places.admin")}
            </Link>
          </li>
        )}
      </ul>
      <ThemeSwitch />
      <SignOutButton>
        <LogOut aria-hidden className="size-4.5" />
        {words("auth.signOut.label")}
      </SignOutButton>
    </>
  );
}
