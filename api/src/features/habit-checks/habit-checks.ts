import type * as z from "zod";
import type { Guard } from "../../contract/endpoint.ts";
import { AppError } from "../../contract/errors.ts";
import { listDays } from "../../vault/day-list.ts";
import { listAll } from "../../vault/ordered-list.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import { findNatural, putNatural, trashRecord } from "../../vault/records.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { checkKey, checkTable } from "./table.ts";
import { CheckFields } from "./contract.ts";
import { habitKind } from "../habits/habit-kind.ts";

type Fields = z.output<typeof CheckFields>;

interface Write {
  readonly guard: Guard;
  readonly now: Date;
}

/** What was done of habits: one check a habit and day. */
export const checkKind: RecordKind<Fields, Fields> = {
  kind: "habit-checks",
  fields: CheckFields,
  table: checkTable,
  dayOf: (check) => check.day,
  parent: { table: habitKind.table, idIn: ({ habitId }) => habitId },
  searched: ({ note }) => ({ texts: [note] }),
  sortKey: (check) => `${check.day} ${check.habitId}`,
};

/** The checks of these days, in the order of the days. */
export const listChecks = (vault: UserVault, days: readonly string[]) =>
  listDays(vault, checkKind, days);

/** The checks of all days. */
export const listAllChecks = (vault: UserVault) => listAll(vault, checkKind);

/**
 * @param today - The day that it is for whoever checks.
 * @param path - Where the day was sent.
 * @throws AppError `invalid_request` for a day that has not begun.
 */
export function assertBegun({ day }: Fields, today: string, path: string): void {
  if (day <= today) return;
  throw new AppError("invalid_request", {
    errors: [{ path, message: `must not be after today, which is ${today}` }],
  });
}

/** @throws AppError `not_found` when there is no such habit, and as {@link assertBegun} and {@link putNatural}. */
export async function putCheck(vault: UserVault, fields: Fields, today: string, write: Write) {
  assertBegun(fields, today, "params.day");
  return putNatural(vault, checkKind, { fields, ...write });
}

/** Moves a check to the trash. @throws AppError `not_found`, and as {@link trashRecord}. */
export async function removeCheck(
  vault: UserVault,
  { habitId, day }: { readonly habitId: string; readonly day: string },
  write: Write,
): Promise<void> {
  const id = await findNatural(vault, checkKind, checkKey(habitId, day));
  if (id === null) throw new AppError("not_found");
  await trashRecord(vault, checkKind, id, write);
}
