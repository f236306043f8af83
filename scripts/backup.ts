/** Backups of an installation: see USAGE, docs/operations.md, and docs/backup-format.md for what is stored. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { randomUUID } from "../api/src/crypto/random.ts";
import { beginRun, endRun, type BegunRun } from "../api/src/platform/operation-runs.ts";
import { listBackups, chainOf } from "./backup/catalog.ts";
import { removeExpired, removeUnfinished, type Clearing, type Removed } from "./backup/clear.ts";
import { ensureBackupKeys, findBackupKey } from "./backup/keys.ts";
import { kitWarning } from "./backup/kit.ts";
import type { Manifest } from "./backup/manifest.ts";
import { openPlace, requireInstallation, type BackupPlace } from "./backup/place.ts";
import { DEFAULT_KEEP, parseKeep, type Keep } from "./backup/retention.ts";
import { openStore } from "./backup/store/open.ts";
import type { Store } from "./backup/store/store.ts";
import { takeBackup, type BackupRequest, type BackupResult } from "./backup/take.ts";
import { count, meter, stopSignal } from "./keys/terminal.ts";
import { asError, makePrivateFolder } from "./launcher/files.ts";
import { FolderInUse, lockFolder, type FolderLock } from "./launcher/lock.ts";
import { ROOT } from "./launcher/paths.ts";
import { readSettings, variable } from "./launcher/settings.ts";
import type { BackupSet } from "./lib/backup-sets.ts";
import { isWrongUsage, UsageError } from "./lib/usage.ts";

const USAGE = `Usage:
  npm run backup -- [--set platform|vault|keys|all] [--to DIR|s3://bucket/prefix] [--incremental] [--keep 7d4w6m] [--json]
      back up all sets, or one, of one consistent state, while TimOS runs or not; then remove what is kept no longer
  npm run backup -- --list [--set …] [--to …] [--json]
      what there is, newest first
  npm run backup -- --prune [--set …] [--to …] [--keep 7d4w6m] [--json]
      make none, and only remove what is kept no longer: from a place that is used no more, too

They are encrypted to BACKUP_RECIPIENTS (age1…, with commas between), else to the identity in BACKUP_IDENTITY_FILE, else to
one that the first backup makes in the data folder, and go to BACKUP_TO unless --to says otherwise, else into the data
folder. Kept of platform and vault are the newest of so many days, weeks and months (BACKUP_KEEP), of the keys those of
KEYS_BACKUP_DAYS, and never the last one.
It works on the databases that PLATFORM_BACKUP_URL and VAULT_BACKUP_URL, else the variables of the servers name, else on
the TimOS in TIMOS_DATA_DIR (./.data).`;

const SETS = ["platform", "vault", "keys"] as const satisfies readonly BackupSet[];
const MEGABYTE = 1024 * 1024;

const Flags = z.object({
  set: z.enum([...SETS, "all"]).default("all"),
  to: z.string().min(1).optional(),
  incremental: z.boolean().default(false),
  list: z.boolean().default(false),
  prune: z.boolean().default(false),
  keep: z.string().optional(),
  json: z.boolean().default(false),
});
type Flags = z.output<typeof Flags>;

const env = process.env;
const { dataFolder } = readSettings(env, { isDev: false });

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      set: { type: "string" },
      to: { type: "string" },
      incremental: { type: "boolean" },
      list: { type: "boolean" },
      prune: { type: "boolean" },
      keep: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const parsed = Flags.safeParse(values);
  if (!parsed.success) throw new UsageError();
  const { list, prune, incremental, keep } = parsed.data;
  if (list && (incremental || prune || keep !== undefined)) throw new UsageError();
  if (prune && incremental) throw new UsageError();
  return parsed.data;
}

const setsOf = ({ set }: Flags): readonly BackupSet[] => (set === "all" ? SETS : [set]);

function openTo({ to }: Flags): Promise<Store> {
  return openStore(to ?? variable(env, "BACKUP_TO") ?? join(dataFolder, "backups"), env);
}

function keepOf({ keep = variable(env, "BACKUP_KEEP") ?? DEFAULT_KEEP }: Flags): Keep {
  const parsed = parseKeep(keep);
  if (parsed === undefined) {
    throw new UsageError(
      `"${keep}" is not how many to keep: 7d4w6m for one, of days, weeks, months.`,
    );
  }
  return parsed;
}

function keysDays(): number {
  const days = Number(variable(env, "KEYS_BACKUP_DAYS") ?? 7);
  if (Number.isInteger(days) && days >= 1 && days <= 365) return days;
  throw new Error("KEYS_BACKUP_DAYS must be a number of days from 1 to 365.");
}

const version = () =>
  z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))).version;

async function back(flags: Flags): Promise<void> {
  // Whoever reads the JSON of the result gets nothing else on that stream.
  const output = flags.json ? process.stderr : process.stdout;
  const progress = meter(output);
  const note = progress.wait;
  const keep = keepOf(flags);
  const days = keysDays();
  requireInstallation(env);
  const lock = await locked(note);
  const stop = stopSignal();
  let place: BackupPlace | undefined;
  let store: Store | undefined;
  try {
    store = await openTo(flags);
    const keys = await ensureBackupKeys(env, dataFolder);
    const clearing = {
      ...{ dataFolder, store, keys, keep, keysDays: days },
      ...{ note, clock: () => new Date() },
    };
    // What receipts of erasure promise holds when the databases are away, too.
    for (const { id } of await removeExpired(clearing, ["keys"], null)) {
      note(`removed keys/${id}, which is kept no longer`);
    }
    place = await openPlace(env, note);
    const sets = setsOf(flags);
    const request: BackupRequest = {
      ...clearing,
      ...{ place: place.place, keys, sets, isIncremental: flags.incremental },
      ...{ version: version(), signal: stop.signal, meter: progress },
    };
    const result = await noted(place, sets, note, () => takeBackup(request));
    report(flags, result, store);
    const warning = kitWarning(env, dataFolder, keys.key);
    if (warning !== undefined) note(warning);
    if (store.name.startsWith(`${dataFolder}/`)) {
      note("It lies in the data folder, on the same disk: name another place in BACKUP_TO.");
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new Error("Stopped. Nothing of this backup is kept.", { cause: error });
  } finally {
    stop.release();
    store?.close();
    await place?.close();
    lock.release();
  }
}

/** @throws Error when another backup, or another prune, is at work on this machine. */
async function locked(note: (line: string) => void): Promise<FolderLock> {
  const folder = join(dataFolder, "backup");
  makePrivateFolder(folder);
  try {
    return await lockFolder(folder, note);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new Error("Another backup is at work here. Wait until it is done.", { cause: error });
  }
}

/** Needs no databases: the place may be all that is left of an installation, besides its backup_key. */
async function prune(flags: Flags): Promise<void> {
  const keep = keepOf(flags);
  const days = keysDays();
  const key = findBackupKey(env, dataFolder);
  if (key === null) {
    throw new Error(
      `${dataFolder} has no backup_key, so nobody can say which of these are its backups. Nothing was removed.`,
    );
  }
  const note = (line: string) => {
    console.error(line);
  };
  const lock = await locked(note);
  let store: Store | undefined;
  try {
    store = await openTo(flags);
    const clearing: Clearing = {
      ...{ dataFolder, store, keys: { key }, keep, keysDays: days },
      ...{ note, clock: () => new Date() },
    };
    await removeUnfinished(clearing);
    const removed = await removeExpired(clearing, setsOf(flags), null);
    if (flags.json) console.log(JSON.stringify({ removed, store: store.name }));
    else console.log(removed.length === 0 ? "Nothing is kept too long." : describeRemoved(removed));
  } finally {
    store?.close();
    lock.release();
  }
}

const describeRemoved = (removed: readonly Removed[]): string =>
  `Removed, since they are kept no longer: ${removed.map(({ set, id }) => `${set}/${id}`).join(", ")}`;

/** Notes on the platform that a backup was made, or failed; one that cannot be noted is made all the same. */
async function noted(
  { execute }: BackupPlace,
  sets: readonly BackupSet[],
  note: (line: string) => void,
  work: () => Promise<BackupResult>,
): Promise<BackupResult> {
  const startedAt = new Date();
  let run: BegunRun = { id: randomUUID(), kind: "backup", startedAt, sets };
  const attempt = async (writing: () => Promise<unknown>) => {
    try {
      await writing();
    } catch (error) {
      note(`This run could not be noted on the platform: ${asError(error).message}`);
    }
  };
  await attempt(async () => (run = await beginRun(execute, "backup", sets, startedAt)));
  const end = (result: Parameters<typeof endRun>[2]) =>
    attempt(() => endRun(execute, run, result, new Date()));
  try {
    const result = await work();
    const { id, engine, takenAt } = result;
    const sum = (of: "bytes" | "tables" | "rows") =>
      result.sets.reduce((total, each) => total + each[of], 0);
    await end({
      ...{ outcome: "ok", backupId: id, takenAt, bytes: sum("bytes") },
      facts: { engine, tables: sum("tables"), rows: sum("rows"), removed: result.removed.length },
    });
    return result;
  } catch (error) {
    await end({ outcome: "failed" });
    throw error;
  }
}

const inMegabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(bytes < MEGABYTE ? 2 : 1)} MB`;

function report({ json }: Flags, result: BackupResult, store: Store): void {
  if (json) {
    console.log(JSON.stringify({ ...result, store: store.name }));
    return;
  }
  const { id, sets, removed } = result;
  console.log(`Backed up as ${id} in ${store.name}`);
  for (const { set, base, tables, rows, bytes } of sets) {
    const kind = base === null ? "full" : `changes since ${base}`;
    console.log(
      `  ${set.padEnd(8)} ${count(tables)} tables, ${count(rows)} rows, ${inMegabytes(bytes)}, ${kind}`,
    );
  }
  if (removed.length > 0) console.log(describeRemoved(removed));
}

const storedBytes = ({ id, tables }: Manifest) =>
  tables
    .flatMap(({ files }) => files)
    .filter(({ backup }) => backup === id)
    .reduce((sum, { bytes }) => sum + bytes, 0);

async function list(flags: Flags): Promise<void> {
  const store = await openTo(flags);
  try {
    const key = findBackupKey(env, dataFolder);
    if (key === null) {
      console.error("This data folder has no backup_key: nobody can say who wrote these.");
    }
    const sets = setsOf(flags);
    const listed = await Promise.all(
      sets.map(async (set) => ({ set, ...(await listBackups(store, set, key)) })),
    );
    if (flags.json) {
      console.log(
        JSON.stringify(
          listed.map(({ set, backups, unusable }) => ({
            set,
            backups: backups.map((backup) => ({
              ...{ id: backup.id, takenAt: backup.takenAt, engine: backup.engine },
              ...{ base: backup.base, needs: [...chainOf(backup)], bytes: storedBytes(backup) },
            })),
            unusable,
          })),
        ),
      );
      return;
    }
    console.log(store.name);
    for (const { set, backups, unusable } of listed) {
      console.log(`${set}${backups.length === 0 ? ": none" : ""}`);
      for (const backup of backups) {
        const { id, takenAt, engine, base } = backup;
        const kind = base === null ? "full" : `changes since ${base}`;
        console.log(
          `  ${id}  of ${takenAt}, ${engine}, ${inMegabytes(storedBytes(backup))}, ${kind}`,
        );
      }
      for (const { id, message } of unusable) console.log(`  ${id}  cannot be used: ${message}`);
    }
  } finally {
    store.close();
  }
}

try {
  const flags = readFlags();
  await (flags.list ? list(flags) : flags.prune ? prune(flags) : back(flags));
} catch (error) {
  const isMisuse = isWrongUsage(error);
  console.error(
    [asError(error).message, ...(isMisuse ? [USAGE] : [])].filter(Boolean).join("\n\n"),
  );
  process.exitCode = isMisuse ? 2 : 1;
}
