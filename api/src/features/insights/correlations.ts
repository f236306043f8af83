import { addDays } from "../../lib/day.ts";
import type { Pace } from "../../vault/pace.ts";
import { toTwoPlaces } from "../daily-recaps/grade.ts";
import type { Correlation, Measure } from "./contract.ts";
import type { Series } from "./series.ts";
import { adjustForMany, associate, meanOf, strengthOf, type Association } from "./statistics.ts";

/** Of so many habits and so many outcomes at most, those noted most often: what there is to compare is bounded. */
const MAX_SERIES = 25;
const MAX_SHOWN = 50;
/** How many of a hundred that are shown may be there by chance. */
const FALSE_DISCOVERY_RATE = 0.05;

interface Comparison {
  readonly a: Series;
  readonly b: Series;
  readonly lagDays: 0 | 1;
}

/**
 * What goes together, the strongest first, and how many comparisons were made to find it. Which are made is fixed
 * beforehand: each habit with how its day and the day after went, and any two measures of how a day went; not those of
 * which one is made of the other. All count in the correction of p, also those that come to nothing.
 *
 * @param habits - What was done.
 * @param outcomes - How days went.
 * @param breathe - Called between comparisons.
 */
export async function correlate(
  habits: readonly Series[],
  outcomes: readonly Series[],
  breathe: Pace,
): Promise<{ correlations: Correlation[]; comparisons: number }> {
  const found: (Comparison & Association & Pick<Correlation, "method" | "difference">)[] = [];
  for (const comparison of comparisonsOf(mostNoted(habits), mostNoted(outcomes))) {
    const one = compare(comparison);
    if (one !== null) found.push(one);
    await breathe();
  }
  const adjusted = adjustForMany(found.map(({ p }) => p));
  const correlations = found.flatMap(({ a, b, ...rest }, i): Correlation[] => {
    const pAdjusted = adjusted[i] ?? 1;
    const strength = strengthOf(rest.r);
    if (pAdjusted > FALSE_DISCOVERY_RATE || strength === "negligible") return [];
    const direction = rest.r > 0 ? "positive" : "negative";
    return [
      {
        type: "correlation",
        code: codeOf(a.isYesNo, rest.lagDays, direction),
        ...rest,
        a: a.measure,
        b: b.measure,
        nEffective: Math.round(rest.nEffective * 10) / 10,
        r: toTwoPlaces(rest.r),
        pAdjusted,
        strength,
        direction,
      },
    ];
  });
  correlations.sort((one, other) => Math.abs(other.r) - Math.abs(one.r) || one.p - other.p);
  return { correlations: correlations.slice(0, MAX_SHOWN), comparisons: found.length };
}

function mostNoted(series: readonly Series[]): Series[] {
  return series.toSorted((a, b) => b.values.size - a.values.size).slice(0, MAX_SERIES);
}

function* comparisonsOf(
  habits: readonly Series[],
  outcomes: readonly Series[],
): Generator<Comparison> {
  for (const [i, b] of outcomes.entries()) {
    for (const a of habits) {
      yield { a, b, lagDays: 0 };
      yield { a, b, lagDays: 1 };
    }
    for (const a of outcomes.slice(0, i)) {
      if (!isMadeOf(a.measure, b.measure)) yield { a, b, lagDays: 0 };
    }
  }
}

/** The mean of a day's scores says of each pillar in it what that says itself. */
function isMadeOf(one: Measure, other: Measure): boolean {
  const kinds = [one.kind, other.kind];
  return kinds.includes("overall") && kinds.includes("pillar");
}

function compare(comparison: Comparison) {
  const { a, b, lagDays } = comparison;
  const pairs = [...a.values].flatMap(([day, value]) => {
    const other = b.values.get(lagDays === 0 ? day : addDays(day, lagDays));
    return other === undefined ? [] : [[value, other] as const];
  });
  const method = a.isYesNo ? "point_biserial" : "spearman";
  const association = associate(
    pairs.map(([x]) => x),
    pairs.map(([, y]) => y),
    method,
  );
  if (association === null) return null;
  return {
    ...comparison,
    method,
    ...association,
    difference: a.isYesNo ? differ(pairs) : null,
  } as const;
}

/** How days with differ from those without. Both are there, or there would be no association. */
function differ(pairs: readonly (readonly [number, number])[]) {
  const valuesOf = (yes: number) => pairs.filter(([x]) => x === yes).map(([, y]) => y);
  const [yes, no] = [valuesOf(1), valuesOf(0)];
  const [mean, meanWithout] = [meanOf(yes), meanOf(no)];
  return {
    with: toTwoPlaces(mean),
    without: toTwoPlaces(meanWithout),
    by: toTwoPlaces(mean - meanWithout),
    daysWith: yes.length,
  };
}

function codeOf(
  isYesNo: boolean,
  lagDays: 0 | 1,
  direction: Correlation["direction"],
): Correlation["code"] {
  const isMore = direction === "positive";
  if (isYesNo && lagDays === 0) return isMore ? "higher_with" : "lower_with";
  if (isYesNo) return isMore ? "higher_after" : "lower_after";
  if (lagDays === 0) return isMore ? "rise_together" : "move_apart";
  return isMore ? "rises_after" : "falls_after";
}
