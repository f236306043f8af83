"use client";

import { Ellipsis } from "lucide-react";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { later } from "@/lib/later.tsx";
import { currentIn, PLACES } from "./places.ts";

const MoreSheet = later(() => import("./more-sheet.tsx"));

/** The places that the bar of a phone has no room for, in a sheet. */
export function MorePlaces({ className }: { className: string }) {
  const t = useTranslations("journal.places");
  const pathname = usePathname();
  const [isOpen, setIsOpen] = useState(false);
  const holdsCurrent = PLACES.some(({ places }) =>
    places.some(({ href, isInBar }) => !isInBar && currentIn(pathname, href) !== undefined),
  );
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
      {isOpen && <MoreSheet close={() => setIsOpen(false)} />}
    </>
  );
}
