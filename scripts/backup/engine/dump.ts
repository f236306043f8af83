import { spawn } from "node:child_process";
import { dyingWithUs } from "../../launcher/dying-with-us.ts";
import { asError } from "../../launcher/files.ts";
import { findProgram } from "../../lib/bootstrap.mjs";
import { cutDump, type Piece, UnreadableDump } from "./cut-dump.ts";

const KEPT_OUTPUT = 4_000;

const OPTIONS = [
  // One state of all tables, taken when the dump begins, while others write.
  "--single-transaction",
  "--quick",
  "--skip-lock-tables",
  // Bytes as digits: escaped byte by byte they take half as long again.
  "--hex-blob",
  "--no-create-info",
  "--no-create-db",
  "--skip-triggers",
  "--skip-add-locks",
  "--skip-disable-keys",
  "--default-character-set=utf8mb4",
  "--max-allowed-packet=1G",
];

/** What a dump is of. */
export interface DumpRequest {
  /** The program's first arguments, which say where the server is. */
  readonly client: readonly string[];
  /** Tables by their databases, in the order in which these are dumped. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Tables of these databases that are left out: needed where there are several databases. */
  readonly others: ReadonlyMap<string, readonly string[]>;
  /** Has the position in the binlog printed before all else. */
  readonly wantsPosition?: boolean;
  readonly onOther?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs mariadb-dump, or mysqldump where there is no other, and gives what it prints in pieces. Ending it early ends the
 * program.
 *
 * @throws Error, with the program's last words, when it fails: then what was given before is no whole dump.
 */
export async function* dump(request: DumpRequest): AsyncGenerator<Piece> {
  const program = findProgram("mariadb-dump", "mysqldump");
  if (program === undefined) throw new Error("mariadb-dump is not installed.");
  const databases = [...request.tables.keys()];
  const [first = ""] = databases;
  const [command, args] = dyingWithUs([
    program,
    ...request.client,
    ...OPTIONS,
    ...(request.wantsPosition === true ? ["--master-data=2", "--gtid"] : ["--skip-comments"]),
    ...(databases.length === 1
      ? [first, ...(request.tables.get(first) ?? [])]
      : [
          ...[...request.others].flatMap(([database, tables]) =>
            tables.map((table) => `--ignore-table=${database}.${table}`),
          ),
          "--databases",
          ...databases,
        ]),
  ]);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT_OUTPUT);
  });
  const ended = new Promise<string | undefined>((done) => {
    child.once("error", (error) => done(`could not be started: ${error.message}`));
    child.once("close", (code, signal) =>
      done(code === 0 ? undefined : `failed (${signal ?? `exit code ${code ?? "?"}`})`),
    );
  });
  const stop = () => child.kill("SIGKILL");
  request.signal?.addEventListener("abort", stop, { once: true });
  try {
    let unreadable: UnreadableDump | undefined;
    try {
      yield* cutDump(child.stdout, first, request.onOther);
    } catch (error) {
      // Where there is no more of it, the program may say why.
      if (!(error instanceof UnreadableDump) || !child.stdout.readableEnded) throw error;
      unreadable = error;
    }
    const failure = await ended;
    if (failure !== undefined) throw new Error(`mariadb-dump ${failure}: ${said.trim()}`);
    if (unreadable !== undefined) throw unreadable;
  } catch (error) {
    request.signal?.throwIfAborted();
    throw asError(error);
  } finally {
    request.signal?.removeEventListener("abort", stop);
    stop();
  }
}
