"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import { Sheet } from "@/components/sheet.tsx";
import { currentIn, PLACES } from "./places.ts";

/** The places that the bar of a phone has no room for. */
export default function MoreSheet({ close }: { close: () => void }) {
  const t = useTranslations("journal.places");
  const pathname = usePathname();
  return (
    <Sheet title={t("more")} onDismiss={close}>
      {PLACES.map(({ group, places }) => (
        <section key={group} className="grid gap-1">
          <h3 className="px-3 text-sm text-faint">{t(group)}</h3>
          <ul className="grid grid-cols-2 gap-1">
            {places
              .filter(({ isInBar }) => !isInBar)
              .map(({ href, name, Sign }) => (
                <li key={href}>
                  <Link
                    href={href}
                    prefetch={false}
                    aria-current={currentIn(pathname, href)}
                    className="flex min-h-12 items-center gap-3 rounded-md px-3 text-base text-soft transition-colors hover:bg-wash hover:text-ink aria-[current]:bg-wash aria-[current]:font-medium aria-[current]:text-accent"
                    onClick={close}
                  >
                    <Sign aria-hidden className="size-5 shrink-0" />
                    <span className="min-w-0">{t(name)}</span>
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Sheet>
  );
}
