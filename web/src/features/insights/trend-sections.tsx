"use client";

import { useTranslations } from "use-intl";
import { DataTable } from "@/components/charts/data-table.tsx";
import { Figure } from "@/components/charts/figure.tsx";
import { figure, rounded, signed } from "@/components/charts/numbers.ts";
import { stepOfMood } from "@/components/charts/steps.ts";
import { Trend } from "@/components/charts/trend.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { keysOf, pointsOf } from "./series.ts";
import type { InsightsView, Lines, Named } from "./use-insights.ts";

interface Props {
  view: InsightsView;
  lines: Lines;
}

/** Below a rise of so much a week, which is two points in ten months, it stays level. */
const LEVEL = 0.05;

export function MoodSection({ view, lines }: Props) {
  const t = useTranslations("insights");
  const { dateLocale } = useUser();
  const points = usePoints(view, lines);
  const tendency = useTendency();
  const { average, days, trend } = view.mood;
  if (average === null) {
    return (
      <Section title={t("mood.title")}>
        <p className="text-soft">{t("mood.none")}</p>
      </Section>
    );
  }
  const drawn = points(lines.mood);
  return (
    <Section title={t("mood.title")}>
      <Figure
        heading={t("mood.heading", {
          word: t(`moods.${stepOfMood(average)}`),
          average: signed(average, dateLocale),
          days,
        })}
        note={tendency(trend)}
        reading={`${t("scale.mood")} ${t(lines.unit === "day" ? "period.byDay" : "period.byWeek")}`}
        table={
          <DataTable
            caption={t("mood.label")}
            columns={[t(`period.${lines.unit}`), t("mood.column")]}
            rows={drawn.map(({ key, short, value }) => ({
              key,
              head: short,
              cells: [value === null ? "–" : signed(value, dateLocale)],
            }))}
          />
        }
      >
        <Trend
          label={t("mood.label")}
          points={drawn}
          domain={[-2, 2]}
          ticks={[-2, -1, 0, 1, 2]}
          write={(value) => signed(value, dateLocale)}
        />
      </Figure>
    </Section>
  );
}

export function PillarSection({ view, lines, named }: Props & { named: Named }) {
  const t = useTranslations("insights");
  const { dateLocale } = useUser();
  const points = usePoints(view, lines);
  const tendency = useTendency();
  // In the order in which the person has them; one that was deleted since comes last.
  const order = [...named.pillars.keys()];
  const placeOf = (id: string) => (order.indexOf(id) + order.length + 1) % (order.length + 1);
  const scores = view.scores
    .toSorted((one, other) => placeOf(one.pillarId) - placeOf(other.pillarId))
    .map((score) => {
      const pillar = named.pillars.get(score.pillarId);
      return {
        ...score,
        name: pillar?.name ?? t("pillars.unknown"),
        target: pillar?.target,
        drawn: points(lines.pillars.get(score.pillarId) ?? new Map()),
      };
    });
  if (scores.length === 0) {
    return (
      <Section title={t("pillars.title")}>
        <p className="text-soft">{t("pillars.none")}</p>
      </Section>
    );
  }
  const met = scores.filter(({ average, target }) => target !== undefined && average >= target);
  return (
    <Section title={t("pillars.title")}>
      <Figure
        heading={t("pillars.summary", { met: String(met.length), scored: scores.length })}
        reading={`${t("pillars.targetLine")} ${t(lines.unit === "day" ? "period.byDay" : "period.byWeek")}`}
        table={
          <DataTable
            caption={t("pillars.caption")}
            columns={[t(`period.${lines.unit}`), ...scores.map(({ name }) => name)]}
            rows={(scores[0]?.drawn ?? []).map(({ key, short }, index) => ({
              key,
              head: short,
              cells: scores.map(({ drawn }) => {
                const value = drawn[index]?.value ?? null;
                return value === null ? "–" : figure(value, dateLocale);
              }),
            }))}
          />
        }
      >
        <ul className="grid gap-x-8 gap-y-8 pt-2 sm:grid-cols-2">
          {scores.map(({ pillarId, name, target, average, days, trend, drawn }) => (
            <li
              key={pillarId}
              className="row-span-2 grid grid-rows-subgrid gap-2 break-inside-avoid"
            >
              <div className="grid content-start gap-0.5">
                <h4 className="font-medium [overflow-wrap:anywhere]">{name}</h4>
                <p className="text-sm text-soft">
                  {t("pillars.heading", {
                    average: rounded(average, dateLocale),
                    days,
                    target: target === undefined ? "–" : String(target),
                  })}{" "}
                  {tendency(trend)}
                </p>
              </div>
              <Trend
                label={t("pillars.label", { name })}
                points={drawn}
                domain={[1, 10]}
                ticks={[1, 4, 7, 10]}
                target={target}
                write={(value) => figure(value, dateLocale)}
              />
            </li>
          ))}
        </ul>
      </Figure>
    </Section>
  );
}

function usePoints({ from, to }: InsightsView, { unit }: Lines) {
  const t = useTranslations("insights.period");
  const { dateLocale } = useUser();
  const keys = keysOf(unit, from, to);
  return (values: ReadonlyMap<string, number>) =>
    pointsOf(keys, values, unit, dateLocale, (day) => t("weekOf", { day }));
}

function useTendency() {
  const t = useTranslations("insights.trend");
  const { dateLocale } = useUser();
  return (trend: number | null): string => {
    if (trend === null) return t("unknown");
    if (Math.abs(trend) < LEVEL) return t("level");
    const by = figure(Math.abs(trend), dateLocale);
    return trend > 0 ? t("rising", { by }) : t("falling", { by });
  };
}
