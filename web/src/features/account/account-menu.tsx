"use client";

import { CircleUserRound } from "lucide-react";
import { useTranslations } from "use-intl";
import { Popover } from "@/components/popover.tsx";
import { later } from "@/lib/later.tsx";
import { useUser } from "./use-user.ts";

const AccountPanel = later(() => import("./account-panel.tsx"));

/** Who is signed in, and the pages that are about their account and not about their days. */
export function AccountMenu({ className }: { className: string }) {
  const words = useTranslations("common");
  const { displayName, email } = useUser();
  return (
    <Popover
      button={
        <>
          <CircleUserRound aria-hidden className="size-5 shrink-0" />
          <span className="md:hidden">{words("account")}</span>
          <span className="hidden truncate md:inline">{displayName || email}</span>
        </>
      }
      buttonClassName={className}
      panelClassName="end-2 bottom-full mb-2 w-64 md:start-0 md:end-auto"
    >
      {(close) => <AccountPanel close={close} />}
    </Popover>
  );
}
