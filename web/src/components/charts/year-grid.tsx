"use client";

import Link from "next/link";
import { type KeyboardEvent, memo, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { type Day, formatDay, type Month, monthOf } from "@/lib/day.ts";
import { dayAfterKey, daysOfMonth, monthsOf } from "./year.ts";

/** How a day is drawn, and what is said of it. */
export interface Pixel {
  /** Classes of its fill and of its mark. */
  readonly look: string;
  /** Tells it from others without its colour: two characters at most. */
  readonly mark: string;
  /** In words, after the day. */
  readonly says: string;
}

interface Props {
  /** What the days are coloured by. */
  label: string;
  year: number;
  /** The last day that can be opened: later ones are to come. */
  until: Day;
  pixelOf: (day: Day) => Pixel;
  locale: string;
}

/**
 * The days of a year, a month a row; where there is no room for 31 beside each other, a month a column. Each leads to its
 * day. Tab reaches one of them, arrows the others; what it says stands below as well.
 */
export function YearGrid({ label, year, until, pixelOf, locale }: Props) {
  const t = useTranslations("charts.year");
  const months = useMemo(() => monthsOf(year), [year]);
  const first = `${months[0] ?? ""}-01`;
  const end = `${months[11] ?? ""}-31`;
  const last = until < end ? until : end;
  const [moved, setMoved] = useState<Day>();
  const [read, setRead] = useState<Day>();
  const grid = useRef<HTMLDivElement>(null);
  const isMoving = useRef(false);
  const active = moved !== undefined && moved >= first && moved <= last ? moved : last;

  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    grid.current?.querySelector<HTMLElement>("a[tabindex='0']")?.focus();
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isUpright =
      grid.current !== null && getComputedStyle(grid.current).flexDirection === "row";
    const target = dayAfterKey(event.key, active, { first, last, isUpright });
    if (target === undefined) return;
    event.preventDefault();
    isMoving.current = target !== active;
    setMoved(target);
  };
  const readFrom = (target: EventTarget) => {
    const day = target instanceof Element ? target.closest<HTMLElement>("[data-day]") : null;
    setRead(day?.dataset["day"]);
  };

  return (
    <div className="@container grid gap-2">
      <div
        ref={grid}
        role="grid"
        aria-label={label}
        className="flex @min-[49rem]:flex-col"
        onKeyDown={onKeyDown}
        onFocus={({ target }) => readFrom(target)}
        onBlur={() => setRead(undefined)}
        onPointerOver={({ target }) => readFrom(target)}
        onPointerLeave={() => setRead(undefined)}
      >
        <DayNumbers />
        {months.map((month) => (
          <MonthOfDays
            key={month}
            month={month}
            last={last}
            active={monthOf(active) === month ? active : undefined}
            pixelOf={pixelOf}
            locale={locale}
          />
        ))}
      </div>
      {/* Who hears the days hears each by its link. */}
      <p aria-hidden className="min-h-12 text-sm text-soft sm:min-h-6 print:hidden">
        {read === undefined ? t("howToRead") : spoken(read, pixelOf, locale)}
      </p>
    </div>
  );
}

const spoken = (day: Day, pixelOf: Props["pixelOf"], locale: string) =>
  `${formatDay(day, locale, { weekday: "long", day: "numeric", month: "long" })}: ${pixelOf(day).says}`;

const rowLook = "flex min-w-0 flex-1 flex-col @min-[49rem]:flex-none @min-[49rem]:flex-row";
const headLook = "flex h-6 shrink-0 items-center text-xs text-faint";

function DayNumbers() {
  const t = useTranslations("charts.year");
  return (
    <div
      role="row"
      className="flex w-5 shrink-0 flex-col @min-[49rem]:w-auto @min-[49rem]:flex-row"
    >
      <div role="columnheader" className={`${headLook} @min-[49rem]:w-10`}>
        <span className="sr-only">{t("month")}</span>
      </div>
      {Array.from({ length: 31 }, (_, index) => (
        <div
          key={index}
          role="columnheader"
          className={`${headLook} tabular-nums @min-[49rem]:flex-1 @min-[49rem]:justify-center`}
        >
          {index + 1}
        </div>
      ))}
    </div>
  );
}

interface MonthProps {
  month: Month;
  last: Day;
  active: Day | undefined;
  pixelOf: (day: Day) => Pixel;
  locale: string;
}

/** Drawn anew only when something in it changes: a year of days is drawn while somebody moves through it. */
const MonthOfDays = memo(function MonthOfDays({
  month,
  last,
  active,
  pixelOf,
  locale,
}: MonthProps) {
  const nameIn = (style: "narrow" | "short" | "long") =>
    formatDay(`${month}-01`, locale, { month: style });
  return (
    <div role="row" className={rowLook}>
      <div
        role="rowheader"
        className={`${headLook} justify-center @min-[49rem]:w-10 @min-[49rem]:justify-start`}
      >
        <span aria-hidden className="@min-[49rem]:hidden">
          {nameIn("narrow")}
        </span>
        <span aria-hidden className="hidden @min-[49rem]:inline">
          {nameIn("short")}
        </span>
        <span className="sr-only">{nameIn("long")}</span>
      </div>
      {daysOfMonth(month).map((day) => (
        <div
          key={day}
          role="gridcell"
          className="h-6 min-w-0 p-px @min-[49rem]:min-w-6 @min-[49rem]:flex-[0_1_calc((100%-2.5rem)/31)]"
        >
          {day <= last ? (
            <Link
              href={`/day/${day}`}
              prefetch={false}
              data-day={day}
              tabIndex={day === active ? 0 : -1}
              aria-label={spoken(day, pixelOf, locale)}
              className={`flex size-full items-center justify-center rounded-[0.1875rem] text-[0.625rem] leading-none font-medium tabular-nums focus-visible:relative focus-visible:z-10 ${pixelOf(day).look}`}
            >
              {pixelOf(day).mark}
            </Link>
          ) : (
            <span className="sr-only">
              {formatDay(day, locale, { day: "numeric", month: "long" })}
            </span>
          )}
        </div>
      ))}
    </div>
  );
});
