import type * as z from "zod";
import { listInOrder, listAll } from "../../vault/ordered-list.ts";
import { pace } from "../../vault/pace.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { listAllChecks, listChecks } from "../habit-checks/habit-checks.ts";
import type { habits } from "./contract.ts";
import { habitKind } from "./habit-kind.ts";
import { isDue, streakOf, type Checked, type Streak } from "./streak.ts";

export const listHabits = (vault: UserVault, page: z.output<typeof habits.list.query>) =>
  listInOrder(vault, habitKind, page);

/** The habits that are not archived, with what was checked of them on a day. */
export async function habitsOfDay(vault: UserVault, day: string) {
  const [all, checks] = await Promise.all([listAll(vault, habitKind), listChecks(vault, [day])]);
  const byHabit = new Map(checks.items.map((check) => [check.habitId, check]));
  const items = all.items
    .filter(({ archived }) => !archived)
    .map((habit) => ({
      habit,
      check: byHabit.get(habit.id) ?? null,
      isDue: isDue(habit.schedule, day),
    }));
  return { items, ...unreadableOf(all, checks) };
}

/** How long each habit that is not archived has been kept up, as of `today`. */
export async function listStreaks(vault: UserVault, today: string) {
  const [all, checks] = await Promise.all([listAll(vault, habitKind), listAllChecks(vault)]);
  const byHabit = new Map<string, Checked[]>();
  for (const check of checks.items) {
    const own = byHabit.get(check.habitId);
    if (own === undefined) byHabit.set(check.habitId, [check]);
    else own.push(check);
  }
  const items: ({ readonly habitId: string } & Streak)[] = [];
  const breathe = pace();
  for (const habit of all.items.filter(({ archived }) => !archived)) {
    await breathe();
    items.push({ habitId: habit.id, ...streakOf(habit, byHabit.get(habit.id) ?? [], today) });
  }
  return { items, ...unreadableOf(all, checks) };
}

/** How many records of several lists do not open, where there are any. */
export function unreadableOf(...lists: readonly { readonly unreadable?: number }[]) {
  const unreadable = lists.reduce((sum, list) => sum + (list.unreadable ?? 0), 0);
  return unreadable === 0 ? {} : { unreadable };
}
