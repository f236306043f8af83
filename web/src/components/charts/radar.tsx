"use client";

import { useTranslations } from "use-intl";
import { later } from "@/lib/later.tsx";
import { ChartLoading } from "./chart-loading.tsx";
import { DataTable } from "./data-table.tsx";
import { Figure } from "./figure.tsx";
import { figure, signed } from "./numbers.ts";
import type { Spoke } from "./radar-chart.tsx";

interface Props {
  /** The pillars in their order; those without a score this week and archived are better left out. */
  pillars: readonly { readonly id: string; readonly name: string; readonly target: number }[];
  /** `scores` of a week, as the API has it. */
  scores: readonly {
    readonly pillarId: string;
    readonly average: number;
    readonly days: number;
    readonly trend: number | null;
  }[];
  locale: string;
  level?: 2 | 3;
}

/** Below so many spokes there is no area to see. */
const FEWEST_SPOKES = 3;
const height = "h-72 sm:h-80";

// In the browser alone, as the policy of our pages wants it (see trend.tsx).
const RadarChart = later(
  async () => ({ default: (await import("./radar-chart.tsx")).WeekRadar }),
  <ChartLoading className={height} />,
);

/**
 * The pillars of a week against their targets. Its words are those of `charts`, which the layout of the page has to send.
 */
export function Radar({ pillars, scores, locale, level = 3 }: Props) {
  const t = useTranslations("charts.radar");
  const none = useTranslations("charts")("nothing");
  const byPillar = new Map(scores.map((score) => [score.pillarId, score]));
  const spokes = pillars.map(({ id, name, target }): Spoke => ({
    id,
    name,
    target,
    average: byPillar.get(id)?.average ?? null,
  }));
  const scored = spokes.filter(({ average }) => average !== null);
  const met = scored.filter(({ average, target }) => average !== null && average >= target);
  const table = (
    <DataTable
      caption={t("label")}
      columns={[t("pillar"), t("average"), t("target"), t("days"), t("change")]}
      rows={spokes.map(({ id, name, target, average }) => {
        const trend = byPillar.get(id)?.trend ?? null;
        return {
          key: id,
          head: name,
          cells: [
            average === null ? none : figure(average, locale),
            target,
            byPillar.get(id)?.days ?? 0,
            trend === null ? "–" : signed(trend, locale),
          ],
        };
      })}
    />
  );
  const heading =
    scored.length === 0
      ? t("headingNone")
      : t("heading", { met: String(met.length), scored: scored.length });
  return (
    <Figure heading={heading} level={level} table={table}>
      {spokes.length < FEWEST_SPOKES ? (
        table
      ) : (
        <>
          <div className={height}>
            <RadarChart label={t("label")} spokes={spokes} locale={locale} />
          </div>
          <ul className="flex flex-wrap justify-center gap-x-6 text-sm text-soft">
            <li className="flex items-center gap-2">
              <LineSample />
              {t("average")}
            </li>
            <li className="flex items-center gap-2">
              <LineSample isDashed />
              {t("target")}
            </li>
          </ul>
        </>
      )}
    </Figure>
  );
}

function LineSample({ isDashed = false }: { isDashed?: boolean }) {
  return (
    <svg aria-hidden viewBox="0 0 24 4" className="h-1 w-6">
      <path
        d="M0 2h24"
        strokeWidth="2"
        strokeDasharray={isDashed ? "2 4" : undefined}
        className={isDashed ? "stroke-edge" : "stroke-accent"}
      />
    </svg>
  );
}
