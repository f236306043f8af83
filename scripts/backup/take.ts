import { join } from "node:path";
import { Readable } from "node:stream";
import { asError, codeOf } from "../launcher/files.ts";
import type { Meter } from "../keys/terminal.ts";
import { BACKUP_SETS, type BackupSet, type DatabaseRole } from "../lib/backup-sets.ts";
import { ROOT } from "../launcher/paths.ts";
import { LEDGER_TABLE } from "../lib/ledger.ts";
import { readMigrations } from "../lib/migration-files.ts";
import { findLacking, pathOf } from "./catalog.ts";
import { findBase, removeIndex, writeIndex, type Base } from "./chunk-index.ts";
import {
  noteUnfinished,
  removeExpired,
  removeFailed,
  removeUnfinished,
  type Clearing,
  type Removed,
} from "./clear.ts";
import type { ChunkIndex } from "./engine/chunks.ts";
import type { SnapshotPlace } from "./engine/place.ts";
import { takeSnapshot } from "./engine/snapshot.ts";
import { newBackupId } from "./ids.ts";
import type { BackupKeys } from "./keys.ts";
import {
  FORMAT,
  MANIFEST,
  sealManifest,
  type ManifestBody,
  type ManifestTable,
} from "./manifest.ts";
import type { Snapshot } from "./types.ts";
import { writeTable, type Destination } from "./write-table.ts";

const MEGABYTE = 1024 * 1024;

/** What is backed up, from where, to where. */
export interface BackupRequest extends Clearing {
  readonly place: SnapshotPlace;
  readonly keys: BackupKeys;
  readonly sets: readonly BackupSet[];
  readonly isIncremental: boolean;
  /** Of TimOS. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly meter: Meter;
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
  readonly removed: readonly Removed[];
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
 * Makes one backup of up to three sets, all of one state of the databases, and removes those that are kept no longer;
 * of the keys also when it fails, and whatever the sets: receipts of erasure promise it.
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
  await removeUnfinished(request);
  const forget = noteUnfinished(request, id);
  let progress: readonly Progress[];
  let snapshot: Snapshot | undefined;
  try {
    snapshot = await takeSnapshot(request.place, sets, { signal, note }).catch((error: unknown) => {
      throw explained(error);
    });
    const { engine } = snapshot;
    progress = await Promise.all(sets.map((set) => begin(request, set, engine)));
    await storeTables(request, id, snapshot, progress);
    requireWhole(snapshot, progress);
    await requireStored(request, progress);
    for (const each of progress) {
      const body = bodyOf(request, { id, startedAt, snapshot, progress: each });
      const path = pathOf(each.set, { backup: id, name: MANIFEST });
      await store.put(path, Readable.from([Buffer.from(sealManifest(body, request.keys.key))]));
      keepIndex(request, id, each);
    }
  } catch (error) {
    await removeFailed(request, sets, id, forget);
    await removeExpired(request, ["keys"], null).catch((why: unknown) => {
      note(`What is kept no longer of the keys could not be removed: ${asError(why).message}`);
    });
    throw error;
  } finally {
    await snapshot?.close().catch((error: unknown) => {
      note(`What the databases were read by was not cleared away: ${asError(error).message}`);
    });
  }
  forget();
  const { engine, facts } = snapshot;
  const removed = await removeExpired(request, [...new Set([...sets, "keys" as const])], id);
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
async function begin(
  { dataFolder, store, keys, isIncremental, note }: BackupRequest,
  set: BackupSet,
  engine: Snapshot["engine"],
): Promise<Progress> {
  const found =
    !isIncremental || set === "keys"
      ? null
      : engine === "logical"
        ? "the databases are read as statements now"
        : await findBase(dataFolder, store, set, keys.key);
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

/**
 * Nobody else writes here, but another container that shares this volume does not see that this one is at work, and takes
 * what it stores for what a killed run left.
 *
 * @throws Error when a file that was stored, or that this backup lies on, is not there any more.
 */
async function requireStored(
  { store }: BackupRequest,
  progress: readonly Progress[],
): Promise<void> {
  for (const each of progress) {
    const lacking = await findLacking(store, each);
    if (lacking === undefined) continue;
    throw new Error(
      `${store.name}/${lacking} was removed, or is not as long as it was when it was stored. ` +
        "Does another backup to that place run at the same time?",
    );
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

/** Without it the backup is as good; the next one is made on the one before, or is a full one. */
function keepIndex(
  { dataFolder, store, note }: BackupRequest,
  id: string,
  { set, indexes }: Progress,
): void {
  try {
    if (indexes.size === 0) removeIndex(dataFolder, store, set);
    else writeIndex(dataFolder, store, { set, id }, indexes);
  } catch (error) {
    note(`${set}: what the next backup is compared with was not kept: ${asError(error).message}`);
  }
}
