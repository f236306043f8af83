import { useTranslations } from "use-intl";
import { Badge } from "@/components/rows.tsx";
import { rounded, signed } from "@/components/charts/numbers.ts";
import { formatDay } from "@/lib/day.ts";
import type { Correlation, CorrectionOutcome, Named } from "./use-insights.ts";

/** What goes together, in sentences, each with what it rests on. */
export function Correlations({
  of: correlations,
  named,
  locale,
}: {
  of: readonly Correlation[];
  named: Named;
  locale: string;
}) {
  const t = useTranslations("insights.together");
  const nameOf = useMeasureNames(named);
  return (
    <ul className="grid gap-5">
      {correlations.map((found) => (
        <li key={keyOf(found)} className="grid gap-1 break-inside-avoid">
          <p className="text-lg text-pretty first-letter:uppercase">
            {t(`codes.${found.code}`, { a: nameOf(found.a), b: nameOf(found.b) })}
          </p>
          <p className="text-sm text-soft tabular-nums">
            {[
              t("evidence", {
                strength: t(`strengths.${found.strength}`),
                r: signed(found.r, locale),
                n: found.n,
              }),
              found.difference && t("withIt", { days: found.difference.daysWith }),
              found.difference &&
                t("difference", {
                  with: writtenAs(found.b.kind, found.difference.with, locale),
                  without: writtenAs(found.b.kind, found.difference.without, locale),
                }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Slips before and after corrections, those with fewer after it first. */
export function Corrections({
  of: outcomes,
  named,
  locale,
}: {
  of: readonly CorrectionOutcome[];
  named: Named;
  locale: string;
}) {
  const t = useTranslations("insights");
  const worked = outcomes.filter(({ code }) => code === "fewer_slips");
  const others = outcomes.filter(({ code }) => code !== "fewer_slips");
  return (
    <ul className="grid gap-5">
      {[...worked, ...others].map((outcome) => (
        <li key={`${outcome.source.id} ${outcome.text}`} className="grid gap-1 break-inside-avoid">
          <p className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 text-lg">
            <span className="min-w-0 [overflow-wrap:anywhere]">{outcome.text}</span>
            <Badge>{t(`corrections.codes.${outcome.code}`)}</Badge>
          </p>
          <p className="text-sm text-soft tabular-nums">
            {[
              t("corrections.of", {
                pillar: named.pillars.get(outcome.pillarId)?.name ?? t("pillars.unknown"),
                day: formatDay(outcome.day, locale, {
                  day: "numeric",
                  month: "long",
                  year: "numeric",
                }),
              }),
              outcome.done && t("corrections.done"),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <p className="text-sm text-soft tabular-nums">
            {t("corrections.figures", {
              before: rounded(outcome.before.perWeek, locale),
              after: rounded(outcome.after.perWeek, locale),
              recapsBefore: outcome.before.recaps,
              recapsAfter: outcome.after.recaps,
            })}
          </p>
        </li>
      ))}
    </ul>
  );
}

const keyOf = ({ code, a, b, lagDays }: Correlation) =>
  [code, a.kind, a.id, b.kind, b.id, lagDays].join(" ");

/** Moods and purpose lie around nought, scores above it. */
const writtenAs = (kind: Correlation["b"]["kind"], value: number, locale: string) =>
  kind === "mood" || kind === "purpose" ? signed(value, locale) : rounded(value, locale);

function useMeasureNames({ pillars, habits }: Named) {
  const t = useTranslations("insights.together.measures");
  return ({ kind, id }: Correlation["a"]): string => {
    if (kind !== "habit" && kind !== "pillar") return t(kind);
    const name = (kind === "habit" ? habits : pillars).get(id ?? "")?.name;
    return name === undefined ? t("unknown") : t(kind, { name });
  };
}
