import type * as z from "zod";
import { listInOrder } from "../../vault/ordered-list.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { ReminderFields, type reminders } from "./contract.ts";
import { reminderTable } from "./table.ts";

type Fields = z.output<typeof ReminderFields>;

/** When somebody wants to be asked to write. */
export const reminderKind: RecordKind<Fields, Fields> = {
  kind: "reminders",
  fields: ReminderFields,
  table: reminderTable,
  dayOf: null,
  sortKey: (reminder) => `${reminder.time} ${reminder.createdAt}`,
};

export const listReminders = (vault: UserVault, page: z.output<typeof reminders.list.query>) =>
  listInOrder(vault, reminderKind, page);
