/** From 1, least, to 5, most. */
export const STEPS = [1, 2, 3, 4, 5] as const;
export type Step = (typeof STEPS)[number];

/** The fill of a step with the text that can be read on it; see styles/charts.css. */
export const STEP_LOOKS: Readonly<Record<Step, string>> = {
  1: "bg-step-1 text-on-step-1",
  2: "bg-step-2 text-on-step-2",
  3: "bg-step-3 text-on-step-3",
  4: "bg-step-4 text-on-step-4",
  5: "bg-step-5 text-on-step-5",
};

/** What a mood from -2 to 2 is drawn as, beside its colour. The minus is the one of mathematics. */
export const MOOD_MARKS: Readonly<Record<Step, string>> = {
  1: "−2",
  2: "−1",
  3: "0",
  4: "+1",
  5: "+2",
};

/** The step of a mean valence, from -2 to 2; a half goes away from nought. */
export function stepOfMood(mood: number): Step {
  const nearest = Math.sign(mood) * Math.round(Math.abs(mood));
  return STEPS[Math.min(4, Math.max(0, nearest + 2))] ?? 3;
}

const GRADE_STEPS = { F: 1, D: 2, C: 3, B: 4, A: 5 } as const satisfies Record<string, Step>;
export type Grade = keyof typeof GRADE_STEPS;

export const GRADES = ["A", "B", "C", "D", "F"] as const satisfies readonly Grade[];

export const stepOfGrade = (grade: Grade): Step => GRADE_STEPS[grade];
