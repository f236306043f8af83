"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { Unreadable } from "@/features/library/unreadable.tsx";
import { useToday } from "@/features/library/use-today.ts";
import { useNamed } from "@/features/insights/use-insights.ts";
import { useTimos } from "@/lib/client.tsx";
import { addDays } from "@/lib/day.ts";
import { addWeeks, isWeek, mondayOf, numberOfWeek, type Week, weekOf } from "@/lib/week.ts";
import { formatDays } from "./format-days.ts";
import { WeekDays } from "./week-days.tsx";
import { WeekFindings } from "./week-findings.tsx";
import { WeekPillars } from "./week-pillars.tsx";
import { WeekReview } from "./week-review.tsx";

/** A week as it went, and what is written about it: by its name, or the one that it is. */
export function WeekPage({ week: asked }: { week?: Week }) {
  const t = useTranslations("library.week");
  const { weekStartsOn } = useUser();
  const { api } = useTimos();
  const current = weekOf(useToday());
  const week = asked ?? current;
  const view = useQuery({
    queryKey: ["journal", "week", week],
    queryFn: ({ signal }) => api.weeklyRecaps.getByWeek({ params: { week }, signal }),
  });
  const named = useNamed();
  return (
    <>
      <WeekHeading week={week} current={current} />
      <Loaded query={view}>
        {(found) => (
          <div className="grid gap-10">
            <Unreadable count={found.unreadable} />
            <WeekDays view={found} />
            {weekStartsOn !== 1 && <p className="-mt-6 text-sm text-faint">{t("fromMonday")}</p>}
            <Loaded query={named}>
              {(names) => (
                <>
                  <WeekPillars view={found} named={names} />
                  <WeekReview key={week} view={found} named={names} />
                  <WeekFindings view={found} named={names} />
                </>
              )}
            </Loaded>
          </div>
        )}
      </Loaded>
    </>
  );
}

function WeekHeading({ week, current }: { week: Week; current: Week }) {
  const t = useTranslations("library.week");
  const { dateLocale } = useUser();
  const from = mondayOf(week);
  const [before, after] = [addWeeks(week, -1), addWeeks(week, 1)];
  const look = `${buttonLook("quiet")} min-h-11 min-w-11`;
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2 pb-8">
      <div className="grid gap-1">
        <h1 className="font-serif text-display font-medium tracking-[-0.02em]">
          {t("number", { number: numberOfWeek(week) })}
        </h1>
        <p className="text-lg text-soft">{formatDays(from, addDays(from, 6), dateLocale)}</p>
      </div>
      <nav aria-label={t("navigation")} className="-mx-2.5 flex items-center">
        {isWeek(before) && (
          <Link href={`/week/${before}`} aria-label={t("before")} className={look}>
            <ChevronLeft aria-hidden className="size-5" />
          </Link>
        )}
        {week !== current && (
          <Link href="/week" className={look}>
            {t("current")}
          </Link>
        )}
        {week < current && (
          <Link href={`/week/${after}`} aria-label={t("after")} className={look}>
            <ChevronRight aria-hidden className="size-5" />
          </Link>
        )}
      </nav>
    </header>
  );
}
