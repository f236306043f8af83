"use client";

import { CalendarDays, NotebookPen } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Wordmark } from "@/components/mark.tsx";
import { UnsavedNotice } from "@/features/entries/unsaved-notice.tsx";
import { AccountMenu } from "./account-menu.tsx";

const itemLook =
  "flex min-h-14 w-full min-w-0 flex-col items-center justify-center gap-0.5 rounded-md px-2 text-xs font-medium text-soft transition-colors hover:text-ink md:min-h-10 md:flex-row md:justify-start md:gap-3 md:px-3 md:text-base md:hover:bg-wash";

/** The pages that are always at hand. One more is one line more, and its name in the messages. */
const PLACES = [
  { href: "/today", name: "today", Sign: NotebookPen },
  { href: "/calendar", name: "calendar", Sign: CalendarDays },
] as const;

/** The frame of the private pages: a sidebar, or a bar at the bottom where there is no room for one. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTranslations("journal.places");
  const words = useTranslations("common");
  const pathname = usePathname();
  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[14rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-30 focus:rounded-md focus:bg-accent focus:px-4 focus:py-2 focus:text-on-accent"
      >
        {words("skip")}
      </a>
      <header className="fixed inset-x-0 bottom-0 z-10 border-t border-line bg-desk md:sticky md:top-0 md:bottom-auto md:flex md:h-dvh md:flex-col md:border-e md:border-t-0 md:p-4">
        <Link href="/today" className="mb-7 hidden rounded-sm px-2 pt-2 md:block">
          <Wordmark />
          <span className="sr-only">{t("toToday")}</span>
        </Link>
        <UnsavedNotice className="md:order-last md:mb-2 md:mt-auto" />
        <nav aria-label={t("main")} className="flex md:flex-1 md:flex-col md:gap-1">
          {PLACES.map(({ href, name, Sign }) => (
            <Link
              key={href}
              href={href}
              aria-current={pathname === href ? "page" : undefined}
              className={`${itemLook} aria-[current]:text-accent md:aria-[current]:bg-wash`}
            >
              <Sign aria-hidden className="size-5 shrink-0" />
              {t(name)}
            </Link>
          ))}
          <div className="w-full md:mt-auto">
            <AccountMenu className={itemLook} />
          </div>
        </nav>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-[54rem] px-5 pt-8 pb-28 outline-none sm:px-8 md:px-10 md:pt-14 md:pb-16"
      >
        {children}
      </main>
    </div>
  );
}
