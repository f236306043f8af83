import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { adjustForMany, associate, slopeOf, strengthOf } from "./statistics.ts";

/** Coefficients and p of scipy 1.17.1 (`spearmanr`, `pointbiserialr`), which take each day for itself. */
const KNOWN = [
  [
    "spearman",
    [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3],
    [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5],
    0.1270682438511219,
    0.6391040998565188,
  ],
  [
    "spearman",
    [5, 7, 6, 8, 4, 6, 7, 9, 3, 5, 6, 8, 7, 6, 5, 8],
    [1, 2, 0, 1, -1, 0, 1, 2, -2, -1, 0, 1, -1, 1, 0, 1],
    0.709795069965293,
    0.0020688036030610084,
  ],
  [
    "point_biserial",
    [0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0],
    [3, 4, 5, 7, 8, 6, 9, 5, 7, 4, 8, 6, 3, 9, 7, 5],
    0.8534918135881967,
    2.6136484810441235e-5,
  ],
] as const;

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("an association", () => {
  it.each(KNOWN)("of %s is what other programs work out of %j and %j", (method, a, b, r, p) => {
    const found = associate(a, b, method);
    expect(found?.r).toBeCloseTo(r, 12);
    // Judged as of fewer days where these are alike, it is never surer than they say.
    expect(found?.p).toBeGreaterThanOrEqual(p - 1e-8);
  });

  it("is judged as of all days where one list is not like itself a day later", () => {
    const [, a, b, , p] = KNOWN[0];
    expect(associate(a, b, "spearman")).toMatchObject({ n: 16, nEffective: 16 });
    expect(associate(a, b, "spearman")?.p).toBeCloseTo(p, 8);
  });

  it("is judged as of fewer days where both are like themselves a day later", () => {
    const wave = Array.from({ length: 40 }, (_, i) => Math.round(5 + 4 * Math.sin(i / 6)));
    const found = associate(wave, wave.toReversed(), "spearman");
    expect(found?.nEffective).toBeLessThan(8);
  });

  it("is not sought below fourteen days, nor of what hardly varies", () => {
    const days = (count: number) => Array.from({ length: count }, (_, i) => i);
    expect(associate(days(13), days(13), "spearman")).toBeNull();
    expect(associate(days(14), days(14), "spearman")).toMatchObject({ n: 14, r: 1, p: 0 });
    const done = (yes: number) => days(20).map((i) => Number(i % 7 === 0 && i / 7 < yes));
    for (const [yes, is] of [
      [0, null],
      [2, null],
      [3, 20],
    ] as const) {
      expect(associate(done(yes), days(20), "point_biserial")?.n ?? null).toBe(is);
      const other = done(yes).map((value) => 1 - value);
      expect(associate(other, days(20), "point_biserial")?.n ?? null).toBe(is);
    }
    expect(associate(days(20), days(20).fill(7), "spearman")).toBeNull();
  });

  const lists = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: -2, max: 2 })), {
      minLength: 14,
      maxLength: 60,
    })
    .map((pairs) => [pairs.map(([a]) => a), pairs.map(([, b]) => b)] as const);

  it("is the same from either side, turned over when one is, and lies between -1 and 1", () => {
    fc.assert(
      fc.property(lists, ([a, b]) => {
        const found = associate(a, b, "spearman");
        const swapped = associate(b, a, "spearman");
        const turned = associate(
          a,
          b.map((value) => -value),
          "spearman",
        );
        if (found === null) return swapped === null && turned === null;
        expect(swapped?.r).toBeCloseTo(found.r, 10);
        expect(swapped?.p).toBeCloseTo(found.p, 10);
        expect(turned?.r).toBeCloseTo(-found.r, 10);
        return (
          Math.abs(found.r) <= 1 && found.p >= 0 && found.p <= 1 && found.nEffective <= found.n
        );
      }),
    );
  });

  it("of ranks stays when values are stretched without changing their order", () => {
    fc.assert(
      fc.property(lists, ([a, b]) => {
        const stretched = a.map((value) => Math.exp(value) + 3);
        expect(associate(stretched, b, "spearman")).toEqual(associate(a, b, "spearman"));
      }),
    );
  });
});

describe("p of many comparisons", () => {
  it("is corrected as in the paper of 1995 (scipy's false_discovery_control): four of fifteen remain", () => {
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1,
    ];
    const known = [
      0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486,
      0.58118182, 0.714875, 0.75323077, 0.81321429, 1,
    ];
    const adjusted = adjustForMany(ps);
    adjusted.forEach((p, i) => {
      expect(p).toBeCloseTo(known[i] ?? NaN, 8);
    });
    expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(4);
  });

  it("keeps the place of each, and never falls", () => {
    const adjusted = adjustForMany([0.01, 0.02, 0.03, 0.04, 0.05, 0.5, 0.9, 0.001]);
    [0.04, 0.16 / 3, 0.06, 0.064, 0.2 / 3, 4 / 7, 0.9, 0.008].forEach((p, i) => {
      expect(adjusted[i]).toBeCloseTo(p, 12);
    });
    expect(adjustForMany([])).toEqual([]);
  });
});

describe("what has nothing to do with each other", () => {
  /** Lists in which each day is like the one before to this degree. */
  const life = (likeness: number, next: () => number, days: number) => {
    let state = 0;
    return Array.from({ length: days }, () => {
      state =
        likeness * state + Math.sqrt(1 - likeness ** 2) * (next() + next() + next() - 1.5) * 2;
      return Math.round(5 + 2 * state);
    });
  };

  it.each([0, 0.5, 0.8])(
    "seems to in about one of twenty lives at most, whose days are like the day before by %d",
    (likeness) => {
      const next = random(20_261_122);
      const [lives, days, kept] = [200, 90, 5];
      let misled = 0;
      for (let one = 0; one < lives; one++) {
        const series = Array.from({ length: kept }, () => life(likeness, next, days));
        const ps = series.flatMap((a, i) =>
          series.slice(i + 1).flatMap((b) => associate(a, b, "spearman")?.p ?? []),
        );
        if (adjustForMany(ps).some((p) => p <= 0.05)) misled++;
      }
      // Ten are expected, with a deviation of three.
      expect(misled).toBeLessThanOrEqual(20);
    },
  );
});

describe("words and lines", () => {
  it.each([
    [0, "negligible"],
    [0.099, "negligible"],
    [-0.1, "weak"],
    [0.399, "weak"],
    [0.4, "moderate"],
    [-0.699, "moderate"],
    [0.7, "strong"],
    [-1, "strong"],
  ])("call %d %s", (r, word) => {
    expect(strengthOf(r)).toBe(word);
  });

  it("rise by the slope of least squares", () => {
    expect(slopeOf([0, 1, 2, 3], [1, 3, 5, 7])).toBeCloseTo(2, 12);
    // Anscombe's first set: 0.5001.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    expect(slopeOf(x, y)).toBeCloseTo(0.50009, 5);
  });
});
