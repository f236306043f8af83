"use client";

import { CircleUserRound, LogOut } from "lucide-react";
import { Popover } from "@/components/popover.tsx";
import { SignOutButton } from "@/features/auth/sign-out-button.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { useUser } from "./use-user.ts";

export function AccountMenu({ className }: { className: string }) {
  const { displayName, email, timeZone } = useUser();
  return (
    <Popover
      button={
        <>
          <CircleUserRound aria-hidden className="size-5 shrink-0" />
          <span className="md:hidden">Account</span>
          <span className="hidden truncate md:inline">{displayName || email}</span>
        </>
      }
      buttonClassName={className}
      panelClassName="end-2 bottom-full mb-2 w-64 md:start-0 md:end-auto"
    >
      <div className="grid min-w-0 text-sm text-soft">
        <span className="truncate text-base font-medium text-ink">{displayName || "You"}</span>
        <span className="truncate">{email}</span>
        <span className="truncate">{timeZone.replaceAll("_", " ")}</span>
      </div>
      <ThemeSwitch />
      <SignOutButton>
        <LogOut aria-hidden className="size-4.5" />
        Sign out
      </SignOutButton>
    </Popover>
  );
}
