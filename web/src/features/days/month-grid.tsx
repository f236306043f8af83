"use client";

import Link from "next/link";
import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import {
  addDays,
  addMonths,
  dayInMonth,
  formatDay,
  isDay,
  monthOf,
  weekdayOf,
  weeksOf,
} from "@/lib/day.ts";
import { Tally } from "./tally.tsx";

interface Props {
  month: string;
  today: string;
  /** The one day that Tab reaches; arrows move it. */
  active: string;
  weekStartsOn: number;
  locale: string;
  counts: ReadonlyMap<string, number> | undefined;
  onMove: (day: string) => void;
}

export function MonthGrid({ month, today, active, weekStartsOn, locale, counts, onMove }: Props) {
  const t = useTranslations("journal.calendar");
  const grid = useRef<HTMLTableElement>(null);
  const isMoving = useRef(false);
  const weeks = weeksOf(month, weekStartsOn);
  const labelOf = (day: string) => {
    const date = formatDay(day, locale, { weekday: "long", day: "numeric", month: "long" });
    const count = counts?.get(day) ?? 0;
    return count === 0 ? date : t("dayLabel", { day: date, count });
  };

  // In the commit that takes the focused day away, so that no key is pressed into nothing.
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    grid.current?.querySelector<HTMLElement>("a[tabindex='0']")?.focus();
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    const target = targetOf(event.key, active, weekStartsOn);
    if (target === undefined || !isDay(target) || event.altKey || event.ctrlKey || event.metaKey)
      return;
    event.preventDefault();
    isMoving.current = true;
    onMove(target);
  };

  return (
    <table
      ref={grid}
      role="grid"
      aria-label={formatDay(`${month}-01`, locale, { month: "long", year: "numeric" })}
      onKeyDown={onKeyDown}
      className="w-full table-fixed border-collapse"
    >
      <thead>
        <tr>
          {weeks[0]?.map((day) => (
            <th
              key={day}
              scope="col"
              className="pb-2 ps-1 sm:ps-2 text-start text-sm font-medium text-faint"
            >
              <span aria-hidden>{formatDay(day, locale, { weekday: "short" })}</span>
              <span className="sr-only">{formatDay(day, locale, { weekday: "long" })}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((day) => (
              <td key={day} className="border-t border-line p-0 align-top">
                {isDay(day) && (
                  <DayCell
                    day={day}
                    count={counts?.get(day) ?? 0}
                    label={labelOf(day)}
                    isToday={day === today}
                    isActive={day === active}
                    isOutside={monthOf(day) !== month}
                  />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  day: string;
  count: number;
  label: string;
  isToday: boolean;
  isActive: boolean;
  isOutside: boolean;
}

function DayCell({ day, count, label, isToday, isActive, isOutside }: CellProps) {
  const tone = isOutside ? "text-faint" : "text-ink";
  return (
    <Link
      href={`/day/${day}`}
      prefetch={false}
      tabIndex={isActive ? 0 : -1}
      aria-label={label}
      aria-current={isToday ? "date" : undefined}
      className={`flex h-16 flex-col justify-between rounded-sm p-1 transition-colors hover:bg-wash focus-visible:-outline-offset-2 sm:h-24 sm:p-2 ${tone}`}
    >
      <span
        className={`inline-flex size-7 items-center justify-center rounded-full text-base tabular-nums ${isToday ? "bg-accent font-medium text-on-accent" : `-ms-1 ${count > 0 ? "font-semibold" : ""}`}`}
      >
        {Number(day.slice(8))}
      </span>
      {count > 0 && <Tally count={count} />}
    </Link>
  );
}

/** Where a key leads from a day, as grids of dates have it. */
function targetOf(key: string, day: string, weekStartsOn: number): string | undefined {
  const intoWeek = (weekdayOf(day) - weekStartsOn + 7) % 7;
  switch (key) {
    case "ArrowLeft":
      return addDays(day, -1);
    case "ArrowRight":
      return addDays(day, 1);
    case "ArrowUp":
      return addDays(day, -7);
    case "ArrowDown":
      return addDays(day, 7);
    case "Home":
      return addDays(day, -intoWeek);
    case "End":
      return addDays(day, 6 - intoWeek);
    case "PageUp":
      return dayInMonth(day, addMonths(monthOf(day), -1));
    case "PageDown":
      return dayInMonth(day, addMonths(monthOf(day), 1));
    default:
      return undefined;
  }
}
