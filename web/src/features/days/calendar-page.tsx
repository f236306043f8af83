"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { IconButton } from "@/components/icon-button.tsx";
import { Notice } from "@/components/notice.tsx";
import { useUser } from "@/features/account/use-user.ts";
import {
  addMonths,
  dayFor,
  dayInMonth,
  formatDay,
  isDay,
  isMonth,
  monthOf,
  weeksOf,
} from "@/lib/day.ts";
import { useFailure } from "@/lib/failure.ts";
import { MonthGrid } from "./month-grid.tsx";
import { useClock } from "./use-clock.ts";
import { useEntryCounts } from "./use-days.ts";

export function CalendarPage() {
  const t = useTranslations("journal.calendar");
  const words = useTranslations("common");
  const { explain } = useFailure();
  const { dateLocale, dayStartHour, weekStartsOn } = useUser();
  const today = dayFor(useClock(), dayStartHour);
  const asked = useSearchParams().get("month");
  const month = asked !== null && isMonth(asked) ? asked : monthOf(today);
  const [active, setActive] = useState(today);
  const counts = useEntryCounts(...rangeOf(weeksOf(month, weekStartsOn)));

  const written = counts.data && countIn(counts.data, month);

  // The address keeps the month, so that coming back from a day comes back to it.
  const show = (next: string) => {
    window.history.replaceState(null, "", `/calendar?month=${next}`);
  };
  const move = (day: string) => {
    setActive(day);
    if (monthOf(day) !== month) show(monthOf(day));
  };

  return (
    <>
      <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 pb-6">
        <h1 className="font-serif text-display font-medium tracking-[-0.02em]" aria-live="polite">
          {formatDay(`${month}-01`, dateLocale, { month: "long" })}{" "}
          <span className="font-sans text-lg font-normal tracking-normal text-soft">
            {formatDay(`${month}-01`, dateLocale, { year: "numeric" })}
          </span>
        </h1>
        <div className="flex items-center gap-1">
          <IconButton label={t("before")} onClick={() => show(addMonths(month, -1))}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <Button look="quiet" onClick={() => move(today)}>
            {t("today")}
          </Button>
          <IconButton label={t("after")} onClick={() => show(addMonths(month, 1))}>
            <ChevronRight aria-hidden />
          </IconButton>
        </div>
      </header>
      <MonthGrid
        month={month}
        today={today}
        active={monthOf(active) === month ? active : dayInMonth(active, month)}
        weekStartsOn={weekStartsOn}
        locale={dateLocale}
        counts={counts.data}
        onMove={move}
      />
      <div className="min-h-16 border-t border-line pt-4 text-soft">
        {counts.isPending && <p role="status">{t("looking")}</p>}
        {counts.isError && (
          <Notice tone="danger" title={t("failed")}>
            <p>{explain(counts.error)}</p>
            <div className="mt-1">
              <Button look="secondary" onClick={() => void counts.refetch()}>
                {words("tryAgain")}
              </Button>
            </div>
          </Notice>
        )}
        {counts.isSuccess && (
          <p>{written && written.entries > 0 ? t("summary", written) : t("nothing")}</p>
        )}
      </div>
    </>
  );
}

function rangeOf(weeks: readonly (readonly string[])[]): [from: string, to: string] {
  const days = weeks.flat().filter(isDay);
  return [days[0] ?? "", days.at(-1) ?? ""];
}

function countIn(counts: ReadonlyMap<string, number>, month: string) {
  const written = [...counts].filter(([day, count]) => monthOf(day) === month && count > 0);
  return { days: written.length, entries: written.reduce((sum, [, count]) => sum + count, 0) };
}
