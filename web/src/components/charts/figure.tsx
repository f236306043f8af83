"use client";

import { Table2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslations } from "use-intl";

interface Props {
  /** What there is to see, in words. */
  heading: string;
  level?: 2 | 3;
  /** More of what there is to see. */
  note?: ReactNode;
  /** How to read the chart; stands below it. */
  reading?: ReactNode;
  /** The same in figures: a `DataTable`. */
  table: ReactNode;
  children: ReactNode;
}

/** A chart under a heading that says what it shows, and its table for who would rather read. Paper has both. */
export function Figure({ heading, level = 3, note, reading, table, children }: Props) {
  const t = useTranslations("charts");
  const id = useId();
  const [isTable, setIsTable] = useState(false);
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <figure aria-labelledby={id} className="grid gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <div className="grid min-w-0 flex-1 basis-48 gap-1">
          <Heading id={id} className="text-lg font-medium text-pretty">
            {heading}
          </Heading>
          {note && <p className="text-sm text-soft">{note}</p>}
        </div>
        <button
          type="button"
          aria-pressed={isTable}
          className="-me-3 inline-flex min-h-11 items-center gap-2 rounded-md px-3 text-sm text-soft transition-colors hover:bg-wash hover:text-ink aria-pressed:bg-wash aria-pressed:text-accent sm:min-h-9 print:hidden"
          onClick={() => setIsTable(!isTable)}
        >
          <Table2 aria-hidden className="size-4" />
          {t("asTable")}
        </button>
      </div>
      {!isTable && (
        <div className="grid min-w-0 gap-3 break-inside-avoid">
          {children}
          {reading && <p className="text-sm text-faint">{reading}</p>}
        </div>
      )}
      <div className={isTable ? "min-w-0" : "hidden min-w-0 print:block"}>{table}</div>
    </figure>
  );
}
