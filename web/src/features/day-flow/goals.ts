import type { Check, Goal } from "./views.ts";

/** Whether a check meets the goal. One without a value is taken at its word. */
export function isMet(goal: Goal, check: Pick<Check, "state" | "value"> | null): boolean {
  if (check?.state !== "done") return false;
  if (goal.type === "yes_no" || check.value === null) return true;
  return goal.type === "at_least" ? check.value >= goal.value : check.value <= goal.value;
}

/** What one press of more or less changes: one of a few, five of sixty, a hundred of some thousands. */
export function stepOf(goal: number): number {
  if (goal <= 20) return 1;
  const power = 10 ** Math.floor(Math.log10(goal / 10));
  const [one = 1] = [5, 2, 1].filter((factor) => factor * power * 10 <= goal);
  return one * power;
}

const MAX_VALUE = 1_000_000_000;

/** The next value up or down, on a whole step, and never below nothing. */
export function stepped(value: number, direction: 1 | -1, step: number): number {
  const steps = value / step;
  const next = direction === 1 ? Math.floor(steps) + 1 : Math.ceil(steps) - 1;
  return Math.min(MAX_VALUE, Math.max(0, next * step));
}

/** What somebody typed as an amount, with a point or a comma; null for what is none. */
export function amountOf(typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  if (!/^\d{1,10}(\.\d{1,6})?$/.test(text)) return null;
  const value = Number(text);
  return value <= MAX_VALUE ? value : null;
}

/** What one tap says of a habit that is not done yet: of so much at least, that it was so much. */
export const doneBy = (goal: Goal): Pick<Check, "state" | "value"> => ({
  state: "done",
  value: goal.type === "at_least" ? goal.value : null,
});

/** How much of a goal of at least so much is reached, from 0 to 1; null for other goals and without a value. */
export function shareOf(goal: Goal, check: Pick<Check, "state" | "value"> | null): number | null {
  if (goal.type !== "at_least" || check?.state !== "done" || check.value === null) return null;
  return goal.value === 0 ? 1 : Math.min(1, check.value / goal.value);
}
