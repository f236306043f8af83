/**
 * Backing up a vault and loading it again, with a MariaDB that writes as an installation's does. `BENCH_BACKUP_MB` says
 * about how large the tablespaces are; 1024 unless set.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import mysql from "mysql2/promise";
import { openManifest } from "../backup/catalog.ts";
import { createDatabase, dropDatabase, loadTable, openTarget } from "../backup/engine/load.ts";
import { restoreDatabaseName, type SnapshotPlace } from "../backup/engine/place.ts";
import type { BackupKeys } from "../backup/keys.ts";
import type { ManifestTable } from "../backup/manifest.ts";
import { tableToLoad } from "../backup/read-table.ts";
import { openStore } from "../backup/store/open.ts";
import { takeBackup, type BackupRequest } from "../backup/take.ts";
import { migrateBoth } from "../launcher/migrations.ts";
import { variable } from "../launcher/settings.ts";
import { startServices, type Services } from "../lib/services.ts";
import { atLeast, median, type Part, type Report, type Row } from "./measure.ts";

const MEGABYTE = 1024 * 1024;
const ROUNDS = 3;
const OWNERS = 200;
const BODY_BYTES = 2000;
/** What a row comes to in a tablespace, with its indexes and the room that InnoDB leaves. */
const ROW_BYTES = 4100;
const AT_ONCE = 500;

export const backup: Part = {
  name: "backup",
  title: "backing up a vault and restoring it, with a durable MariaDB on this machine",
  run: async (say) => {
    const dir = mkdtempSync(join(tmpdir(), "timos-bench-"));
    const services = await startServices({ dir: join(dir, "data") });
    try {
      const megabytes = Number(variable(process.env, "BENCH_BACKUP_MB") ?? 1024);
      const rows = Math.ceil((megabytes * MEGABYTE) / ROW_BYTES / AT_ONCE) * AT_ONCE;
      say(`${rows} entries of ${BODY_BYTES} bytes`);
      await fill(services, rows);
      return await measure(dir, services, say);
    } finally {
      await services.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function measure(
  dir: string,
  services: Services,
  say: (line: string) => void,
): Promise<Report> {
  const dataFolder = join(dir, "data");
  const { socket, urls } = services;
  const physical: SnapshotPlace = { kind: "private", dataFolder, socket };
  const logical: SnapshotPlace = {
    ...{ kind: "servers", dataFolder },
    urls: { platform: urls.PLATFORM_MIGRATE_URL, vault: urls.VAULT_MIGRATE_URL },
  };
  const identity = await generateX25519Identity();
  const keys: BackupKeys = {
    key: randomBytes(32),
    recipients: [await identityToRecipient(identity)],
  };
  const tablespaces = join(dataFolder, "mariadb/timos_vault");
  const bytes = statSync(join(tablespaces, "daily_entries.ibd")).size;
  const store = await openStore(join(dir, "stored"), {});
  const back = async (place: SnapshotPlace, isIncremental = false) => {
    const request: BackupRequest = {
      ...{ place, dataFolder, store, keys, sets: ["vault"], isIncremental, keysDays: 7 },
      ...{ keep: { d: 99, w: 0, m: 0, y: 0 }, version: "bench", clock: () => new Date() },
      ...{ signal: new AbortController().signal, note: () => undefined },
      meter: { show: () => undefined, wait: () => undefined, end: () => undefined },
    };
    const { id, sets } = await takeBackup(request);
    return { id, stored: sets[0]?.bytes ?? 0 };
  };
  const copies: number[] = [];
  const took = { physical: [] as number[], incremental: [] as number[], logical: [] as number[] };
  const loads = { tablespace: [] as number[], sql: [] as number[] };
  const stored = { physical: 0, incremental: 0, logical: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    say(`round ${round + 1} of ${ROUNDS}`);
    const copy = join(dir, "copy");
    mkdirSync(copy);
    copies.push(await seconds(() => promisify(execFile)("cp", ["-r", tablespaces, copy])));
    rmSync(copy, { recursive: true });
    for (const [name, place, isIncremental] of [
      ["physical", physical, false],
      ["incremental", physical, true],
      ["logical", logical, false],
    ] as const) {
      let id = "";
      took[name].push(
        await seconds(async () => {
          const made = await back(place, isIncremental);
          id = made.id;
          stored[name] = made.stored;
        }),
      );
      if (isIncremental) continue;
      const manifest = await openManifest(store, "vault", id, keys.key);
      const table = manifest.tables.find((each) => each.table === "daily_entries");
      if (table === undefined) throw new Error("The backup lacks the entries.");
      const source = { store, manifest, identities: [identity] };
      loads[table.format].push(await load(physical, id, source, table));
    }
  }
  const rateOf = (times: readonly number[]) => bytes / MEGABYTE / median(times);
  const row = (what: string, times: readonly number[], size?: number): Row => ({
    what,
    seconds: median(times),
    "MB/s of the tablespace": rateOf(times),
    "stored, MB": size === undefined ? "" : size / MEGABYTE,
  });
  return {
    tables: [
      {
        title: `Backing up a vault of ${Math.round(bytes / MEGABYTE)} MB, encrypted, into a folder`,
        rows: [
          row("cp of the tablespaces, not synced", copies, bytes),
          row("mariadb-backup, all of it", took.physical, stored.physical),
          row("incremental, nothing has changed", took.incremental, stored.incremental),
          row("statements, all of it", took.logical, stored.logical),
        ],
      },
      {
        title: "Loading its entries into the running server",
        rows: [row("tablespace, imported", loads.tablespace), row("statements", loads.sql)],
      },
    ],
    targets: [
      atLeast(
        "an encrypted backup, of the rate of cp",
        0.7,
        Math.max(rateOf(took.physical), rateOf(took.logical)) / rateOf(copies),
      ),
      atLeast(
        "importing tablespaces, times the rate of statements",
        5,
        rateOf(loads.tablespace) / rateOf(loads.sql),
      ),
    ],
  };
}

/** @returns how many seconds it took to load one table into a database of its own. */
async function load(
  place: SnapshotPlace,
  id: string,
  source: Parameters<typeof tableToLoad>[0],
  table: ManifestTable,
): Promise<number> {
  const name = restoreDatabaseName("vault", id);
  await createDatabase(place, "vault", name);
  const target = await openTarget(place, "vault", name);
  try {
    return await seconds(() => loadTable(target, tableToLoad(source, table)));
  } finally {
    await target.close();
    await dropDatabase(place, "vault", name);
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Entries in the order of their random ids' absence of order, as they come of people. */
async function fill({ urls, socket }: Services, rows: number): Promise<void> {
  const addresses = {
    platform: urls.PLATFORM_MIGRATE_URL,
    vault: urls.VAULT_MIGRATE_URL,
    platformApp: urls.PLATFORM_DATABASE_URL,
  };
  await migrateBoth(addresses, () => undefined);
  const root = await mysql.createConnection({ socketPath: socket, user: "root" });
  try {
    const owners = Array.from({ length: OWNERS }, () => randomBytes(16));
    for (let at = 0; at < rows; at += AT_ONCE) {
      const entries = Array.from({ length: AT_ONCE }, (_, n) => [
        ...[owners[(at + n) % OWNERS], randomBytes(16), at + n + 1, randomBytes(16)],
        ...[box(120), box(BODY_BYTES)],
      ]);
      await root.query(
        "INSERT INTO timos_vault.daily_entries (owner_id, id, rev, day_key, sealed, body) VALUES ?",
        [entries],
      );
    }
  } finally {
    await root.end();
  }
}

/** What a box looks like from outside. */
function box(bytes: number): Buffer {
  const sealed = randomBytes(bytes);
  sealed[0] = 0xf9;
  return sealed;
}
