"use client";

import type { Entry } from "@timos/api/contract";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useUser } from "@/features/account/use-user.ts";
import { formatDay } from "@/lib/day.ts";
import { rowsOf } from "./rows.ts";
import { TimelineRow } from "./timeline-row.tsx";
import { usePrinting } from "./use-printing.ts";

const MONTH_PX = 76;
const ENTRY_PX = 132;
/** What is drawn beyond the screen on either side, so that Tab always finds the next one. */
const ROWS_BEYOND = 8;
const ROWS_BEFORE_THE_END = 24;
/** How much of the screen the name of the month takes that stays at its top. */
const BAR_PX = 48;

interface Props {
  entries: readonly Entry[];
  /** Called when the last of them come near. */
  onNearEnd: () => void;
}

/** Entries one below the other. Only those that are looked at are on the page, however many there are. */
export function Timeline({ entries, onNearEnd }: Props) {
  const { dateLocale } = useUser();
  const rows = useMemo(() => rowsOf(entries), [entries]);
  const isPrinting = usePrinting();
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (list.current) setTop(list.current.getBoundingClientRect().top + window.scrollY);
  }, []);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => (rows[index]?.kind === "month" ? MONTH_PX : ENTRY_PX),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: ROWS_BEYOND,
    scrollMargin: top,
  });
  const shown = virtualizer.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const nearEnd = useEffectEvent(onNearEnd);
  useEffect(() => {
    if (last >= rows.length - ROWS_BEFORE_THE_END) nearEnd();
  }, [last, rows.length]);

  if (isPrinting)
    return rows.map((row) => <TimelineRow key={row.key} row={row} locale={dateLocale} />);

  const scrolled = virtualizer.scrollOffset ?? 0;
  const month =
    scrolled > top &&
    rows[virtualizer.getVirtualItemForOffset(scrolled + BAR_PX)?.index ?? 0]?.month;
  return (
    <>
      {/* The heading of what stands below it, which may be too far up to be drawn. */}
      <div className="sticky top-0 z-5 -mx-1 h-0">
        {month && (
          <h2 className="bg-page px-1 py-2.5 text-base text-soft sm:ps-[7.625rem]">
            {formatDay(month, dateLocale, { month: "long", year: "numeric" })}
          </h2>
        )}
      </div>
      <div
        ref={list}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={(event) => move(event, list.current)}
      >
        <div style={{ transform: `translateY(${(shown[0]?.start ?? top) - top}px)` }}>
          {shown.map(({ index, key }) => {
            const row = rows[index];
            return (
              row && (
                <div key={key} data-index={index} ref={virtualizer.measureElement}>
                  <TimelineRow row={row} locale={dateLocale} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </>
  );
}

/** Arrows go from one entry to the next. */
function move(event: KeyboardEvent, list: HTMLElement | null) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || list === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = Array.from(list.querySelectorAll("a"));
  const at = links.findIndex((link) => link === event.target);
  const next = links[at + step];
  if (at === -1 || next === undefined) return;
  event.preventDefault();
  next.focus();
}
