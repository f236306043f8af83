"use client";

import { useTranslations } from "use-intl";
import { figure, signed } from "@/components/charts/numbers.ts";
import { Radar } from "@/components/charts/radar.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import type { Named } from "@/features/insights/use-insights.ts";
import { Glyph } from "@/features/library/glyph.tsx";
import type { WeekView } from "./week-form.ts";

/** Below so many there is no area to draw. */
const FEWEST_FOR_RADAR = 3;

/** How the pillars went in a week. */
export function WeekPillars({ view, named }: { view: WeekView; named: Named }) {
  const t = useTranslations("library.week");
  const { dateLocale } = useUser();
  const pillars = [...named.pillars.values()];
  const order = pillars.map(({ id }) => id);
  // In the order in which the person has them; one that is gone comes last.
  const placeOf = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length);
  const scores = view.scores.toSorted(
    (one, other) => placeOf(one.pillarId) - placeOf(other.pillarId),
  );
  const isScored = (id: string) => scores.some(({ pillarId }) => pillarId === id);
  const drawn = pillars.filter(({ id, archived }) => !archived || isScored(id));
  return (
    <Section title={t("pillars")}>
      {scores.length === 0 ? (
        <p className="text-soft">{t("pillarsNone")}</p>
      ) : (
        <ul className="divide-y divide-line border-y border-line">
          {scores.map(({ pillarId, average, days, trend }) => {
            const pillar = named.pillars.get(pillarId);
            const details = [
              t("onDays", { days }),
              pillar && t("target", { target: pillar.target }),
              trend !== null && t("trend", { by: signed(trend, dateLocale) }),
            ].filter(Boolean);
            return (
              <li key={pillarId} className="flex items-center gap-3 py-2.5">
                <Glyph
                  name={pillar?.name ?? "?"}
                  icon={pillar?.icon ?? ""}
                  {...(pillar && { color: pillar.color })}
                />
                <div className="grid min-w-0 flex-1">
                  <span className="font-medium">{pillar?.name ?? t("unknownPillar")}</span>
                  <span className="text-sm text-soft tabular-nums">{details.join(" · ")}</span>
                </div>
                <span className="font-serif text-title tabular-nums">
                  {figure(average, dateLocale)}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {scores.length > 0 && drawn.length >= FEWEST_FOR_RADAR && (
        <Radar pillars={drawn} scores={scores} locale={dateLocale} />
      )}
    </Section>
  );
}
