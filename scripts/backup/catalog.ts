import type { BackupSet } from "../lib/backup-sets.ts";
import { beganAt } from "./ids.ts";
import { DamagedBackup, NewerBackup } from "./damaged.ts";
import { MANIFEST, readManifest, type Manifest, type TableFile } from "./manifest.ts";
import { FileMissing } from "./store/file-missing.ts";
import type { Store } from "./store/store.ts";

/** A manifest of all tables is a hundredth of that. Whoever can write to the storage could put anything there. */
const MANIFEST_BYTES_AT_MOST = 16 * 1024 * 1024;

/** What lies in a store for one set. */
export interface Listed {
  /** Newest first. */
  readonly backups: readonly Manifest[];
  /** What is there and cannot be used, with the reason. */
  readonly unusable: readonly { readonly id: string; readonly message: string }[];
}

const folderOf = (set: BackupSet, id: string) => `${set}/${id}`;
const manifestOf = (set: BackupSet, id: string) => `${folderOf(set, id)}/${MANIFEST}`;

/** Where a file of a table lies in a store. */
export const pathOf = (set: BackupSet, { backup, name }: Pick<TableFile, "backup" | "name">) =>
  `${folderOf(set, backup)}/${name}`;

/** The ids of the folders of a set, newest first, whether they hold a whole backup or not. */
async function idsIn(store: Store, set: BackupSet): Promise<string[]> {
  const names = await store.folders(set);
  return names.filter((name) => beganAt(name) !== undefined).sort((a, b) => (a < b ? 1 : -1));
}

/**
 * The whole backups of a set. One without a manifest was never finished, and is not among them.
 *
 * @param key - As of {@link readManifest}.
 * @throws Error when the storage cannot be read: that says nothing of what is in it.
 */
export async function listBackups(
  store: Store,
  set: BackupSet,
  key: Buffer | null,
): Promise<Listed> {
  const backups: Manifest[] = [];
  const unusable: { id: string; message: string }[] = [];
  for (const id of await idsIn(store, set)) {
    try {
      backups.push(await openManifest(store, set, id, key));
    } catch (error) {
      if (error instanceof FileMissing) continue;
      if (!(error instanceof DamagedBackup || error instanceof NewerBackup)) throw error;
      unusable.push({ id, message: error.message });
    }
  }
  return { backups, unusable };
}

/**
 * The manifest of one backup.
 *
 * @throws FileMissing when there is no whole backup of that id; what {@link readManifest} throws.
 */
export async function openManifest(
  store: Store,
  set: BackupSet,
  id: string,
  key: Buffer | null,
): Promise<Manifest> {
  const path = manifestOf(set, id);
  const where = `${store.name}/${path}`;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of (await store.get(path)) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MANIFEST_BYTES_AT_MOST) {
      throw new DamagedBackup(`${where} is too long to be the manifest of a backup.`);
    }
    parts.push(part);
  }
  const manifest = readManifest(Buffer.concat(parts).toString(), key, where);
  // Another backup's manifest that was copied here: what it says is true, of another folder.
  if (manifest.id !== id || manifest.set !== set) {
    throw new DamagedBackup(`${where} is the manifest of another backup, ${manifest.id}.`);
  }
  return manifest;
}

/** The ids of all backups that a backup has files in, itself included: an incremental one needs those before it. */
export const chainOf = ({ id, tables }: Manifest): ReadonlySet<string> =>
  new Set([id, ...tables.flatMap(({ files }) => files.map(({ backup }) => backup))]);

/**
 * Looks whether all files of a backup are there, those of the backups that it lies on included, as long as they were
 * stored.
 *
 * @returns the path of one that is not; undefined when all are.
 */
export async function findLacking(
  store: Store,
  { set, tables }: Pick<Manifest, "set" | "tables">,
): Promise<string | undefined> {
  for (const { files } of tables) {
    const sizes = await Promise.all(files.map((file) => store.size(pathOf(set, file))));
    const lacking = files.find(({ bytes }, n) => sizes[n] !== bytes);
    if (lacking !== undefined) return pathOf(set, lacking);
  }
  return undefined;
}

/** Folders that never became a backup, newest first. */
export async function listUnfinished(store: Store, set: BackupSet): Promise<string[]> {
  const unfinished: string[] = [];
  for (const id of await idsIn(store, set)) {
    if ((await store.size(manifestOf(set, id))) === null) unfinished.push(id);
  }
  return unfinished;
}

/** Removes a backup, its manifest first: cut off half-way, it is one that was never finished. */
export async function removeBackup(store: Store, set: BackupSet, id: string): Promise<void> {
  await store.remove(manifestOf(set, id));
  await store.removeFolder(folderOf(set, id));
}
