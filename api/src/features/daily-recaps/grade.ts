import type * as z from "zod";
import type { Graded } from "./contract.ts";

/** What a mean of scores from 1 to 10 comes to, from the best down. */
const GRADES = [
  { from: 9, grade: "A", label: "Excellent" },
  { from: 7, grade: "B", label: "Consistent" },
  { from: 5, grade: "C", label: "Mixed" },
  { from: 3, grade: "D", label: "Off-track" },
  { from: -Infinity, grade: "F", label: "Critical" },
] as const;

/** Grades scores by their mean. The grade is that of the mean as it is shown: 8.996 is 9.00, an A. */
export function gradeOf(scores: readonly number[]): z.output<typeof Graded> {
  if (scores.length === 0) return { overall: null, grade: null, label: null };
  const overall = toTwoPlaces(scores.reduce((sum, score) => sum + score, 0) / scores.length);
  const { grade, label } = GRADES.find(({ from }) => overall >= from) ?? GRADES[4];
  return { overall, grade, label };
}

export function toTwoPlaces(value: number): number {
  return Math.round(value * 100) / 100;
}
