import { Transform } from "node:stream";
import type { Connection } from "mysql2/promise";
import { listTables } from "../backup/engine/facts.ts";
import { dropDatabase, loadTable, openTarget } from "../backup/engine/load.ts";
import { checkFiles, tableToLoad, type BackupSource } from "../backup/read-table.ts";
import type { Manifest } from "../backup/manifest.ts";
import type { Store } from "../backup/store/store.ts";
import type { Meter } from "../keys/terminal.ts";
import { makeDatabase, migrateJournal, migrateKeys, moveTable, type Loaded } from "./complete.ts";
import { storedBytes } from "./refusals.ts";

/** Backups, and what opens them. */
export interface Backups {
  readonly store: Store;
  readonly identities: readonly string[];
  readonly manifests: readonly Manifest[];
}

/** Reads every file that will be loaded and compares it with what was stored: before anything is changed. */
export async function checkAll(
  { store, manifests }: Backups,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  const total = storedBytes(manifests);
  let done = 0;
  for (const manifest of manifests) {
    await checkFiles(
      { store, manifest },
      {
        signal,
        onRead: (bytes) => {
          done += bytes;
          meter.show(megabytes(done), megabytes(total), "MB checked,");
        },
      },
    );
  }
  meter.end();
}

interface Progress {
  readonly meter: Meter;
  readonly signal: AbortSignal;
}

/**
 * Makes a database and loads what the backups have for it, brought forward to the tables of today: the journal, and then
 * the keys, which may be of another time.
 *
 * @throws DamagedBackup, or Error when a table does not have the rows that it should.
 */
export async function loadDatabase(
  admin: Connection,
  into: Omit<Loaded, "migrations">,
  backups: Backups,
  progress: Progress,
): Promise<void> {
  const { place, role, name } = into;
  await makeDatabase(place, role, name);
  const sources = backups.manifests.map((manifest) => ({ ...backups, manifest }));
  const journal = sources.find(({ manifest }) => manifest.set === role);
  if (journal !== undefined) {
    await loadTables(into, journal, progress);
    const migrations = journal.manifest.migrations[role] ?? [];
    await migrateJournal(admin, { ...into, migrations });
  }
  const keys = sources.find(({ manifest }) => manifest.set === "keys");
  if (keys === undefined) return;
  const apart = { ...into, name: `${name}_keys` };
  await makeDatabase(place, role, apart.name);
  await loadTables(apart, keys, progress);
  const migrations = keys.manifest.migrations[role] ?? [];
  await migrateKeys(admin, { ...apart, migrations });
  for (const table of await listTables(admin, apart.name)) {
    await moveTable(admin, table, apart.name, name);
  }
  await dropDatabase(place, role, apart.name);
}

async function loadTables(
  { place, role, name, log }: Omit<Loaded, "migrations">,
  source: BackupSource,
  { meter, signal }: Progress,
): Promise<void> {
  const { tables, set } = source.manifest;
  const wanted = tables.filter(({ database }) => database === role);
  const total = wanted.reduce((sum, { streamBytes }) => sum + streamBytes, 0);
  let done = 0;
  const target = await openTarget(place, role, name, { signal, note: log });
  try {
    for (const table of wanted) {
      const toLoad = tableToLoad(source, table);
      const counted = async () => {
        const counter = new Transform({
          transform: (chunk: Buffer, _encoding, pass) => {
            done += chunk.length;
            meter.show(megabytes(done), megabytes(total), `MB of the ${set} loaded,`);
            pass(null, chunk);
          },
        });
        const stream = await toLoad.open();
        stream.once("error", (error) => counter.destroy(error));
        counter.once("close", () => stream.destroy());
        return stream.pipe(counter);
      };
      await loadTable(target, { ...toLoad, open: counted }, { signal });
    }
  } finally {
    await target.close();
  }
  meter.end();
}

const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);
