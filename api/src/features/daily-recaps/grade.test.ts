import { expect, it } from "@jest/globals";
import { gradeOf } from "./grade.ts";

it.each([
  [[10], 10, "A", "Excellent"],
  [[9], 9, "A", "Excellent"],
  [[9, 9, 8], 8.67, "B", "Consistent"],
  [[7], 7, "B", "Consistent"],
  [[7, 6], 6.5, "C", "Mixed"],
  [[5], 5, "C", "Mixed"],
  [[5, 5, 4], 4.67, "D", "Off-track"],
  [[3], 3, "D", "Off-track"],
  [[3, 2], 2.5, "F", "Critical"],
  [[1], 1, "F", "Critical"],
])("scores of %j are %d: %s, %s", (scores, overall, grade, label) => {
  expect(gradeOf(scores)).toEqual({ overall, grade, label });
});

it("no score is no grade", () => {
  expect(gradeOf([])).toEqual({ overall: null, grade: null, label: null });
});

it("the grade is that of the mean as it is shown", () => {
  // 250 nines and one eight have a mean of 8.996.
  const scores = [...Array.from({ length: 250 }, () => 9), 8];
  expect(gradeOf(scores)).toMatchObject({ overall: 9, grade: "A" });
});
