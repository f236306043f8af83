import { GRADES, type Step, stepOfGrade, stepOfMood } from "@/components/charts/steps.ts";
import type { DayPixel } from "./use-insights.ts";

/** What the days of a year are coloured by. */
export const MEASURES = ["mood", "overall"] as const;
export type Measure = (typeof MEASURES)[number];

/** The years that an address may ask for; undefined for anything else. */
export function yearIn(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}

export const measureIn = (text: string | null): Measure =>
  MEASURES.find((measure) => measure === text) ?? "mood";

/** The value of a day in what it is coloured by, and its step; null without one. */
export function valueOf(
  measure: Measure,
  { mood, overall, grade }: DayPixel,
): { readonly value: number; readonly step: Step } | null {
  if (measure === "mood") return mood === null ? null : { value: mood, step: stepOfMood(mood) };
  return overall === null || grade === null ? null : { value: overall, step: stepOfGrade(grade) };
}

/** The mark of a step of the scores: their grade. */
export const gradeOfStep = (step: Step) => GRADES[5 - step] ?? "C";
