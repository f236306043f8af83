"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { figure } from "@/components/charts/numbers.ts";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { formatDay } from "@/lib/day.ts";
import { Correlations, Corrections } from "./patterns.tsx";
import type { InsightsView, Named } from "./use-insights.ts";

export function StreakSection({
  streaks,
  named,
}: {
  streaks: InsightsView["streaks"];
  named: Named;
}) {
  const t = useTranslations("insights.streaks");
  const { dateLocale } = useUser();
  if (streaks.length === 0) return null;
  const longestFirst = streaks.toSorted(
    (one, other) => other.current - one.current || other.strength - one.strength,
  );
  const day = (lastDone: string | null) =>
    lastDone === null ? "–" : formatDay(lastDone, dateLocale, { day: "numeric", month: "short" });
  return (
    <Section title={t("title")} hint={t("hint")}>
      <table className="w-full border-collapse tabular-nums">
        <caption className="sr-only">{t("caption")}</caption>
        <thead className="text-sm text-soft">
          <tr>
            <th scope="col" className="py-2 pe-3 text-start font-medium">
              {t("habit")}
            </th>
            <th scope="col" className="px-2 py-2 text-start font-medium">
              {t("current")}
            </th>
            <th scope="col" className="px-2 py-2 text-start font-medium">
              {t("longest")}
            </th>
            <th scope="col" className="hidden px-2 py-2 text-start font-medium sm:table-cell">
              {t("last")}
            </th>
            <th scope="col" className="hidden py-2 ps-2 text-start font-medium sm:table-cell">
              {t("strengthColumn")}
            </th>
          </tr>
        </thead>
        <tbody>
          {longestFirst.map(({ habitId, unit, current, longest, lastDone, strength }) => {
            const habit = named.habits.get(habitId);
            return (
              <tr key={habitId} className="break-inside-avoid border-t border-line">
                <th
                  scope="row"
                  className="py-2.5 pe-3 text-start font-medium [overflow-wrap:anywhere]"
                >
                  {habit?.icon !== undefined && habit.icon !== "" && (
                    <span aria-hidden className="pe-2">
                      {habit.icon}
                    </span>
                  )}
                  {habit?.name ?? t("unknown")}
                </th>
                <td className="px-2 py-2.5 whitespace-nowrap">{t(unit, { count: current })}</td>
                <td className="px-2 py-2.5 whitespace-nowrap">{t(unit, { count: longest })}</td>
                <td className="hidden px-2 py-2.5 text-soft sm:table-cell">{day(lastDone)}</td>
                <td className="hidden py-2.5 ps-2 text-soft sm:table-cell">
                  {t("strength", { strength: figure(strength, dateLocale) })}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}

/** As many are shown before more are asked for. */
const SHOWN = 6;

export function TogetherSection({ view, named }: { view: InsightsView; named: Named }) {
  const t = useTranslations("insights.together");
  const { dateLocale } = useUser();
  const [isWhole, setIsWhole] = useState(false);
  const { correlations, comparisons } = view;
  const days = Math.max(view.mood.days, ...view.scores.map((score) => score.days));
  return (
    <Section title={t("title")} hint={t("hint")}>
      {comparisons === 0 && (
        <p className="text-soft">{t(days < FEWEST_DAYS ? "soon" : "notYet", { days })}</p>
      )}
      {comparisons > 0 && correlations.length === 0 && <p>{t("none", { comparisons })}</p>}
      {correlations.length > 0 && (
        <Correlations
          of={isWhole ? correlations : correlations.slice(0, SHOWN)}
          named={named}
          locale={dateLocale}
        />
      )}
      {!isWhole && correlations.length > SHOWN && (
        <div className="print:hidden">
          <Button look="secondary" onClick={() => setIsWhole(true)}>
            {t("more", { count: String(correlations.length) })}
          </Button>
        </div>
      )}
      {comparisons > 0 && (
        <details className="text-sm text-soft">
          <summary className="inline-flex min-h-11 items-center sm:min-h-6">{t("how")}</summary>
          <p className="max-w-[40rem] pt-1">{t("howText", { comparisons })}</p>
        </details>
      )}
    </Section>
  );
}

/** The API names nothing below so many days that have both. */
const FEWEST_DAYS = 14;

export function CorrectionSection({
  corrections,
  named,
}: {
  corrections: InsightsView["corrections"];
  named: Named;
}) {
  const t = useTranslations("insights.corrections");
  const { dateLocale } = useUser();
  return (
    <Section title={t("title")} hint={t("hint")}>
      {corrections.length === 0 ? (
        <p className="text-soft">{t("none")}</p>
      ) : (
        <Corrections of={corrections} named={named} locale={dateLocale} />
      )}
    </Section>
  );
}
