import { existsSync, readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Connection } from "mysql2/promise";
import { mariadbFolder } from "../../launcher/mariadb-folder.ts";
import { runToEnd } from "../../launcher/run-to-end.ts";
import { findProgram } from "../../lib/bootstrap.mjs";
import type { BackupSet } from "../../lib/backup-sets.ts";
import type { Snapshot, SnapshotFacts, TableSource } from "../types.ts";
import { dump } from "./dump.ts";
import { countRows, findTables, type KnownTable, readFacts } from "./facts.ts";
import {
  clientArguments,
  connectTo,
  liveDatabase,
  type PrivateServer,
  quoteName,
  type StepOptions,
} from "./place.ts";
import { startScratchServer } from "./scratch-server.ts";
import { packTablespace, type TablespaceFiles } from "./tablespace.ts";
import {
  folderBytes,
  makeWorkFolder,
  namingFullDisk,
  requireSpace,
  type WorkFolder,
} from "./work-folder.ts";

/** For the scratch server's own logs and temporary tables. */
const SERVER_BYTES = 128 * 1024 * 1024;

/**
 * A copy of a private server, made by mariadb-backup while it works, on which a server of our own is started.
 *
 * - The copy holds every table, and in its system tablespace and logs what was in them once, wraps of destroyed keys
 *   included. It never leaves its folder. What is given out is one table at a time.
 * - Tables of the keys are given as statements: a tablespace has in its free space what was deleted from it. Those of the
 *   platform are rebuilt before they are given, for the same reason: names and addresses of accounts that were
 *   erased. What was deleted from the vault's is sealed under keys that were destroyed.
 */
export async function takePhysicalSnapshot(
  place: PrivateServer,
  sets: readonly BackupSet[],
  options: StepOptions,
): Promise<Snapshot> {
  const work = await makeWorkFolder(place.dataFolder);
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step().catch(() => undefined);
    work.remove();
  };
  try {
    const copied = await copyServer(place, work, options);
    options.note?.("starting a server on the copy");
    const server = await startScratchServer(work, options);
    undo.push(() => server.stop());
    // Or whoever wants to stop would have to wait until a large table is rebuilt.
    options.signal?.addEventListener("abort", () => void server.stop(), { once: true });
    const connection = await connectTo(server.place, "platform");
    undo.push(() => connection.end());
    const databases = {
      platform: { connection, name: liveDatabase(place, "platform") },
      vault: { connection, name: liveDatabase(place, "vault") },
    };
    const facts = await readFacts(databases, copied);
    const { known, strangers } = await findTables(databases, sets);
    for (const table of strangers) options.note?.(`${table} is in no backup set and is left out`);
    const sources = await sourcesOf({ place: server.place, connection, work, known, options });
    return {
      engine: "physical",
      facts,
      tables: async function* (wanted) {
        // Nothing here waits, but a logical snapshot has to.
        await Promise.resolve();
        yield* sources.filter(({ set }) => wanted.includes(set));
      },
      close,
    };
  } catch (error) {
    await close();
    options.signal?.throwIfAborted();
    throw namingFullDisk(error, work.path);
  }
}

/** Copies the server into the work folder, as it is at the end of copying. */
async function copyServer(
  { dataFolder, socket }: PrivateServer,
  { path }: WorkFolder,
  { note, signal }: StepOptions,
): Promise<Pick<SnapshotFacts, "takenAt" | "position">> {
  const program = findProgram("mariadb-backup", "mariabackup");
  if (program === undefined) throw new Error("mariadb-backup is not installed.");
  const original = mariadbFolder(dataFolder);
  const bytes = folderBytes(original, (name) => /^(?:ib_logfile\d+|ibtmp1)$/.test(name));
  const platform = folderBytes(join(original, "timos_platform"), () => false);
  requireSpace(path, bytes + platform + SERVER_BYTES, "a copy of the databases");
  const copy = mariadbFolder(path);
  const run = (...args: string[]) =>
    runToEnd("mariadb-backup", [program, "--no-defaults", ...args, `--target-dir=${copy}`], {
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw inFewLines(error);
    });
  note?.("copying the databases");
  await run(
    "--backup",
    "--parallel=2",
    `--socket=${socket}`,
    "--user=root",
    `--datadir=${original}`,
  );
  const takenAt = new Date();
  note?.("bringing the copy to one state");
  await run("--prepare", "--use-memory=128M");
  return { takenAt, position: readPosition(copy) };
}

/** Its output is hundreds of lines, of which those with an error in them say why. */
function inFewLines(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith("mariadb-backup failed")) return error;
  const [first = "", ...lines] = error.message.split("\n");
  const telling = lines.filter((line) => /error|fail/i.test(line));
  const said = (telling.length > 0 ? telling : lines).slice(-5);
  return new Error([first, ...said].join("\n"), { cause: error });
}

/** What mariadb-backup noted. Its files are called after xtrabackup up to version 11.0. */
function readPosition(copy: string): SnapshotFacts["position"] {
  const read = (name: string) => {
    const file = ["xtrabackup", "mariadb_backup"]
      .map((prefix) => join(copy, `${prefix}_${name}`))
      .find((path) => existsSync(path));
    return file === undefined ? "" : readFileSync(file, "utf8");
  };
  const [, lsn] = /^to_lsn = (\d+)$/m.exec(read("checkpoints")) ?? [];
  const [binlogFile, position, gtid] = read("binlog_info").trim().split("\t");
  return {
    lsn: lsn ?? null,
    binlogFile: binlogFile === undefined || binlogFile === "" ? null : binlogFile,
    binlogPosition: position === undefined ? null : Number(position),
    gtid: gtid === undefined || gtid === "" ? null : gtid,
  };
}

/** Counts and exports the tables, which stay locked for it as long as the connection is open. */
async function sourcesOf(of: {
  readonly place: PrivateServer;
  readonly connection: Connection;
  readonly work: WorkFolder;
  readonly known: readonly KnownTable[];
  readonly options: StepOptions;
}): Promise<TableSource[]> {
  const { place, connection, work, known, options } = of;
  const filesOf = ({ database, table }: KnownTable): TablespaceFiles => {
    const path = join(mariadbFolder(work.path), database, table);
    return { cfg: `${path}.cfg`, ibd: `${path}.ibd` };
  };
  const isExported = ({ set }: KnownTable) => set !== "keys";
  const rows = new Map<KnownTable, number>();
  await connection.query("SET foreign_key_checks = 0");
  options.note?.("counting rows");
  for (const each of known) {
    options.signal?.throwIfAborted();
    const path = `${quoteName(each.database)}.${quoteName(each.table)}`;
    const isRebuilt = each.set === "platform" || (await hasInstantColumns(filesOf(each).ibd));
    if (isExported(each) && isRebuilt) await connection.query(`ALTER TABLE ${path} FORCE`);
    rows.set(each, await countRows(connection, each.database, each.table));
  }
  const exported = known.filter(isExported);
  if (exported.length > 0) {
    const names = exported.map((each) => `${quoteName(each.database)}.${quoteName(each.table)}`);
    await connection.query(`FLUSH TABLES ${names.join(", ")} FOR EXPORT`);
  }
  return known.map((each) => {
    const files = filesOf(each);
    const count = rows.get(each) ?? 0;
    const common = { set: each.set, database: each.role, table: each.table, create: each.create };
    const counted = { rows: count, counted: () => count };
    if (!isExported(each)) {
      const bytes = 2 * statSync(files.ibd).size;
      const open = () => dumpOf(place, each, { work, rows: count, signal: options.signal });
      return { ...common, ...counted, format: "sql", bytes, open };
    }
    const bytes = 4 + statSync(files.cfg).size + statSync(files.ibd).size;
    return {
      ...common,
      ...counted,
      format: "tablespace",
      bytes,
      open: () => packTablespace(files),
    };
  });
}

/** One table as statements. */
function dumpOf(
  place: PrivateServer,
  { database, table }: KnownTable,
  { work, rows, signal }: { work: WorkFolder; rows: number; signal: AbortSignal | undefined },
): Readable {
  const pieces = async function* () {
    let passed = 0;
    const client = clientArguments(place, "platform", work.path);
    const tables = new Map([[database, [table]]]);
    for await (const piece of dump({ client, tables, others: new Map(), signal })) {
      passed += piece.rows;
      yield piece.bytes;
    }
    if (passed !== rows) {
      throw new Error(`${table} was dumped with ${passed} rows, and has ${rows}.`);
    }
  };
  return Readable.from(pieces(), { objectMode: false });
}

const PAGE_BYTES = 16_384;
const ROOT_PAGE = 3;
const PAGE_TYPE_OFFSET = 24;
/** FIL_PAGE_TYPE_INSTANT. */
const INSTANT_PAGE = 18;

/**
 * Were columns added to the table, or taken away, without rebuilding it? Not every MariaDB can import such a tablespace
 * (MDEV-18543; 10.11.19 can). The type of its root page says so.
 */
async function hasInstantColumns(ibd: string): Promise<boolean> {
  const file = await open(ibd, "r");
  try {
    const type = Buffer.alloc(2);
    await file.read(type, 0, 2, ROOT_PAGE * PAGE_BYTES + PAGE_TYPE_OFFSET);
    return type.readUInt16BE() === INSTANT_PAGE;
  } finally {
    await file.close();
  }
}
