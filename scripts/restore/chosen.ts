import { listBackups, openManifest } from "../backup/catalog.ts";
import type { Manifest } from "../backup/manifest.ts";
import { isFromFuture } from "../backup/retention.ts";
import type { Store } from "../backup/store/store.ts";
import type { BackupSet } from "../lib/backup-sets.ts";

/** The journal's sets. That of the keys is of another kind: of it there is only the newest. */
export type JournalSet = Exclude<BackupSet, "keys">;

export interface Wish {
  readonly sets: readonly JournalSet[];
  readonly withKeys: boolean;
  /** The id of a backup, or the newest. */
  readonly backup: string;
  /** The newest that is not of after this. */
  readonly at: Date | undefined;
}

export interface Chosen {
  readonly journal: readonly Manifest[];
  /** Null when the keys stay as they are. */
  readonly keys: Manifest | null;
  /** Whether all that is restored is of one consistent state. */
  readonly isOneState: boolean;
}

export const NEWEST = "latest";

/**
 * Chooses what to restore: of the journal the newest backup that all wanted sets have whole, of the keys the newest there
 * is. Whatever the age of a journal, the newest keys open it, except what was erased since.
 *
 * @param key - As of `readManifest`.
 * @throws Error when there is none, or a newer one cannot be used: then it is to be named which is wanted.
 */
export async function choose(store: Store, wish: Wish, key: Buffer | null): Promise<Chosen> {
  const journal = await chooseJournal(store, wish, key);
  const keys = wish.withKeys ? await newestOf(store, "keys", undefined, key) : null;
  const all = [...journal, ...(keys === null ? [] : [keys])];
  const isOneState =
    new Set(all.map(({ id }) => id)).size === 1 && all.every(({ engine }) => engine === "physical");
  return { journal, keys, isOneState };
}

async function chooseJournal(
  store: Store,
  { sets, backup, at }: Wish,
  key: Buffer | null,
): Promise<Manifest[]> {
  if (backup !== NEWEST) {
    return Promise.all(sets.map((set) => openManifest(store, set, backup, key)));
  }
  const [first, ...others] = sets;
  if (first === undefined) return [];
  if (others.length === 0) return [await newestOf(store, first, at, key)];
  const listed = await Promise.all(sets.map((set) => usable(store, set, at, key)));
  const [newest = []] = listed;
  for (const { id } of newest) {
    const found = listed.map((backups) => backups.find((each) => each.id === id));
    if (found.every((each) => each !== undefined)) return found;
  }
  const [a, b] = listed.map((backups) => backups[0]?.id ?? "none");
  throw new Error(
    `${store.name} has no backup that both databases are in${before(at)}: the newest of the platform is ${a}, of the vault ${b}. ` +
      "Restore them one after the other, each with --database and --backup ID.",
  );
}

async function newestOf(
  store: Store,
  set: BackupSet,
  at: Date | undefined,
  key: Buffer | null,
): Promise<Manifest> {
  const found = await usable(store, set, at, key);
  const now = new Date();
  const newest =
    (set === "keys" ? found.find((each) => !isFromFuture(each, now)) : undefined) ?? found[0];
  if (newest !== found[0] && found[0] !== undefined) {
    console.log(`keys/${found[0].id} is passed over: a clock that was wrong has made it.`);
  }
  if (newest !== undefined) return newest;
  if (set !== "keys") throw new Error(`${store.name} has no backup of the ${set}${before(at)}.`);
  throw new Error(
    `${store.name} has no backup of the keys, without which nothing of a journal can be opened. Nothing was changed. ` +
      "Look for the folder keys/ where it was stored, or for another copy (--from).",
  );
}

/** Those that may be chosen, newest first. One that cannot be read must not be passed over unseen. */
async function usable(
  store: Store,
  set: BackupSet,
  at: Date | undefined,
  key: Buffer | null,
): Promise<Manifest[]> {
  const { backups, unusable } = await listBackups(store, set, key);
  const isWanted = ({ takenAt }: Manifest) => at === undefined || new Date(takenAt) <= at;
  const found = backups.filter(isWanted);
  const newest = found[0]?.id ?? "";
  const spoiled = at === undefined ? unusable.find(({ id }) => id > newest) : undefined;
  if (spoiled !== undefined) {
    const instead = newest === "" ? "" : ` To take an older one: --backup ${newest}.`;
    throw new Error(`${spoiled.message} Nothing was changed.${instead}`);
  }
  return found;
}

const before = (at: Date | undefined) =>
  at === undefined ? "" : ` from before ${at.toISOString()}`;
