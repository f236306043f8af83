"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { DataTable } from "@/components/charts/data-table.tsx";
import { Figure } from "@/components/charts/figure.tsx";
import { Legend } from "@/components/charts/legend.tsx";
import { figure, rounded, signed } from "@/components/charts/numbers.ts";
import { MOOD_MARKS, STEP_LOOKS, STEPS, type Step } from "@/components/charts/steps.ts";
import { daysOfMonth, monthsOf } from "@/components/charts/year.ts";
import { YearGrid } from "@/components/charts/year-grid.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useClock } from "@/features/days/use-clock.ts";
import { type Day, dayFor, formatDay, monthOf } from "@/lib/day.ts";
import { UnreadableNotice } from "./insights-states.tsx";
import { ShallowLink } from "./shallow-link.tsx";
import { type DayPixel, useYear, type YearView } from "./use-insights.ts";
import { gradeOfStep, type Measure, measureIn, MEASURES, valueOf, yearIn } from "./year.ts";

const NOTHING = { look: "bg-desk text-faint", mark: "" };
/** Something is there, and not what the year is coloured by. */
const ELSE = { look: "bg-desk text-soft", mark: "•" };

export function YearPage() {
  const t = useTranslations("insights");
  const { dayStartHour } = useUser();
  const today = dayFor(useClock(), dayStartHour);
  const query = useSearchParams();
  const thisYear = Number(today.slice(0, 4));
  const year = yearIn(query.get("year")) ?? thisYear;
  const measure = measureIn(query.get("by"));
  const pixels = useYear(year);
  return (
    <div data-printed className="grid gap-8">
      <header className="grid gap-3">
        <p className="print:hidden">
          <Link href="/insights" className={`${buttonLook("quiet")} -mx-4`}>
            <ChevronLeft aria-hidden className="size-4.5" />
            {t("title")}
          </Link>
        </p>
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
          <h1 className="font-serif text-heading font-medium tracking-[-0.01em]">
            {t("year.tab", { year: String(year) })}
          </h1>
          <nav
            aria-label={t("year.tab", { year: String(year) })}
            className="-mx-3 flex gap-1 print:hidden"
          >
            <YearLink to={year - 1} by={measure} name="before" isThere={year > 1} />
            <YearLink to={year + 1} by={measure} name="after" isThere={year < thisYear} />
          </nav>
        </div>
        <nav aria-label={t("year.by")} className="flex flex-wrap items-center gap-x-1 print:hidden">
          <span aria-hidden className="pe-2 text-sm text-soft">
            {t("year.by")}
          </span>
          {MEASURES.map((each) => (
            <ShallowLink
              key={each}
              href={`/insights/year?year=${year}&by=${each}`}
              isCurrent={each === measure}
            >
              {t(each === "mood" ? "year.byMood" : "year.byOverall")}
            </ShallowLink>
          ))}
        </nav>
      </header>
      <Loaded key={year} query={pixels} loading={<YearLoading year={year} />}>
        {(view) => (
          <>
            <UnreadableNotice count={view.unreadable ?? 0} />
            <Pixels view={view} measure={measure} today={today} />
          </>
        )}
      </Loaded>
    </div>
  );
}

interface YearLinkProps {
  to: number;
  by: Measure;
  name: "before" | "after";
  isThere: boolean;
}

function YearLink({ to, by, name, isThere }: YearLinkProps) {
  const t = useTranslations("insights.year");
  const Sign = name === "before" ? ChevronLeft : ChevronRight;
  if (!isThere) return null;
  return (
    <ShallowLink href={`/insights/year?year=${to}&by=${by}`} isCurrent={false}>
      <Sign aria-hidden className="size-4.5" />
      <span className="sr-only">{t(name, { year: String(to) })}</span>
      <span aria-hidden className="tabular-nums">
        {to}
      </span>
    </ShallowLink>
  );
}

/** The room of the grid, which is upright where it is narrow. */
function YearLoading({ year }: { year: number }) {
  const t = useTranslations("insights.year");
  return (
    <div role="status" className="@container grid gap-5">
      <span className="sr-only">{t("looking", { year: String(year) })}</span>
      <div aria-hidden className="h-11 w-3/4 animate-breathe rounded-md bg-desk" />
      <div aria-hidden className="h-[48rem] animate-breathe rounded-md bg-desk @min-[49rem]:h-78" />
    </div>
  );
}

interface PixelsProps {
  view: YearView;
  measure: Measure;
  today: Day;
}

function Pixels({ view: { year, days }, measure, today }: PixelsProps) {
  const t = useTranslations("insights");
  const words = useTranslations("charts");
  const { dateLocale } = useUser();
  const byDay = useMemo(() => new Map(days.map((day) => [day.day, day])), [days]);
  const write = useCallback(
    (value: number) => (measure === "mood" ? signed(value, dateLocale) : figure(value, dateLocale)),
    [measure, dateLocale],
  );
  const nameOf = useCallback(
    (step: Step) =>
      measure === "mood" ? t(`moods.${step}`) : t(`year.grades.${gradeOfStep(step)}`),
    [measure, t],
  );
  const pixelOf = useCallback(
    (day: Day) => {
      const pixel = byDay.get(day);
      if (pixel === undefined) return { ...NOTHING, says: t("year.saysNone") };
      const found = valueOf(measure, pixel);
      if (found === null) return { ...ELSE, says: t(`year.${measure}.without`) };
      const says =
        measure === "mood"
          ? t("year.saysMood", { mood: write(found.value), word: nameOf(found.step) })
          : t("year.saysOverall", {
              overall: write(found.value),
              grade: gradeOfStep(found.step),
            });
      return { look: STEP_LOOKS[found.step], mark: markOf(measure, found.step), says };
    },
    [byDay, measure, write, nameOf, t],
  );

  const found = days.flatMap((day) => valueOf(measure, day) ?? []);
  const count = (steps: readonly Step[]) => found.filter(({ step }) => steps.includes(step)).length;
  const label = t(`year.${measure}.label`, { year: String(year) });
  const noted = new Set(days.filter((day) => valueOf(measure, day)).map(({ day }) => monthOf(day)));
  const months = monthsOf(year).filter((month) => noted.has(month));
  return (
    <Figure
      level={2}
      heading={headingOf()}
      table={
        <DataTable
          caption={label}
          columns={[
            words("year.day"),
            ...months.map((month) => formatDay(`${month}-01`, dateLocale, { month: "short" })),
          ]}
          rows={Array.from({ length: 31 }, (_, index) => ({
            key: String(index),
            head: index + 1,
            cells: months.map((month) => {
              const day = daysOfMonth(month)[index];
              return day && <DayValue pixel={byDay.get(day)} measure={measure} write={write} />;
            }),
          }))}
        />
      }
    >
      <div className="grid gap-4">
        <YearGrid label={label} year={year} until={today} pixelOf={pixelOf} locale={dateLocale} />
        <Legend
          items={[
            ...STEPS.toReversed().map((step) => ({
              look: STEP_LOOKS[step],
              mark: markOf(measure, step),
              name: t("year.legendCount", { name: nameOf(step), count: String(count([step])) }),
            })),
            { ...ELSE, name: t(`year.${measure}.without`) },
            { ...NOTHING, name: t("year.saysNone") },
          ]}
        />
      </div>
    </Figure>
  );

  function headingOf(): string {
    if (found.length === 0) return t(`year.${measure}.none`, { year: String(year) });
    if (measure === "mood") {
      return t("year.mood.heading", {
        days: found.length,
        pleasant: String(count([4, 5])),
        between: String(count([3])),
        unpleasant: String(count([1, 2])),
      });
    }
    const mean = found.reduce((sum, { value }) => sum + value, 0) / found.length;
    return t("year.overall.heading", {
      days: found.length,
      average: rounded(mean, dateLocale),
    });
  }
}

const markOf = (measure: Measure, step: Step) =>
  measure === "mood" ? MOOD_MARKS[step] : gradeOfStep(step);

interface DayValueProps {
  pixel: DayPixel | undefined;
  measure: Measure;
  write: (value: number) => string;
}

function DayValue({ pixel, measure, write }: DayValueProps) {
  const found = pixel && valueOf(measure, pixel);
  if (!pixel || !found) return null;
  return (
    <Link
      href={`/day/${pixel.day}`}
      prefetch={false}
      className="underline decoration-line underline-offset-2 hover:decoration-current"
    >
      {write(found.value)}
    </Link>
  );
}
