import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as z from "zod";
import { asError, codeOf, makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import type { Meter } from "../keys/terminal.ts";
import { BACKUP_SETS, type BackupSet, type DatabaseRole } from "../lib/backup-sets.ts";
import { ROOT } from "../launcher/paths.ts";
import { LEDGER_TABLE } from "../lib/ledger.ts";
import { readMigrations } from "../lib/migration-files.ts";
import { listBackups, listUnfinished, pathOf, removeBackup } from "./catalog.ts";
import { findBase, removeIndex, writeIndex, type Base } from "./chunk-index.ts";
import type { ChunkIndex } from "./engine/chunks.ts";
import type { SnapshotPlace } from "./engine/place.ts";
import { takeSnapshot } from "./engine/snapshot.ts";
import { beganAt, newBackupId } from "./ids.ts";
import type { BackupKeys } from "./keys.ts";
import {
  FORMAT,
  MANIFEST,
  sealManifest,
  type ManifestBody,
  type ManifestTable,
} from "./manifest.ts";
import { expired, type Keep } from "./retention.ts";
import type { Store } from "./store/store.ts";
import type { Snapshot } from "./types.ts";
import { writeTable, type Destination } from "./write-table.ts";

const DAY_MS = 86_400_000;
const MEGABYTE = 1024 * 1024;

/** What is backed up, from where, to where. */
export interface BackupRequest {
  readonly place: SnapshotPlace;
  /** Where this machine keeps what it knows of its backups, in its folder `backup`. */
  readonly dataFolder: string;
  readonly store: Store;
  readonly keys: BackupKeys;
  readonly sets: readonly BackupSet[];
  readonly isIncremental: boolean;
  readonly keep: Keep;
  /** `KEYS_BACKUP_DAYS`. */
  readonly keysDays: number;
  /** Of TimOS. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  readonly meter: Meter;
  readonly clock: () => Date;
}

/** A backup that was made. */
export interface BackupResult {
  readonly id: string;
  readonly engine: Snapshot["engine"];
  readonly takenAt: Date;
  readonly sets: readonly {
    readonly set: BackupSet;
    /** Null when it is a full one. */
    readonly base: string | null;
    readonly tables: number;
    readonly rows: number;
    /** How much was stored. */
    readonly bytes: number;
  }[];
  /** Former backups that are kept no longer. */
  readonly removed: readonly { readonly set: BackupSet; readonly id: string }[];
}

/** What was stored of one set so far. */
interface Progress {
  readonly set: BackupSet;
  readonly base: Base | null;
  readonly tables: ManifestTable[];
  readonly indexes: Map<string, ChunkIndex>;
  bytes: number;
}

/**
 * Makes one backup of up to three sets, all of one state of the databases, and removes those that are kept no longer.
 *
 * A set is a backup once its manifest is there, which is written last. What a run that fails has stored is removed
 * again; what one that was killed has stored, by the next.
 *
 * @throws Error saying what failed; nothing of this backup is kept then, except sets that were finished already.
 */
export async function takeBackup(request: BackupRequest): Promise<BackupResult> {
  const { store, sets, signal, note, clock } = request;
  const startedAt = clock();
  const id = newBackupId(startedAt);
  await removeUnfinished(request, startedAt);
  const progress = await Promise.all(sets.map((set) => begin(request, set)));
  const forget = noteUnfinished(request, id);
  let snapshot: Snapshot | undefined;
  try {
    snapshot = await takeSnapshot(request.place, sets, { signal, note }).catch((error: unknown) => {
      throw explained(error);
    });
    await storeTables(request, id, snapshot, progress);
    requireWhole(snapshot, progress);
    for (const each of progress) {
      const body = bodyOf(request, { id, startedAt, snapshot, progress: each });
      const path = pathOf(each.set, { backup: id, name: MANIFEST });
      await store.put(path, Readable.from([Buffer.from(sealManifest(body, request.keys.key))]));
      keepIndex(request, id, each);
    }
  } catch (error) {
    await removeFailed(request, id, forget);
    throw error;
  } finally {
    await snapshot?.close();
  }
  forget();
  const { engine, facts } = snapshot;
  const removed = await removeExpired(request);
  return {
    id,
    engine,
    takenAt: facts.takenAt,
    sets: progress.map(({ set, base, tables, bytes }) => ({
      set,
      base: base?.id ?? null,
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      bytes,
    })),
    removed,
  };
}

/** Sets of the keys are always whole: there is nothing to be compared in statements. */
async function begin(request: BackupRequest, set: BackupSet): Promise<Progress> {
  const { dataFolder, store, keys, isIncremental, note } = request;
  const found =
    isIncremental && set !== "keys" ? await findBase(dataFolder, store, set, keys.key) : null;
  if (typeof found === "string") note(`${set}: a full backup, since ${found}`);
  const base = typeof found === "string" ? null : found;
  return { set, base, tables: [], indexes: new Map(), bytes: 0 };
}

async function storeTables(
  { store, keys, sets, signal, meter }: BackupRequest,
  id: string,
  snapshot: Snapshot,
  progress: readonly Progress[],
): Promise<void> {
  let total = 0;
  if (snapshot.engine === "physical") {
    for await (const { bytes } of snapshot.tables(sets)) total += bytes;
  }
  let done = 0;
  const onRead = (bytes: number) => {
    done += bytes;
    if (done < MEGABYTE) return;
    const of = total === 0 ? null : Math.max(Math.ceil(total / MEGABYTE), 1);
    meter.show(Math.floor(done / MEGABYTE), of, "stored, in MB:");
  };
  const destination: Destination = { store, id, recipients: keys.recipients, signal, onRead };
  try {
    for await (const source of snapshot.tables(sets)) {
      signal.throwIfAborted();
      const into = progress.find(({ set }) => set === source.set);
      if (into === undefined) throw new Error(`${source.table} is of no set that was asked for.`);
      const name = `${source.database}.${source.table}`;
      const { table, index, bytes } = await writeTable(
        destination,
        source,
        into.base?.tables.get(name),
      );
      into.tables.push(table);
      into.bytes += bytes;
      if (index !== null) into.indexes.set(name, index);
    }
  } finally {
    meter.end();
  }
}

/**
 * An account does not see tables that it may not read, and nothing else tells that they are there. So where the ledger says
 * that all migrations were run, every table has to be there too; in an older installation some are not.
 *
 * @throws Error naming those that are missing.
 */
function requireWhole({ facts }: Snapshot, progress: readonly Progress[]): void {
  for (const { set, tables } of progress) {
    for (const role of rolesOf(set)) {
      const ran = facts.migrations[role];
      const known = readMigrations(join(ROOT, "prisma", role, "migrations"));
      if (ran.length > 0 && known.some(({ name }) => !ran.includes(name))) continue;
      const stored = tables.filter(({ database }) => database === role).map(({ table }) => table);
      const missing = BACKUP_SETS[set][role].filter((table) => !stored.includes(table));
      if (missing.length === 0 && ran.length > 0) continue;
      const names = [...missing, ...(ran.length > 0 ? [] : [LEDGER_TABLE])];
      throw new Error(
        `The account for the ${role} does not see ${[...new Set(names)].join(", ")}, so this would not be a whole backup. ` +
          `Name one in ${role.toUpperCase()}_BACKUP_URL that may read all tables (GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER).`,
      );
    }
  }
}

const rolesOf = (set: BackupSet): DatabaseRole[] =>
  (["platform", "vault"] as const).filter((role) => BACKUP_SETS[set][role].length > 0);

/** Of what a driver says: who it was about. */
function explained(thrown: unknown): unknown {
  const code = codeOf(thrown) ?? "";
  if (
    !/^(ECONN\w+|ENOTFOUND|ETIMEDOUT|ER_ACCESS_DENIED_ERROR|ER_DBACCESS_DENIED_ERROR)$/.test(code)
  ) {
    return thrown;
  }
  return new Error(
    `The databases cannot be read: ${asError(thrown).message}. ` +
      "Are PLATFORM_BACKUP_URL and VAULT_BACKUP_URL right, or the variables of the servers?",
    { cause: thrown },
  );
}

function bodyOf(
  { keys, clock, version }: BackupRequest,
  of: {
    readonly id: string;
    readonly startedAt: Date;
    readonly snapshot: Snapshot;
    readonly progress: Progress;
  },
): ManifestBody {
  const { id, startedAt, snapshot, progress } = of;
  const { set, base, tables } = progress;
  const { facts, engine } = snapshot;
  const roles = rolesOf(set);
  return {
    format: FORMAT,
    id,
    set,
    startedAt: startedAt.toISOString(),
    finishedAt: clock().toISOString(),
    takenAt: facts.takenAt.toISOString(),
    timos: version,
    engine,
    serverVersion: facts.serverVersion,
    position: facts.position,
    migrations: Object.fromEntries(roles.map((role) => [role, [...facts.migrations[role]]])),
    keyReferences: facts.keyReferences.filter(({ database }) => roles.includes(database)),
    revisions: set === "vault" ? facts.revisions : null,
    base: base?.id ?? null,
    recipients: [...keys.recipients],
    tables,
    attachments: null,
  };
}

function keepIndex({ dataFolder, store }: BackupRequest, id: string, progress: Progress): void {
  const { set, indexes } = progress;
  if (indexes.size === 0) removeIndex(dataFolder, store, set);
  else writeIndex(dataFolder, store, { set, id }, indexes);
}

async function removeExpired(request: BackupRequest): Promise<BackupResult["removed"]> {
  const { store, sets, keys, keep, keysDays, clock, note } = request;
  const removed: { set: BackupSet; id: string }[] = [];
  const now = clock();
  for (const set of sets) {
    const { backups, unusable } = await listBackups(store, set, keys.key);
    for (const { id } of expired(set, backups, { keep, keysDays, now })) {
      await removeBackup(store, set, id);
      removed.push({ set, id });
    }
    for (const { id, message } of unusable) {
      const age = now.getTime() - (beganAt(id)?.getTime() ?? 0);
      const isTooOld = set === "keys" && age > keysDays * DAY_MS;
      const why = isTooOld
        ? " It is of the keys, and older than receipts of erasure promise: remove it yourself."
        : "";
      note(`${set}/${id} cannot be used, and is left where it is: ${message}${why}`);
    }
  }
  return removed;
}

const Unfinished = z.object({ id: z.string(), store: z.string() });
const PREFIX = "unfinished-";

/** Notes what is being stored where, for whoever comes after this process was killed. @returns what forgets it. */
function noteUnfinished({ dataFolder, store }: BackupRequest, id: string): () => void {
  const folder = join(dataFolder, "backup");
  const file = join(folder, `${PREFIX}${id}.json`);
  makePrivateFolder(folder);
  writeAtomically(file, JSON.stringify({ id, store: store.name }));
  return () => rmSync(file, { force: true });
}

/** Removes what this run has stored. What it cannot remove, since the place is away for one, the next run will. */
async function removeFailed(
  { store, sets, note }: BackupRequest,
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
async function removeUnfinished(
  { dataFolder, store, note }: BackupRequest,
  now: Date,
): Promise<void> {
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
