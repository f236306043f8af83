/** @jest-environment node */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { MOOD_MARKS, STEPS, stepOfGrade, stepOfMood } from "./steps.ts";

type Rgb = readonly [number, number, number];
const THEMES = ["light", "dark"] as const;

const css = ["tokens", "charts"]
  .map((name) => readFileSync(`${__dirname}/../../styles/${name}.css`, "utf8"))
  .join("\n");

/** Linear light of a colour of the style sheets in a theme. */
function colour(name: string, theme: (typeof THEMES)[number]): Rgb {
  const value = new RegExp(`--color-${name}: ([^;]+);`).exec(css)?.[1] ?? "";
  const alias = /^var\(--color-([\w-]+)\)$/.exec(value)?.[1];
  if (alias !== undefined) return colour(alias, theme);
  const both = [...value.matchAll(/oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)];
  const [lightness = NaN, chroma = NaN, hue = NaN] =
    both[THEMES.indexOf(theme)]?.slice(1).map(Number) ?? [];
  return fromOklch(lightness, chroma, hue);
}

/** Ottosson's matrices, as CSS Color 4 has them. */
function fromOklch(lightness: number, chroma: number, hue: number): Rgb {
  const [a, b] = [Math.cos, Math.sin].map((part) => chroma * part((hue * Math.PI) / 180));
  const cube = (x: number, y: number) => (lightness + x * (a ?? 0) + y * (b ?? 0)) ** 3;
  const [l, m, s] = [
    cube(0.3963377774, 0.2158037573),
    cube(-0.1055613458, -0.0638541728),
    cube(-0.0894841775, -1.291485548),
  ];
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** What eyes see: all cones, or one kind of them missing (Machado, Oliveira and Fernandes 2009, severity 1). */
const EYES: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const clamped = (value: number) => Math.min(1, Math.max(0, value));

function seenBy(eyes: string, [red, green, blue]: Rgb): Rgb {
  const [r, g, b] = (EYES[eyes] ?? []).map(([x, y, z]) => clamped(x * red + y * green + z * blue));
  return [r ?? 0, g ?? 0, b ?? 0];
}

/** The contrast of WCAG 2.2. */
function contrast(one: Rgb, other: Rgb): number {
  const luminance = ([r, g, b]: Rgb) =>
    0.2126 * clamped(r) + 0.7152 * clamped(g) + 0.0722 * clamped(b) + 0.05;
  const [a, b] = [luminance(one), luminance(other)];
  return Math.max(a, b) / Math.min(a, b);
}

describe.each(THEMES)("the steps of colour, %s", (theme) => {
  const steps = STEPS.map((step) => colour(`step-${step}`, theme));
  const page = colour("page", theme);

  it.each(Object.keys(EYES))("differ in lightness, to eyes with %s", (eyes) => {
    const seen = [page, ...steps].map((step) => seenBy(eyes, step));
    const ratios = seen.slice(1).map((step, index) => contrast(seen[index] ?? step, step));
    // From the page to the first step, and from each to the next.
    expect(ratios).toHaveLength(5);
    ratios.forEach((ratio) => expect(ratio).toBeGreaterThanOrEqual(1.37));
    // One direction throughout, so that the ratios add up.
    const ends = contrast(seen[0] ?? page, seen[5] ?? page);
    expect(ratios.reduce((all, ratio) => all * ratio, 1)).toBeCloseTo(ends, 6);
  });

  it("bear their text", () => {
    for (const [index, step] of STEPS.entries()) {
      const text = colour(`on-step-${step}`, theme);
      expect(contrast(steps[index] ?? page, text)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe("the step of a day", () => {
  it.each([
    [-2, 1],
    [-1.5, 1],
    [-1.49, 2],
    [-0.5, 2],
    [-0.49, 3],
    [0, 3],
    [0.5, 4],
    [1.49, 4],
    [1.5, 5],
    [2, 5],
  ])("of a mood of %d is %d", (mood, step) => {
    expect(stepOfMood(mood)).toBe(step);
  });

  it("of a grade follows its order, and each has a mark of its own", () => {
    expect((["F", "D", "C", "B", "A"] as const).map(stepOfGrade)).toEqual([...STEPS]);
    expect(new Set(STEPS.map((step) => MOOD_MARKS[step])).size).toBe(5);
  });
});
