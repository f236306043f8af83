import { chownSync, existsSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { addAbortSignal } from "node:stream";
import type { Connection } from "mysql2/promise";
import { z } from "zod";
import { mariadbFolder } from "../../launcher/mariadb-folder.ts";
import { asError } from "../../launcher/files.ts";
import type { DatabaseRole } from "../../lib/backup-sets.ts";
import { selectRows } from "../../lib/database.ts";
import { DamagedBackup } from "../damaged.ts";
import type { TableToLoad } from "../types.ts";
import { cutDump, UnreadableDump } from "./cut-dump.ts";
import { dump } from "./dump.ts";
import { countRows } from "./facts.ts";
import {
  clientArguments,
  connectTo,
  type PrivateServer,
  quoteName,
  type SnapshotPlace,
  type StepOptions,
} from "./place.ts";
import { startScratchServer } from "./scratch-server.ts";
import { unpackTablespace } from "./tablespace.ts";
import { makeWorkFolder } from "./work-folder.ts";

/** A database that tables are loaded into, until it is closed. */
export interface LoadTarget {
  readonly place: SnapshotPlace;
  readonly databaseName: string;
  readonly connection: Connection;
  /** Where the server keeps the database's files, if those are ours to write. */
  readonly folder: string | undefined;
  /** A server of our own for tablespaces that cannot be brought there as files; started when first asked for. */
  readonly scratch: () => Promise<ScratchTarget>;
  close(): Promise<void>;
}

interface ScratchTarget {
  readonly target: LoadTarget & { readonly place: PrivateServer };
  /** For password files. */
  readonly folder: string;
}

/**
 * Makes an empty database for a restore. One that a restore which was cut off left under that name is dropped before;
 * any other that is there is left alone.
 *
 * @throws Error when a database of another kind has that name, or the account may not make it.
 */
export async function createDatabase(
  place: SnapshotPlace,
  role: DatabaseRole,
  databaseName: string,
): Promise<void> {
  if (isDroppable(databaseName)) await dropDatabase(place, role, databaseName);
  await withConnection(place, role, async (connection) => {
    await connection.query(
      `CREATE DATABASE ${quoteName(databaseName)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    );
  });
}

/**
 * Drops a database that a restore made, `timos_<role>_restore_…` or `timos_<role>_before_…`, if it is there, with what a
 * restore that was killed may have put into its folder.
 *
 * @throws Error for a database of any other name.
 */
export async function dropDatabase(
  place: SnapshotPlace,
  role: DatabaseRole,
  databaseName: string,
): Promise<void> {
  if (!isDroppable(databaseName) && !/^timos_\w+_before_/.test(databaseName)) {
    throw new Error(`${databaseName} is no database that a restore made, and is not dropped.`);
  }
  await withConnection(place, role, async (connection) => {
    await connection.query("SET foreign_key_checks = 0");
    const drop = () => connection.query(`DROP DATABASE IF EXISTS ${quoteName(databaseName)}`);
    const folder = await folderOf(place, connection, databaseName);
    try {
      await drop();
    } catch (error) {
      if (folder === undefined || !existsSync(folder)) throw error;
      // Files that no table has: they were about to be imported.
      for (const name of readdirSync(folder)) {
        if (/\.(?:ibd|cfg)$/.test(name)) rmSync(join(folder, name));
      }
      await drop();
    }
  });
}

const isDroppable = (name: string) => /^timos_\w+_restore_/.test(name);

/** The databases on the server whose names begin with `prefix`: what earlier restores left. */
export async function listDatabases(
  place: SnapshotPlace,
  role: DatabaseRole,
  prefix: string,
): Promise<string[]> {
  return withConnection(place, role, async (connection) => {
    const rows = await selectRows(
      connection,
      z.object({ name: z.string() }),
      "SELECT schema_name AS name FROM information_schema.schemata ORDER BY schema_name",
    );
    return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  });
}

async function withConnection<Result>(
  place: SnapshotPlace,
  role: DatabaseRole,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectTo(place, role);
  try {
    return await use(connection);
  } finally {
    connection.destroy();
  }
}

/** Opens a database that {@link createDatabase} made. What is loaded on a private server is in no binlog of its. */
export async function openTarget(
  place: SnapshotPlace,
  role: DatabaseRole,
  databaseName: string,
  options: StepOptions = {},
): Promise<LoadTarget> {
  const connection = await connectTo(place, role);
  let scratch: Promise<ScratchTarget & { close: () => Promise<void> }> | undefined;
  try {
    await connection.query(`USE ${quoteName(databaseName)}`);
    // On anybody else's server there may be replicas, which have to get the rows.
    if (place.kind === "private") await connection.query("SET sql_log_bin = 0");
    await connection.query("SET foreign_key_checks = 0, unique_checks = 0");
    return {
      place,
      databaseName,
      connection,
      folder: await folderOf(place, connection, databaseName),
      scratch: () => (scratch ??= openScratch(place.dataFolder, options)),
      close: async () => {
        connection.destroy();
        await (await scratch)?.close();
      },
    };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function openScratch(
  dataFolder: string,
  options: StepOptions,
): Promise<ScratchTarget & { close: () => Promise<void> }> {
  options.note?.("starting a server of our own to read the tables with");
  const work = await makeWorkFolder(dataFolder);
  try {
    const server = await startScratchServer(work, options);
    const name = "timos_vault_restore_scratch";
    await createDatabase(server.place, "vault", name);
    const target = await openTarget(server.place, "vault", name, options);
    return {
      target: { ...target, place: server.place },
      folder: work.path,
      close: async () => {
        await target.close();
        await server.stop();
        work.remove();
      },
    };
  } catch (error) {
    work.remove();
    throw error;
  }
}

/** The folder of a database, if the server is one whose files we may write. */
async function folderOf(
  place: SnapshotPlace,
  connection: Connection,
  databaseName: string,
): Promise<string | undefined> {
  if (place.kind !== "private" || !/^\w+$/.test(databaseName)) return undefined;
  const ours = mariadbFolder(place.dataFolder);
  const Row = z.object({ folder: z.string() });
  const [row] = await selectRows(connection, Row, "SELECT @@datadir AS folder");
  const isOurs = existsSync(ours) && realpathSync(row?.folder ?? "") === realpathSync(ours);
  return isOurs ? join(ours, databaseName) : undefined;
}

/**
 * Makes a table and fills it.
 *
 * A tablespace is imported as it is where the server's files are ours; elsewhere a server of our own reads it, and gives
 * statements. Foreign keys are not checked, so that tables may come in any order. Each is a table of its own: a step that
 * failed leaves none of it behind, and can be repeated.
 *
 * @throws DamagedBackup when it is not what the backup says it is, or has another number of rows; Error when there is a table
 * of that name already, when the disk is full or the server goes away.
 */
export async function loadTable(
  target: LoadTarget,
  table: TableToLoad,
  { signal }: StepOptions = {},
): Promise<void> {
  const { connection, databaseName } = target;
  const name = quoteName(table.table);
  if (!table.create.startsWith(`CREATE TABLE ${name} (`)) {
    throw new DamagedBackup(`The definition of ${table.table} defines something else.`);
  }
  signal?.throwIfAborted();
  await connection.query(table.create);
  try {
    if (table.format === "sql")
      await loadStatements(target, table.table, await table.open(), signal);
    else if (target.folder !== undefined) await importTablespace(target, table, signal);
    else await loadByScratch(target, table, signal);
    signal?.throwIfAborted();
    const rows = await countRows(connection, databaseName, table.table);
    if (rows !== table.rows) {
      throw new DamagedBackup(`${table.table} has ${rows} rows, and the backup ${table.rows}.`);
    }
  } catch (error) {
    await connection.query(`DROP TABLE IF EXISTS ${name}`).catch(() => undefined);
    throw described(error, table.table);
  }
}

async function importTablespace(
  target: LoadTarget,
  table: TableToLoad,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { connection, folder = "" } = target;
  const name = quoteName(table.table);
  const files = {
    cfg: join(folder, `${table.table}.cfg`),
    ibd: join(folder, `${table.table}.ibd`),
  };
  await connection.query(`ALTER TABLE ${name} DISCARD TABLESPACE`);
  const stream = await table.open();
  if (signal !== undefined) addAbortSignal(signal, stream);
  try {
    await unpackTablespace(stream, files);
    for (const file of Object.values(files)) giveToServer(file, folder);
    await connection.query(`ALTER TABLE ${name} IMPORT TABLESPACE`);
  } catch (error) {
    rmSync(files.ibd, { force: true });
    throw error;
  } finally {
    stream.destroy();
    rmSync(files.cfg, { force: true });
  }
}

/** A server that root started for another user could not open what root wrote. */
function giveToServer(file: string, folder: string): void {
  const { uid, gid } = statSync(folder);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
}

async function loadByScratch(
  target: LoadTarget,
  table: TableToLoad,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { target: scratch, folder } = await target.scratch();
  await loadTable(scratch, table, { signal });
  const client = clientArguments(scratch.place, table.database, folder);
  const tables = new Map([[scratch.databaseName, [table.table]]]);
  const statements = async function* () {
    const pieces = dump({ client, tables, others: new Map(), signal });
    for await (const { bytes } of pieces) yield bytes;
  };
  await loadStatements(target, table.table, statements(), signal);
  await scratch.connection.query(`DROP TABLE ${quoteName(table.table)}`);
}

/** Runs the statements one by one, each of which can do nothing but fill that table. */
async function loadStatements(
  { connection }: LoadTarget,
  table: string,
  source: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Bytes that are no text would become others.
  const text = new TextDecoder("utf-8", { fatal: true });
  let parts: Buffer[] = [];
  await connection.query("START TRANSACTION");
  for await (const piece of cutDump(source, "")) {
    signal?.throwIfAborted();
    if (piece.table !== table || piece.database !== "") {
      throw new DamagedBackup(`The statements of ${table} fill another table.`);
    }
    parts.push(piece.bytes);
    if (!piece.isEnd) continue;
    await connection.query(text.decode(Buffer.concat(parts)));
    parts = [];
  }
  await connection.query("COMMIT");
}

const SCHEMA_MISMATCH = 1808;

function described(error: unknown, table: string): Error {
  if (error instanceof UnreadableDump) {
    return new DamagedBackup(`The statements of ${table} cannot be read: ${error.message}`);
  }
  const reason = asError(error);
  if (reason instanceof DamagedBackup || reason.name === "AbortError") return reason;
  const number = "errno" in reason ? Number(reason.errno) : 0;
  if (number === SCHEMA_MISMATCH) {
    return new DamagedBackup(
      `The tablespace of ${table} is not of the table that the backup defines: ${reason.message}`,
      { cause: reason },
    );
  }
  return new Error(`${table} could not be loaded: ${reason.message}`, { cause: reason });
}
