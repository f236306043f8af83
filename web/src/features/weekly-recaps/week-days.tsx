"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { figure, signed } from "@/components/charts/numbers.ts";
import { useUser } from "@/features/account/use-user.ts";
import type { Graded } from "@/features/day-flow/grade.tsx";
import { useDayNames, useToday } from "@/features/library/use-today.ts";
import { formatDay } from "@/lib/day.ts";
import type { WeekView } from "./week-form.ts";

/** What a week comes to, and its days at a glance. */
export function WeekDays({ view }: { view: WeekView }) {
  const t = useTranslations("library.week");
  const journal = useTranslations("journal");
  const { dateLocale } = useUser();
  const { whole } = useDayNames();
  const today = useToday();
  const factsOf = ({ grade, mood, entries }: WeekView["days"][number]) => {
    const facts = [
      grade && t("dayGrade", { grade }),
      mood !== null && t("dayMood", { mood: signed(mood, dateLocale) }),
      entries > 0 && journal("entries", { count: entries }),
    ].filter(Boolean);
    return facts.length === 0 ? t("dayNothing") : facts.join(", ");
  };
  return (
    <section aria-label={t("days")} className="grid gap-6">
      <WeekGrade graded={view} />
      <ol className="grid grid-cols-7 border-y border-line">
        {view.days.map((pixel) => {
          const { day, grade, entries } = pixel;
          return (
            <li key={day} className={day === today ? "bg-wash" : ""}>
              <Link
                href={`/day/${day}`}
                prefetch={false}
                aria-current={day === today ? "date" : undefined}
                aria-label={t("dayLabel", { day: whole(day), facts: factsOf(pixel) })}
                className="grid justify-items-center gap-1 py-3 text-center transition-colors hover:bg-wash focus-visible:-outline-offset-2"
              >
                <span className="text-xs text-faint sm:text-sm">
                  {formatDay(day, dateLocale, { weekday: "short" })}
                </span>
                <span className={`tabular-nums ${day > today ? "text-faint" : ""}`}>
                  {Number(day.slice(8))}
                </span>
                <span className="font-serif text-title leading-8 font-medium text-accent">
                  {grade ?? (entries > 0 ? "·" : " ")}
                </span>
              </Link>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** A letter, as one wrote it below a piece of work, and the mean that it stands for. */
function WeekGrade({ graded }: { graded: Graded }) {
  const t = useTranslations("library.week");
  const recap = useTranslations("dayFlow.recap");
  const { dateLocale } = useUser();
  const { overall, grade, label } = graded;
  if (overall === null || grade === null || label === null) {
    return <p className="text-soft">{t("noGradeHint")}</p>;
  }
  const written = figure(overall, dateLocale);
  return (
    <p className="flex items-baseline gap-4">
      <span className="font-serif text-display leading-none font-medium text-accent">
        <span className="sr-only">{recap("grade", { grade })}</span>
        <span aria-hidden>{grade}</span>
      </span>
      <span className="text-lg text-soft tabular-nums">
        {recap("overall", { overall: written, label: recap(`labels.${label}`) })}
      </span>
    </p>
  );
}
