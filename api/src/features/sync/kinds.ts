import type { KindName } from "../../contract/record.ts";
import { AppError, invalidRequest } from "../../contract/errors.ts";
import {
  toRecord,
  type RecordKind,
  type VaultRecord,
  type Write,
} from "../../vault/record-state.ts";
import { trashRecord } from "../../vault/records.ts";
import {
  findSame,
  putChange,
  removeChange,
  type Merged,
  type ShownKind,
  type SyncWrite,
} from "../../vault/sync.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { dailyRecapKind, graded } from "../daily-recaps/daily-recaps.ts";
import { entryKind } from "../entries/entries.ts";
import { feelsKind } from "../feels/feels.ts";
import { assertBegun, checkKind } from "../habit-checks/habit-checks.ts";
import { habitKind } from "../habits/habit-kind.ts";
import { habitRemoval } from "../habits/removal.ts";
import { moodLogKind } from "../mood-logs/mood-logs.ts";
import { moodKind } from "../moods/moods.ts";
import { moodRemoval } from "../moods/removal.ts";
import { scoreKind } from "../pillar-scores/pillar-scores.ts";
import { pillarKind } from "../pillars/pillars.ts";
import { pillarRemoval } from "../pillars/removal.ts";
import { reminderKind } from "../reminders/reminders.ts";
import { templateKind } from "../templates/templates.ts";
import { weeklyRecapKind } from "../weekly-recaps/weekly-recaps.ts";

interface Written extends SyncWrite {
  /** The day that it is for whoever writes. */
  readonly today: string;
}

/** A kind as a device that keeps a copy of everything changes it: as by the kind's own addresses, with the same limits. */
export interface SyncKind extends ShownKind {
  /** @throws AppError `invalid_request`, `not_found` of what the record belongs to. */
  readonly put: (vault: UserVault, id: string, record: unknown, write: Written) => Promise<Merged>;
  readonly remove: (vault: UserVault, id: string, write: SyncWrite) => Promise<Merged>;
}

interface Rules<F> {
  /** What its own addresses answer beside the fields. */
  readonly show?: (record: VaultRecord<F>) => object;
  /** What is asked of a record besides its schema. @throws AppError `invalid_request`. */
  readonly check?: (fields: F, today: string) => void;
  /** How it is deleted, if not by moving it to the trash. */
  readonly remove?: (vault: UserVault, id: string, write: Write) => Promise<number>;
  /** The revision of one that is deleted as far as it can be, though it is there; else null. */
  readonly findRemoved?: (vault: UserVault, id: string) => Promise<number | null>;
}

function syncKind<F extends object, H extends object>(
  kind: RecordKind<F, H>,
  { show = (record) => record, check, remove, findRemoved }: Rules<F> = {},
): SyncKind {
  const put: SyncKind["put"] = async (vault, id, record, { today, ...write }) => {
    const parsed = kind.fields.safeParse(record);
    if (!parsed.success) throw invalidRequest("record", parsed.error);
    const fields = parsed.data;
    try {
      check?.(fields, today);
    } catch (error) {
      // What was taken once is not refused the second time.
      const rev = await findSame(vault, kind, id, fields);
      if (!(error instanceof AppError) || rev === null) throw error;
      return { status: "unchanged", rev };
    }
    return putChange(vault, kind, id, { ...write, fields });
  };
  const trash = remove ?? ((vault, id, write) => trashRecord(vault, kind, id, write));
  return {
    kind: kind.kind,
    table: kind.table,
    show: (keys, row) => show(toRecord(kind.table.openRow(keys, row), row)),
    put,
    remove: async (vault, id, write) => {
      const rev = (await findRemoved?.(vault, id)) ?? null;
      if (rev !== null) return { status: "unchanged", rev };
      return removeChange(id, write, (of, guarded) => trash(vault, of, guarded));
    },
  };
}

const KINDS: Readonly<Record<KindName, SyncKind>> = {
  entries: syncKind(entryKind),
  feels: syncKind(feelsKind),
  pillars: syncKind(pillarKind, pillarRemoval),
  "pillar-scores": syncKind(scoreKind),
  habits: syncKind(habitKind, habitRemoval),
  "habit-checks": syncKind(checkKind, {
    check: (fields, today) => {
      assertBegun(fields, today, "record.day");
    },
  }),
  moods: syncKind(moodKind, moodRemoval),
  "mood-logs": syncKind(moodLogKind),
  "daily-recaps": syncKind(dailyRecapKind, { show: graded }),
  "weekly-recaps": syncKind(weeklyRecapKind),
  templates: syncKind(templateKind),
  reminders: syncKind(reminderKind),
};

export const SYNC_KINDS: readonly SyncKind[] = Object.values(KINDS);

export const syncKindNamed = (name: KindName): SyncKind => KINDS[name];
