"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { type HabitDay, habitDay, scopeOf } from "@/components/charts/habit-year.ts";
import { IconButton } from "@/components/icon-button.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useDayNames } from "@/features/library/use-today.ts";
import { addMonths, type Day, formatDay, isDay, type Month, monthOf, weeksOf } from "@/lib/day.ts";
import { CheckForm } from "./check-form.tsx";
import type { Habit } from "./habit-kind.ts";
import type { Check } from "./use-history.ts";

/** Each known by its shape, not by its colour alone. */
const LOOKS: Readonly<Record<HabitDay, string>> = {
  done: "bg-accent text-on-accent font-medium",
  short: "border-2 border-accent text-accent",
  skipped: "border border-dashed border-edge",
  missed: "text-faint line-through",
  open: "",
};

interface Props {
  habit: Habit;
  checks: readonly Check[];
  month: Month;
  /** The day on which the habit was made. */
  since: Day;
  today: Day;
  onMonth: (month: Month) => void;
}

/** A month of a habit, and what is noted of the day that is chosen, to be changed. */
export function HabitDays({ habit, checks, month, since, today, onMonth }: Props) {
  const t = useTranslations("library.habit");
  const kinds = useTranslations("charts.habit.kinds");
  const { weekStartsOn, dateLocale } = useUser();
  const { whole } = useDayNames();
  const [chosen, setChosen] = useState<Day>(today);
  const byDay = new Map(checks.map((check) => [check.day, check]));
  const weeks = weeksOf(month, weekStartsOn);
  const monthName = formatDay(`${month}-01`, dateLocale, { month: "long", year: "numeric" });
  const scope = scopeOf(checks, { madeOn: since, today, isArchived: habit.archived });
  const kindOf = (day: Day) => habitDay(habit, day, byDay.get(day), scope);
  return (
    <Section title={t("month")} hint={t("monthHint")}>
      <div className="grid gap-8 lg:grid-cols-[minmax(0,24rem)_minmax(0,1fr)]">
        <div className="grid content-start gap-2">
          <div className="flex items-center justify-between">
            <h3 aria-live="polite" className="font-medium">
              {monthName}
            </h3>
            <div className="flex">
              <IconButton
                label={t("before")}
                className="size-11"
                onClick={() => onMonth(addMonths(month, -1))}
              >
                <ChevronLeft aria-hidden />
              </IconButton>
              <IconButton
                label={t("after")}
                className="size-11 disabled:opacity-40"
                disabled={month >= monthOf(today)}
                onClick={() => onMonth(addMonths(month, 1))}
              >
                <ChevronRight aria-hidden />
              </IconButton>
            </div>
          </div>
          <table aria-label={monthName} className="w-full table-fixed border-collapse text-center">
            <thead>
              <tr>
                {weeks[0]?.map((day) => (
                  <th key={day} scope="col" className="pb-1 text-sm font-medium text-faint">
                    <span aria-hidden>{formatDay(day, dateLocale, { weekday: "narrow" })}</span>
                    <span className="sr-only">
                      {formatDay(day, dateLocale, { weekday: "long" })}
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map((week) => (
                <tr key={week[0]}>
                  {week.map((day) => (
                    <td key={day} className="p-0.5">
                      {isDay(day) && monthOf(day) === month && day <= today && (
                        <button
                          type="button"
                          aria-pressed={day === chosen}
                          aria-label={t("noted", { day: whole(day), state: kinds(kindOf(day)) })}
                          className={`inline-flex size-11 max-w-full items-center justify-center rounded-full tabular-nums transition-colors enabled:hover:outline-2 enabled:hover:outline-edge aria-pressed:outline-2 aria-pressed:outline-offset-2 aria-pressed:outline-ink ${LOOKS[kindOf(day)]}`}
                          onClick={() => setChosen(day)}
                        >
                          {Number(day.slice(8))}
                        </button>
                      )}
                      {isDay(day) && monthOf(day) === month && day > today && (
                        <span className="inline-flex size-11 items-center justify-center text-faint tabular-nums">
                          {Number(day.slice(8))}
                        </span>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {monthOf(chosen) === month && (
          <div className="grid content-start gap-4">
            <h3 className="font-medium">{whole(chosen)}</h3>
            {chosen < since && (
              <p className="text-soft">{t("beforeBegan", { day: whole(since) })}</p>
            )}
            <CheckForm
              key={`${chosen} ${byDay.get(chosen)?.rev ?? 0}`}
              habit={habit}
              day={chosen}
              check={byDay.get(chosen) ?? null}
            />
          </div>
        )}
      </div>
    </Section>
  );
}
