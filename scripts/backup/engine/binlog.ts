import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { dyingWithUs } from "../../launcher/dying-with-us.ts";
import { asError } from "../../launcher/files.ts";
import { findProgram } from "../../lib/bootstrap.mjs";
import type { DatabaseRole } from "../../lib/backup-sets.ts";
import { selectRows } from "../../lib/database.ts";
import { clientArguments, connectTo, type SnapshotPlace, type StepOptions } from "./place.ts";
import { makeWorkFolder, type WorkFolder } from "./work-folder.ts";

/** A place in the binlog, as the facts of a snapshot have it. */
export interface BinlogPosition {
  readonly file: string;
  readonly position: number;
}

/** What of the binlog is done over again, and where. */
export interface BinlogReplay {
  /** A folder that the binlogs were copied to, or the server's own. */
  readonly source: { readonly folder: string } | "server";
  /** That of the snapshot that was loaded. */
  readonly from: BinlogPosition;
  /**
   * Where to stop. At a time: before the first event of that second or a later one; the fraction of a second is cut off,
   * since binlogs know none. At a position: before the event that begins there.
   */
  readonly until: { readonly time: Date } | BinlogPosition | "end";
  /** The database that the binlog speaks of. */
  readonly database: string;
  /** The one that is changed instead: the snapshot was loaded there. */
  readonly into: string;
}

/** What was done over again. */
export interface Replayed {
  readonly files: readonly string[];
  /** When the last event happened; null when there was none. */
  readonly last: Date | null;
}

/**
 * Does over again, in a database that a snapshot was loaded into, what happened after it, as far as the binlog tells. To be
 * done before the tables are swapped in.
 *
 * The account needs, besides rights on the tables, BINLOG REPLAY and BINLOG ADMIN, and REPLICATION SLAVE to read
 * the server's own. A transaction that the end cuts in two is left out.
 *
 * @throws Error when a binlog between is missing, a statement names the database itself (it would change the one in use), or
 * either program fails. What was done until then stays done: load the snapshot anew.
 */
export async function replayBinlog(
  place: SnapshotPlace,
  role: DatabaseRole,
  replay: BinlogReplay,
  { note, signal }: StepOptions = {},
): Promise<Replayed> {
  const work = await makeWorkFolder(place.dataFolder);
  try {
    const listed = await listBinlogs(place, role, replay.source);
    const files = between(listed, replay);
    note?.(`replaying ${files.length === 1 ? "a binlog" : `${files.length} binlogs`}`);
    const last = await run({ place, role, work, replay, files, listed, signal });
    return { files, last };
  } finally {
    work.remove();
  }
}

interface Binlog {
  readonly name: string;
  readonly bytes: number | undefined;
}

async function listBinlogs(
  place: SnapshotPlace,
  role: DatabaseRole,
  source: BinlogReplay["source"],
): Promise<Binlog[]> {
  if (source !== "server") {
    const names = readdirSync(source.folder).filter((name) => /\.\d{6,}$/.test(name));
    return names.map((name) => ({ name, bytes: undefined }));
  }
  const connection = await connectTo(place, role);
  try {
    const Row = z.object({ Log_name: z.string(), File_size: z.coerce.number() });
    const rows = await selectRows(connection, Row, "SHOW BINARY LOGS");
    return rows.map((row) => ({ name: row.Log_name, bytes: row.File_size }));
  } finally {
    connection.destroy();
  }
}

/** The binlogs from one to the other, none of which may be missing. */
function between(listed: readonly Binlog[], { from, until }: BinlogReplay): string[] {
  const numberOf = (name: string) => Number(/\.(\d+)$/.exec(name)?.[1]);
  const series = (name: string) => name.replace(/\d+$/, "");
  const last = typeof until === "object" && "file" in until ? numberOf(until.file) : Infinity;
  const first = numberOf(from.file);
  const files = listed
    .map(({ name }) => name)
    .filter((name) => series(name) === series(from.file))
    .filter((name) => numberOf(name) >= first && numberOf(name) <= last)
    .sort((one, other) => numberOf(one) - numberOf(other));
  const gap = files.findIndex((name, index) => numberOf(name) !== first + index);
  const isCutShort = Number.isFinite(last) && files.length !== last - first + 1;
  if (files.length === 0 || gap !== -1 || isCutShort) {
    const missing = `${series(from.file)}${String(first + (gap === -1 ? files.length : gap)).padStart(6, "0")}`;
    throw new Error(`The binlog ${missing} is missing: what happened in it cannot be done again.`);
  }
  return files;
}

interface Run {
  readonly place: SnapshotPlace;
  readonly role: DatabaseRole;
  readonly work: WorkFolder;
  readonly replay: BinlogReplay;
  readonly files: readonly string[];
  readonly listed: readonly Binlog[];
  readonly signal: AbortSignal | undefined;
}

async function run(of: Run): Promise<Date | null> {
  const { place, role, work, replay, signal } = of;
  const reader = start("mariadb-binlog", ["mysqlbinlog"], readerArguments(of));
  const writer = start(
    "mariadb",
    ["mysql"],
    [
      ...clientArguments(place, role, work.path),
      // Otherwise what somebody stored could be taken for a command of the program.
      "--binary-mode",
      "--default-character-set=utf8mb4",
      // Or it would read for ever what it writes.
      ...(place.kind === "private" ? ["--init-command=SET sql_log_bin = 0"] : []),
      replay.into,
    ],
  );
  const stop = () => {
    reader.child.kill("SIGKILL");
    writer.child.kill("SIGKILL");
  };
  signal?.addEventListener("abort", stop, { once: true });
  const seen: { last: Date | null } = { last: null };
  try {
    const { stdout } = reader.child;
    const { stdin } = writer.child;
    if (stdout === null || stdin === null) throw new Error("They were started with pipes.");
    const passed = await pipeline(stdout, replayable(replay, seen), stdin).catch(asError);
    const isRefused = passed instanceof UnsafeStatement;
    if (isRefused) stop();
    const [read, written] = await Promise.all([reader.failure, writer.failure]);
    signal?.throwIfAborted();
    if (isRefused) throw passed;
    // The reader is cut off when the writer fails, and not the other way round.
    if (written !== undefined) throw new Error(`The binlog could not be replayed: ${written}`);
    if (read !== undefined) throw new Error(`The binlog could not be read: ${read}`);
    if (passed !== undefined) throw passed;
    return seen.last;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

function readerArguments({ place, role, work, replay, files, listed }: Run): string[] {
  const { source, from, until, database, into } = replay;
  const now = listed.find(({ name }) => name === files.at(-1))?.bytes;
  const stopPosition = typeof until === "object" && "file" in until ? until.position : now;
  return [
    ...(source === "server"
      ? [...clientArguments(place, role, work.path), "--read-from-remote-server"]
      : ["--no-defaults"]),
    `--start-position=${from.position}`,
    ...(stopPosition === undefined ? [] : [`--stop-position=${stopPosition}`]),
    ...(typeof until === "object" && "time" in until
      ? [`--stop-datetime=${until.time.toISOString().slice(0, 19).replace("T", " ")}`]
      : []),
    // The name before it is rewritten.
    `--database=${database}`,
    `--rewrite-db=${database}->${into}`,
    ...files.map((name) => (source === "server" ? name : join(source.folder, name))),
  ];
}

interface Started {
  readonly child: ChildProcess;
  /** What it said in the end, if it failed. */
  readonly failure: Promise<string | undefined>;
}

function start(name: string, otherNames: readonly string[], args: readonly string[]): Started {
  const program = findProgram(name, ...otherNames);
  if (program === undefined) throw new Error(`${name} is not installed.`);
  const [command, rest] = dyingWithUs([program, ...args]);
  const child = spawn(command, rest, {
    stdio: ["pipe", "pipe", "pipe"],
    // The times it is given, and those it prints, are in the time zone of the process.
    env: { ...process.env, TZ: "UTC" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const failure = new Promise<string | undefined>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", (code, signal) =>
      done(code === 0 ? undefined : `${name}, ${signal ?? `exit code ${code ?? "?"}`}: ${said}`),
    );
  });
  if (name === "mariadb") child.stdout.resume();
  return { child, failure };
}

/** A statement that would not be done in the database it should. */
class UnsafeStatement extends Error {
  override readonly name = "UnsafeStatement";
}

const LINE_FEED = 0x0a;
/** A number given by hand must not be below the last one of the server, and in strict mode nothing runs after such an error. */
const SEQUENCE = /^\/\*M?!\d+ SET @@session\.gtid_seq_no=/;
const EVENT = /^#(\d\d)(\d\d)(\d\d) +(\d+):(\d\d):(\d\d) server id /;

/** The lines that are run. */
function replayable({ database }: BinlogReplay, seen: { last: Date | null }) {
  const escaped = database.replaceAll(/[^\w]/g, "\\$&");
  const qualified = new RegExp(`(?:^|[^\\w\`])\`?${escaped}\`?\\s*\\.`, "i");
  const check = (line: Buffer): boolean => {
    const text = line.toString("latin1");
    if (SEQUENCE.test(text)) return false;
    const at = EVENT.exec(text);
    if (at !== null) seen.last = timeOf(at);
    const isHarmless = text.startsWith("#") || /^(?:GRANT|REVOKE) /i.test(text);
    if (!isHarmless && qualified.test(text)) {
      throw new UnsafeStatement(
        `The binlog has a statement that names ${database} itself, and would change what is in use. ` +
          "Replay up to it, by its position, and do by hand what is to be done.",
      );
    }
    return true;
  };
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let held: Buffer = Buffer.alloc(0);
    for await (const part of source) {
      held = held.length === 0 ? part : Buffer.concat([held, part]);
      const kept: Buffer[] = [];
      for (let end = held.indexOf(LINE_FEED); end !== -1; end = held.indexOf(LINE_FEED)) {
        const line = held.subarray(0, end + 1);
        if (check(line)) kept.push(line);
        held = held.subarray(end + 1);
      }
      yield Buffer.concat(kept);
    }
    if (held.length > 0 && check(held)) yield held;
  };
}

function timeOf([, year = "", month = "", day = "", ...time]: RegExpExecArray): Date {
  const [hour = "", minute = "", second = ""] = time;
  return new Date(`20${year}-${month}-${day}T${hour.padStart(2, "0")}:${minute}:${second}Z`);
}
