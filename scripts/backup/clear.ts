import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { asError, makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import type { BackupSet } from "../lib/backup-sets.ts";
import { listBackups, listUnfinished, removeBackup } from "./catalog.ts";
import { beganAt } from "./ids.ts";
import type { BackupKeys } from "./keys.ts";
import { expired, type Keep } from "./retention.ts";
import type { Store } from "./store/store.ts";

const DAY_MS = 86_400_000;

/** Where what is kept no longer is removed, and how long it is kept. */
export interface Clearing {
  /** Where this machine keeps what it knows of its backups, in its folder `backup`. */
  readonly dataFolder: string;
  readonly store: Store;
  readonly keys: Pick<BackupKeys, "key">;
  readonly keep: Keep;
  /** `KEYS_BACKUP_DAYS`. */
  readonly keysDays: number;
  readonly note: (line: string) => void;
  readonly clock: () => Date;
}

/** A backup that is kept no longer. */
export interface Removed {
  readonly set: BackupSet;
  readonly id: string;
}

/**
 * Removes those backups of some sets that are kept no longer.
 *
 * @param made - The id of the backup that this run made, which stays; null when it made none.
 * @returns what was removed.
 */
export async function removeExpired(
  { store, keys, keep, keysDays, clock, note }: Clearing,
  sets: readonly BackupSet[],
  made: string | null,
): Promise<Removed[]> {
  const removed: Removed[] = [];
  const now = clock();
  for (const set of sets) {
    const { backups, unusable } = await listBackups(store, set, keys.key);
    const unknown = unusable.map(({ id }) => id);
    for (const { id } of expired(set, backups, { keep, keysDays, now, made, unknown })) {
      await removeBackup(store, set, id);
      removed.push({ set, id });
    }
    for (const { id, message } of unusable) {
      const age = now.getTime() - (beganAt(id)?.getTime() ?? 0);
      const isTooOld = set === "keys" && age > keysDays * DAY_MS;
      const why = isTooOld
        ? " It is of the keys, and older than receipts of erasure promise: remove it yourself."
        : set === "keys"
          ? ""
          : " So is what is older, which it may need: if it is of no use, remove it yourself.";
      note(`${set}/${id} cannot be used, and is left where it is: ${message}${why}`);
    }
  }
  return removed;
}

const Unfinished = z.object({ id: z.string(), store: z.string() });
const PREFIX = "unfinished-";

/** Notes what is being stored where, for whoever comes after this process was killed. @returns what forgets it. */
export function noteUnfinished(
  { dataFolder, store }: Pick<Clearing, "dataFolder" | "store">,
  id: string,
): () => void {
  const folder = join(dataFolder, "backup");
  const file = join(folder, `${PREFIX}${id}.json`);
  makePrivateFolder(folder);
  writeAtomically(file, JSON.stringify({ id, store: store.name }));
  return () => rmSync(file, { force: true });
}

/** Removes what this run has stored. What it cannot remove, since the place is away for one, the next run will. */
export async function removeFailed(
  { store, note }: Pick<Clearing, "store" | "note">,
  sets: readonly BackupSet[],
  id: string,
  forget: () => void,
): Promise<void> {
  try {
    for (const set of sets) {
      const unfinished = await listUnfinished(store, set);
      if (unfinished.includes(id)) await removeBackup(store, set, id);
    }
    forget();
  } catch (error) {
    note(`What was stored of ${id} could not be removed now, and will be by the next backup.`);
    note(asError(error).message);
  }
}

/**
 * Removes what earlier runs left: those of this machine that were killed, which cannot be running, since only one runs at
 * a time; and those that nobody knows, once they are a day old.
 */
export async function removeUnfinished({
  dataFolder,
  store,
  clock,
  note,
}: Pick<Clearing, "dataFolder" | "store" | "clock" | "note">): Promise<void> {
  const now = clock();
  const folder = join(dataFolder, "backup");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(folder, name));
  const notes = files.map((file) => ({
    file,
    ...Unfinished.parse(JSON.parse(readFileSync(file, "utf8"))),
  }));
  const ours = notes.filter((each) => each.store === store.name);
  for (const set of ["platform", "vault", "keys"] as const) {
    for (const id of await listUnfinished(store, set)) {
      const isDead = ours.some((each) => each.id === id);
      const age = now.getTime() - (beganAt(id)?.getTime() ?? 0);
      if (!isDead && age < DAY_MS) continue;
      note(`removing ${set}/${id}, which was never finished`);
      await removeBackup(store, set, id);
    }
  }
  for (const { file } of ours) rmSync(file, { force: true });
}
