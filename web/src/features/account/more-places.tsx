"use client";

import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Sheet } from "@/components/sheet.tsx";
import { currentIn, PLACES } from "./places.ts";

/** The places that the bar of a phone has no room for, in a sheet. */
export function MorePlaces({ className }: { className: string }) {
  const t = useTranslations("journal.places");
  const pathname = usePathname();
  const [isOpen, setIsOpen] = useState(false);
  const groups = PLACES.map(({ group, places }) => ({
    group,
    places: places.filter(({ isInBar }) => !isInBar),
  }));
  const holdsCurrent = groups.some(({ places }) =>
    places.some(({ href }) => currentIn(pathname, href) !== undefined),
  );
  const close = () => setIsOpen(false);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-current={holdsCurrent ? "true" : undefined}
        className={className}
        onClick={() => setIsOpen(true)}
      >
        <Ellipsis aria-hidden className="size-5 shrink-0" />
        {t("more")}
      </button>
      {isOpen && (
        <Sheet title={t("more")} onDismiss={close}>
          {groups.map(({ group, places }) => (
            <section key={group} className="grid gap-1">
              <h3 className="px-3 text-sm text-faint">{t(group)}</h3>
              <ul className="grid grid-cols-2 gap-1">
                {places.map(({ href, name, Sign }) => (
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
      )}
    </>
  );
}
