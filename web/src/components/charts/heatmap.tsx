"use client";

import { useCallback, useMemo } from "react";
import { useTranslations } from "use-intl";
import { type Day, formatDay, lastDayOf } from "@/lib/day.ts";
import { DataTable } from "./data-table.tsx";
import { Figure } from "./figure.tsx";
import {
  countDays,
  HABIT_DAYS,
  type HabitDay,
  type HabitMark,
  type HabitRhythm,
  habitDay,
  scopeOf,
} from "./habit-year.ts";
import { Legend } from "./legend.tsx";
import { figure } from "./numbers.ts";
import { monthsOf } from "./year.ts";
import { YearGrid } from "./year-grid.tsx";

/** What was done is full, what was missed is crossed: no kind is known by its colour alone. */
const LOOKS: Readonly<Record<HabitDay, { readonly look: string; readonly mark: string }>> = {
  done: { look: "bg-accent text-on-accent", mark: "" },
  short: { look: "bg-step-2 text-on-step-2", mark: "½" },
  skipped: { look: "border border-dashed border-edge text-soft", mark: "–" },
  missed: { look: "border border-edge text-ink", mark: "×" },
  open: { look: "bg-desk", mark: "" },
};

interface Props {
  habit: HabitRhythm & { readonly name: string; readonly archived: boolean };
  /** The checks of the year: the items of `GET /api/habits/:id/history`. */
  marks: readonly HabitMark[];
  year: number;
  /** The day on which it was made. */
  since: Day;
  today: Day;
  locale: string;
  level?: 2 | 3;
}

/** A habit's year, day by day. Its words are those of `charts`, which the layout of the page has to send. */
export function Heatmap({ habit, marks, year, since, today, locale, level = 3 }: Props) {
  const t = useTranslations("charts.habit");
  const words = useTranslations("charts.year");
  const byDay = useMemo(() => new Map(marks.map((mark) => [mark.day, mark])), [marks]);
  const scope = useMemo(
    () => scopeOf(marks, { madeOn: since, today, isArchived: habit.archived }),
    [marks, since, today, habit.archived],
  );
  const kindOf = useCallback(
    (day: Day) => habitDay(habit, day, byDay.get(day), scope),
    [habit, byDay, scope],
  );
  const pixelOf = useCallback(
    (day: Day) => {
      const kind = kindOf(day);
      const value = byDay.get(day)?.value ?? null;
      const unit = habit.goal.type === "yes_no" ? "" : habit.goal.unit;
      const says =
        value === null
          ? t(`kinds.${kind}`)
          : t("amount", { kind: t(`kinds.${kind}`), value: figure(value, locale), unit }).trim();
      return { ...LOOKS[kind], says };
    },
    [kindOf, byDay, habit, locale, t],
  );

  const months = monthsOf(year)
    .map((month) => ({ month, from: `${month}-01`, to: earlier(lastDayOf(month), today) }))
    .filter(({ from, to }) => from <= to)
    .map(({ month, from, to }) => ({ month, counts: countDays(from, to, kindOf) }));
  const sum = (kind: HabitDay) => months.reduce((all, { counts }) => all + counts[kind], 0);
  const [done, due] = [sum("done"), sum("done") + sum("short") + sum("missed")];
  const heading =
    due === 0
      ? t("headingNone", { year: String(year) })
      : habit.schedule.type === "per_week"
        ? t("headingPerWeek", { year: String(year), done })
        : t("heading", { year: String(year), done: String(done), due });
  // A habit without an amount does not fall short, and one of so many times a week misses no single day.
  const kinds = HABIT_DAYS.filter(
    (kind) =>
      !(kind === "short" && habit.goal.type === "yes_no") &&
      !(kind === "missed" && habit.schedule.type === "per_week"),
  );
  const label = t("label", { name: habit.name, year: String(year) });

  return (
    <Figure
      heading={heading}
      level={level}
      table={
        <DataTable
          caption={label}
          columns={[words("month"), ...kinds.map((kind) => t(`kinds.${kind}`))]}
          rows={months.map(({ month, counts }) => ({
            key: month,
            head: formatDay(`${month}-01`, locale, { month: "long" }),
            cells: kinds.map((kind) => counts[kind]),
          }))}
        />
      }
    >
      <div className="grid gap-4">
        <YearGrid label={label} year={year} until={today} pixelOf={pixelOf} locale={locale} />
        <Legend items={kinds.map((kind) => ({ ...LOOKS[kind], name: t(`kinds.${kind}`) }))} />
      </div>
    </Figure>
  );
}

const earlier = (one: Day, other: Day): Day => (one < other ? one : other);
