"use client";

import { type ReactNode, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";

interface Props {
  /** What there is to see, in words. */
  heading: string;
  level?: 2 | 3;
  /** How to read it. */
  note?: ReactNode;
  /** The same in figures: a `DataTable`. */
  table: ReactNode;
  children: ReactNode;
}

/** A chart under a heading that says what it shows, and its table for who would rather read. Paper has both. */
export function Figure({ heading, level = 3, note, table, children }: Props) {
  const t = useTranslations("charts");
  const id = useId();
  const [isTable, setIsTable] = useState(false);
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <figure aria-labelledby={id} className="grid gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <div className="grid min-w-0 flex-1 basis-64 gap-1">
          <Heading id={id} className="text-lg font-medium text-pretty">
            {heading}
          </Heading>
          {note && <p className="text-sm text-soft">{note}</p>}
        </div>
        <Button
          look="quiet"
          aria-pressed={isTable}
          className="-mx-2.5 min-h-11 text-sm sm:mx-0 print:hidden"
          onClick={() => setIsTable(!isTable)}
        >
          {t("asTable")}
        </Button>
      </div>
      {!isTable && <div className="min-w-0 break-inside-avoid">{children}</div>}
      <div className={isTable ? "min-w-0" : "hidden min-w-0 print:block"}>{table}</div>
    </figure>
  );
}
