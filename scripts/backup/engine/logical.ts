import { Readable } from "node:stream";
import type { Connection } from "mysql2/promise";
import { z } from "zod";
import type { BackupSet } from "../../lib/backup-sets.ts";
import { selectRows } from "../../lib/database.ts";
import type { Snapshot, SnapshotFacts, TableSource } from "../types.ts";
import type { Piece } from "./cut-dump.ts";
import { dump, type DumpRequest } from "./dump.ts";
import { type Databases, findTables, type KnownTable, readFacts } from "./facts.ts";
import {
  clientArguments,
  connectTo,
  isOneAccount,
  liveDatabase,
  type SnapshotPlace,
  type StepOptions,
} from "./place.ts";
import { makeWorkFolder, type WorkFolder } from "./work-folder.ts";

/**
 * The tables as statements, read in one transaction while others write.
 *
 * Where each database has an account of its own, each is a transaction of its own, one after the other: the vault, then
 * the platform, then the keys. So whatever is in the vault has its owner in the platform and its key among the keys; but
 * they are not of one moment, and `takenAt` becomes that of the end of the last one, once all was read.
 */
export async function takeLogicalSnapshot(
  place: SnapshotPlace,
  sets: readonly BackupSet[],
  options: StepOptions,
): Promise<Snapshot> {
  const work = await makeWorkFolder(place.dataFolder);
  const undo: (() => unknown)[] = [
    () => {
      work.remove();
    },
  ];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) {
      await Promise.resolve()
        .then(step)
        .catch(() => undefined);
    }
  };
  try {
    const databases = await connectBoth(place, undo);
    const { known, present, strangers } = await findTables(databases, sets);
    for (const table of strangers) options.note?.(`${table} is in no backup set and is left out`);
    const bytes = await estimateBytes(databases);
    const before = await readFacts(databases, { takenAt: new Date(), position: NO_POSITION });

    const position = { ...NO_POSITION };
    const isOne = place.kind === "private" || isOneAccount(place);
    const wantsPosition = isOne && (await hasPosition(databases.platform.connection));
    const plan = isOne ? [known] : apart(known);
    const requests = plan
      .filter((tables) => tables.length > 0)
      .map((tables) => ({
        ...requestOf({ place, work, tables, present }),
        wantsPosition,
        onOther: (line: string) => Object.assign(position, positionIn(line)),
        signal: options.signal,
      }));
    options.note?.("reading the databases");
    let takenAt = new Date();
    const cursor = cursorOf(
      allOf(requests, () => {
        if (!isOne) takenAt = new Date();
      }),
    );
    undo.push(cursor.stop);
    // Its transaction has begun when the first rows come.
    await cursor.peek();
    takenAt = new Date();
    let isRead = false;
    return {
      engine: "logical",
      get facts() {
        return { ...before, takenAt, position };
      },
      tables: (wanted) => {
        if (isRead) throw new Error("The tables of a logical snapshot can be read once.");
        isRead = true;
        return sourcesOf(cursor, known, { wanted, bytes });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const NO_POSITION: SnapshotFacts["position"] = {
  lsn: null,
  binlogFile: null,
  binlogPosition: null,
  gtid: null,
};

async function connectBoth(place: SnapshotPlace, undo: (() => unknown)[]): Promise<Databases> {
  const open = async (role: "platform" | "vault") => {
    const connection = await connectTo(place, role);
    undo.push(() => {
      connection.destroy();
    });
    return { connection, name: liveDatabase(place, role) };
  };
  return { vault: await open("vault"), platform: await open("platform") };
}

/** What has to be read one after the other where no account sees everything. */
function apart(known: readonly KnownTable[]): KnownTable[][] {
  const of = (set: BackupSet, role: "platform" | "vault") =>
    known.filter((table) => table.set === set && table.role === role);
  return [
    of("vault", "vault"),
    of("platform", "platform"),
    of("keys", "platform"),
    of("keys", "vault"),
  ];
}

function requestOf(of: {
  readonly place: SnapshotPlace;
  readonly work: WorkFolder;
  readonly tables: readonly KnownTable[];
  readonly present: ReadonlyMap<string, readonly string[]>;
}): DumpRequest {
  const tables = new Map<string, string[]>();
  for (const { database, table } of of.tables) {
    tables.set(database, [...(tables.get(database) ?? []), table]);
  }
  const others = new Map(
    [...of.present].map(([database, names]) => [
      database,
      names.filter((name) => tables.get(database)?.includes(name) !== true),
    ]),
  );
  const role = of.tables[0]?.role ?? "platform";
  return { client: clientArguments(of.place, role, of.work.path), tables, others };
}

async function* allOf(requests: readonly DumpRequest[], onEnd: () => void): AsyncGenerator<Piece> {
  for (const request of requests) yield* dump(request);
  onEnd();
}

/** Does the server write a binlog, and may this account know where it is? */
async function hasPosition(connection: Connection): Promise<boolean> {
  const Row = z.object({ version: z.string(), isOn: z.coerce.number() });
  const sql = "SELECT VERSION() AS version, @@log_bin AS isOn";
  const [server] = await selectRows(connection, Row, sql);
  if (server?.isOn !== 1 || !server.version.includes("MariaDB")) return false;
  return connection.query("SHOW MASTER STATUS").then(
    () => true,
    () => false,
  );
}

function positionIn(line: string): Partial<SnapshotFacts["position"]> {
  const [, binlogFile, position] =
    /MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)/.exec(line) ?? [];
  const [, gtid] = /gtid_slave_pos='([^']*)'/.exec(line) ?? [];
  return {
    ...(binlogFile === undefined ? {} : { binlogFile, binlogPosition: Number(position) }),
    ...(gtid === undefined || gtid === "" ? {} : { gtid }),
  };
}

/** About how long the statements of a table will be, by `database.table`. */
async function estimateBytes(databases: Databases): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  const Row = z.object({ name: z.string(), bytes: z.coerce.number() });
  for (const { connection, name } of Object.values(databases)) {
    const sql = `SELECT table_name AS name, COALESCE(data_length, 0) AS bytes
                 FROM information_schema.tables WHERE table_schema = ?`;
    const rows = await selectRows(connection, Row, sql, [name]);
    for (const row of rows) bytes.set(`${name}.${row.name}`, 2 * row.bytes);
  }
  return bytes;
}

/** Pieces that can be looked at before they are taken. */
interface Cursor {
  readonly peek: () => Promise<Piece | undefined>;
  readonly take: () => void;
  readonly stop: () => Promise<unknown>;
}

function cursorOf(pieces: AsyncGenerator<Piece>): Cursor {
  let next: Promise<Piece | undefined> | undefined;
  const peek = () =>
    (next ??= pieces.next().then((result) => (result.done === true ? undefined : result.value)));
  return {
    peek,
    take: () => {
      next = undefined;
    },
    stop: () => pieces.return(undefined),
  };
}

/** Each table when its rows come; at the end those of which none came, which are empty. */
async function* sourcesOf(
  cursor: Cursor,
  known: readonly KnownTable[],
  { wanted, bytes }: { wanted: readonly BackupSet[]; bytes: ReadonlyMap<string, number> },
): AsyncGenerator<TableSource> {
  const left = new Set(known);
  for (;;) {
    const first = await cursor.peek();
    if (first === undefined) break;
    const isOf = (piece: Piece | undefined, { database, table }: KnownTable) =>
      piece?.database === database && piece.table === table;
    const current = [...left].find((each) => isOf(first, each));
    if (current === undefined) {
      throw new Error(`The rows of ${first.table} were to be read already, or never.`);
    }
    left.delete(current);
    let rows = 0;
    const read = async function* () {
      for (;;) {
        const piece = await cursor.peek();
        if (piece === undefined || !isOf(piece, current)) return;
        cursor.take();
        rows += piece.rows;
        yield piece.bytes;
      }
    };
    if (wanted.includes(current.set)) {
      const expected = bytes.get(`${current.database}.${current.table}`) ?? 0;
      yield sourceOf(current, { bytes: expected, read, counted: () => rows });
    }
    for await (const _ of read()); // what was left of it
  }
  for (const empty of left) {
    if (!wanted.includes(empty.set)) continue;
    yield sourceOf(empty, { bytes: 0, read: () => [], counted: () => 0 });
  }
}

const sourceOf = (
  { set, role, table, create }: KnownTable,
  of: {
    bytes: number;
    read: () => AsyncIterable<Buffer> | Iterable<Buffer>;
    counted: () => number;
  },
): TableSource => ({
  ...{ set, database: role, table, create },
  rows: null,
  format: "sql",
  bytes: of.bytes,
  open: () => Readable.from(of.read(), { objectMode: false }),
  counted: of.counted,
});
