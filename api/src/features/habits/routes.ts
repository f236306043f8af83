import { created, noContent, ok } from "../../http/answer.ts";
import {
  listHandler,
  recordHandlers,
  removeHandler,
  type RecordDeps,
} from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { dayAt } from "../../lib/day.ts";
import { getRecord } from "../../vault/records.ts";
import { reorderRecords } from "../../vault/reorder.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";
import { daysOf } from "../days/range.ts";
import { checkKind, listChecks, putCheck, removeCheck } from "../habit-checks/habit-checks.ts";
import { habits } from "./contract.ts";
import { habitsOfDay, listHabits, listStreaks } from "./habits.ts";
import { habitKind } from "./habit-kind.ts";
import { habitRemoval } from "./removal.ts";
import { habitsToBeginWith } from "./suggestions.ts";

export function habitRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock, onUnreadable } = deps;
  const today = ({ user }: Caller) => todayOf(user, clock());
  const report = (vault: UserVault, { unreadable }: { readonly unreadable?: number }) => {
    if (unreadable !== undefined) onUnreadable(vault, checkKind.table.table);
  };
  return routes(habits, gates, {
    ...recordHandlers(habitKind, deps),
    list: listHandler(habitKind, deps, listHabits),
    remove: removeHandler(habitKind, deps, habitRemoval.remove),
    suggestions: ({ caller }) =>
      Promise.resolve(ok({ items: habitsToBeginWith(caller.user.locale) })),
    today: async (asked) => {
      const day = today(asked.caller);
      const vault = await openVault(asked);
      const found = await habitsOfDay(vault, day);
      report(vault, found);
      return ok({ day, ...found });
    },
    streaks: async (asked) => {
      const day = today(asked.caller);
      const vault = await openVault(asked);
      const found = await listStreaks(vault, day);
      report(vault, found);
      return ok({ day, ...found });
    },
    reorder: async (asked) => {
      await reorderRecords(await openVault(asked), habitKind, asked.body.ids, clock());
      return noContent();
    },
    history: async (asked) => {
      const days = daysOf(asked.query);
      const vault = await openVault(asked);
      const habit = await getRecord(vault, habitKind, asked.params.id);
      const { items, ...rest } = await listChecks(vault, days);
      report(vault, rest);
      const { timeZone, dayStartHour } = asked.caller.user;
      const madeOn = dayAt(new Date(habit.createdAt), timeZone, dayStartHour);
      const own = items.filter(({ habitId }) => habitId === habit.id);
      return ok({
        items: own.map((check) => ({ ...check, isBeforeHabit: check.day < madeOn })),
        ...rest,
      });
    },
    putCheck: async (asked) => {
      const { id: habitId, day } = asked.params;
      const fields = { habitId, day, ...asked.body };
      const write = { guard: asked.guard, now: clock() };
      const vault = await openVault(asked);
      const { record, isNew } = await putCheck(vault, fields, today(asked.caller), write);
      return isNew ? created(record) : ok(record);
    },
    removeCheck: async (asked) => {
      const { id: habitId, day } = asked.params;
      const write = { guard: asked.guard, now: clock() };
      await removeCheck(await openVault(asked), { habitId, day }, write);
      return noContent();
    },
  });
}
