"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Wordmark } from "@/components/mark.tsx";
import { UnsavedNotice } from "@/features/entries/unsaved-notice.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { MorePlaces } from "./more-places.tsx";
import { currentIn, PLACES } from "./places.ts";

const itemLook =
  "flex min-h-14 w-full min-w-0 flex-col items-center justify-center gap-0.5 rounded-md px-1 text-xs font-medium text-soft transition-colors hover:text-ink aria-[current]:text-accent md:min-h-9 md:flex-row md:justify-start md:gap-3 md:px-3 md:text-base md:hover:bg-wash md:aria-[current]:bg-wash";

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
        <nav aria-label={t("main")} className="flex min-h-0 md:flex-1 md:flex-col md:gap-4">
          <div className="contents md:-mx-2 md:grid md:min-h-0 md:content-start md:gap-6 md:overflow-y-auto md:p-2 md:pt-0.5">
            {PLACES.map(({ group, places }) => (
              <ul key={group} aria-label={t(group)} className="contents md:grid md:gap-0.5">
                {places.map(({ href, name, Sign, isInBar }) => (
                  <li key={href} className={isInBar ? "w-full min-w-0" : "hidden md:block"}>
                    <Link
                      href={href}
                      prefetch={isInBar ? null : false}
                      aria-current={currentIn(pathname, href)}
                      className={itemLook}
                    >
                      <Sign aria-hidden className="size-5 shrink-0" />
                      {t(name)}
                    </Link>
                  </li>
                ))}
              </ul>
            ))}
          </div>
          <div className="w-full min-w-0 md:hidden">
            <MorePlaces className={itemLook} />
          </div>
          <div className="w-full min-w-0 md:mt-auto">
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
