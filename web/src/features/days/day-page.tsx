"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { DayFlow } from "@/features/day-flow/day-flow.tsx";
import { addDays, dayFor, formatDay, monthOf } from "@/lib/day.ts";
import { DayHeading } from "./day-heading.tsx";
import { DayFailed, DayLoading } from "./day-states.tsx";
import { useClock } from "./use-clock.ts";
import { useDay } from "./use-days.ts";

export function DayPage({ day }: { day: string }) {
  const { dateLocale, dayStartHour } = useUser();
  const clock = useClock();
  const opened = useDay(day);
  const { data, isError, error } = opened;
  return (
    <>
      <DayHeading day={day} locale={dateLocale} lead={<DayNavigation day={day} />} />
      {data !== undefined && (
        <DayFlow key={day} view={data} today={dayFor(clock, dayStartHour)} clock={clock} />
      )}
      {data === undefined && isError && (
        <DayFailed error={error} onRetry={() => void opened.refetch()} />
      )}
      {data === undefined && !isError && <DayLoading />}
    </>
  );
}

function DayNavigation({ day }: { day: string }) {
  const t = useTranslations("journal.day");
  const { dateLocale } = useUser();
  const look = `${buttonLook("quiet")} -mx-2.5`;
  const nameOf = (other: string) =>
    formatDay(other, dateLocale, { weekday: "long", day: "numeric", month: "long" });
  const before = addDays(day, -1);
  const after = addDays(day, 1);
  return (
    <nav aria-label={t("tab")} className="flex flex-wrap items-center gap-x-7">
      <Link className={look} href={`/calendar?month=${monthOf(day)}`}>
        {formatDay(day, dateLocale, { month: "long", year: "numeric" })}
      </Link>
      <Link
        className={look}
        href={`/day/${before}`}
        aria-label={t("before", { day: nameOf(before) })}
      >
        <ChevronLeft aria-hidden className="size-4.5" />
      </Link>
      <Link className={look} href={`/day/${after}`} aria-label={t("after", { day: nameOf(after) })}>
        <ChevronRight aria-hidden className="size-4.5" />
      </Link>
    </nav>
  );
}
