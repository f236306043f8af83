// Whoever compiles this file from another folder has to find the types as well.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./jstat.d.ts" />
import jstat from "jstat";

const { jStat } = jstat;

/** Below so many days that have both, nothing is said. */
export const MIN_PAIRS = 14;
/** On so many days at least a value must differ from the one it has most often. */
const MIN_DIFFERENT = 3;

/** How two things that were noted on the same days go together. */
export interface Association {
  readonly n: number;
  /** How many independent days the days are worth. */
  readonly nEffective: number;
  /** The coefficient, from -1 to 1. */
  readonly r: number;
  /** How often a coefficient at least as far from zero would come about by chance. */
  readonly p: number;
}

/**
 * How two lists of values, of the same days in their order, go together: by Spearman's coefficient of their ranks
 * (Spearman 1904; equal values have the mean of their ranks), or, where one is 0 or 1 by nature, by the point-biserial
 * one, which is Pearson's. The two-sided p is Student's t with n − 2 degrees of freedom, which is exact for neither and
 * close for both from about ten pairs on (Zar 1972).
 *
 * Days are not independent: a good week makes a good mood and many walks without the one having to do with the other.
 * The coefficient is therefore judged as one of fewer days, n (1 − ab) / (1 + ab), where a and b say how much each list
 * is like itself one place later (Bartlett 1935; Pyper and Peterman 1998). What goes in longer waves, such as seasons,
 * or weekends in both lists, is not taken out by it.
 *
 * @returns null below {@link MIN_PAIRS} pairs, or when a list hardly varies: fewer than three values, such as fewer
 * than three days without, that are not its most frequent one.
 */
export function associate(
  a: readonly number[],
  b: readonly number[],
  method: "spearman" | "point_biserial",
): Association | null {
  const n = a.length;
  if (n < MIN_PAIRS || !varies(a) || !varies(b)) return null;
  const [x, y] = method === "spearman" ? [jStat.rank(a), jStat.rank(b)] : [a, b];
  // Sums of fractions may end a hair beyond what there is.
  const r = Math.max(-1, Math.min(1, jStat.corrcoeff(x, y)));
  const likeness = Math.max(0, autocorrelation(x) * autocorrelation(y));
  const nEffective = Math.max(3, (n * (1 - likeness)) / (1 + likeness));
  return { n, nEffective, r, p: pValue(r, nEffective) };
}

function varies(values: readonly number[]): boolean {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return values.length - Math.max(...counts.values()) >= MIN_DIFFERENT;
}

/** How much a list is like itself one place later, from -1 to 1. */
function autocorrelation(values: readonly number[]): number {
  const mean = jStat.mean(values);
  const deviations = values.map((value) => value - mean);
  let [product, square] = [0, 0];
  deviations.forEach((deviation, i) => {
    product += deviation * (deviations[i + 1] ?? 0);
    square += deviation * deviation;
  });
  const n = values.length;
  return Math.max(-1, Math.min(1, (product / (n - 1)) * (n / square)));
}

function pValue(r: number, n: number): number {
  if (Math.abs(r) === 1) return 0;
  const t = Math.abs(r) * Math.sqrt((n - 2) / (1 - r * r));
  return Math.min(1, 2 * jStat.studentt.cdf(-t, n - 2));
}

/**
 * Corrects the p of many comparisons for their number (Benjamini and Hochberg 1995): of those that remain at or below
 * 0.05 no more than one in twenty is there by chance, on average.
 *
 * @returns The corrected p of each, in the order of `ps`.
 */
export function adjustForMany(ps: readonly number[]): number[] {
  const descending = ps.map((p, i) => ({ p, i })).sort((one, other) => other.p - one.p);
  const adjusted: number[] = [];
  let least = 1;
  descending.forEach(({ p, i }, above) => {
    least = Math.min(least, (p * ps.length) / (ps.length - above));
    adjusted[i] = least;
  });
  return adjusted;
}

/**
 * A word for a coefficient (Schober, Boer and Schwarte 2018: below 0.1 negligible, below 0.4 weak, below 0.7 moderate,
 * and strong from there on).
 */
export function strengthOf(r: number): "negligible" | "weak" | "moderate" | "strong" {
  const size = Math.abs(r);
  if (size < 0.1) return "negligible";
  if (size < 0.4) return "weak";
  return size < 0.7 ? "moderate" : "strong";
}

export const meanOf = (values: readonly number[]): number => jStat.mean(values);

/** By how much values rise from one number of `at` to the next: the slope of the line of least squares. */
export function slopeOf(at: readonly number[], values: readonly number[]): number {
  return jStat.covariance(at, values) / jStat.variance(at, true);
}
