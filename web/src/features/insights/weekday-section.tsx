"use client";

import { useTranslations } from "use-intl";
import { figure, signed } from "@/components/charts/numbers.ts";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { addDays, formatDay } from "@/lib/day.ts";
import type { InsightsView } from "./use-insights.ts";

type Weekday = InsightsView["weekdays"][number];

/** A Monday, for the names of the days. */
const A_MONDAY = "2024-01-01";

/** How the days of the week differ: a table whose figures have bars beside them, so that it is its own chart. */
export function WeekdaySection({ weekdays }: { weekdays: readonly Weekday[] }) {
  const t = useTranslations("insights.weekdays");
  const { dateLocale } = useUser();
  const nameOf = ({ weekday }: Weekday) =>
    formatDay(addDays(A_MONDAY, weekday - 1), dateLocale, { weekday: "long" });
  const withMood = weekdays.flatMap((day) => (day.mood === null ? [] : [{ day, mood: day.mood }]));
  const byMood = withMood.toSorted((one, other) => other.mood - one.mood);
  const [best, lowest] = [byMood[0], byMood.at(-1)];
  const heading =
    best !== undefined && lowest !== undefined && best.mood > lowest.mood
      ? t("heading", { best: nameOf(best.day), lowest: nameOf(lowest.day) })
      : t("headingNone");
  return (
    <Section title={t("title")}>
      <div className="grid gap-3">
        <div className="grid gap-1">
          <h3 className="text-lg font-medium">{heading}</h3>
          <p className="text-sm text-soft">{t("note")}</p>
        </div>
        <table className="w-full border-collapse tabular-nums">
          <caption className="sr-only">{t("caption")}</caption>
          <thead className="text-sm text-soft">
            <tr>
              <th scope="col" className="py-2 pe-3 text-start font-medium">
                {t("day")}
              </th>
              <th scope="col" className="w-2/5 px-2 py-2 text-start font-medium">
                {t("mood")}
              </th>
              <th scope="col" className="w-2/5 py-2 ps-2 text-start font-medium">
                {t("overall")}
              </th>
            </tr>
          </thead>
          <tbody>
            {weekdays.map((day) => (
              <tr key={day.weekday} className="break-inside-avoid border-t border-line">
                <th scope="row" className="py-2.5 pe-3 text-start font-normal">
                  {nameOf(day)}
                </th>
                <td className="px-2 py-2.5">
                  {day.mood !== null && (
                    <Value
                      figure={signed(day.mood, dateLocale)}
                      count={t("count", { count: day.moodDays })}
                    >
                      <MoodBar value={day.mood} />
                    </Value>
                  )}
                </td>
                <td className="py-2.5 ps-2">
                  {day.overall !== null && (
                    <Value
                      figure={figure(day.overall, dateLocale)}
                      count={t("count", { count: day.overallDays })}
                    >
                      <ScoreBar value={day.overall} />
                    </Value>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Value({
  figure: written,
  count,
  children,
}: {
  figure: string;
  count: string;
  children: React.ReactNode;
}) {
  return (
    <div className="grid gap-1.5 sm:flex sm:items-center sm:gap-3">
      <div className="min-w-0 sm:order-last sm:flex-1">{children}</div>
      <p className="flex flex-wrap items-baseline gap-x-2 sm:w-28 sm:shrink-0">
        <span className="font-medium sm:w-11">{written}</span>
        <span className="text-sm text-soft">{count}</span>
      </p>
    </div>
  );
}

const frame = { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": true } as const;
const barLook = "block h-2 w-full";

/** To the right of the middle what is pleasant, to the left what is not. */
function MoodBar({ value }: { value: number }) {
  const length = Math.abs(value) * 25;
  return (
    <svg {...frame} className={barLook}>
      <rect width="100" height="8" rx="1" className="fill-desk" />
      <rect x={value < 0 ? 50 - length : 50} width={length} height="8" className="fill-accent" />
      <path d="M50 0v8" className="stroke-edge" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function ScoreBar({ value }: { value: number }) {
  return (
    <svg {...frame} className={barLook}>
      <rect width="100" height="8" rx="1" className="fill-desk" />
      <rect width={value * 10} height="8" className="fill-accent" />
    </svg>
  );
}
