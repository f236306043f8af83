import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemEngine } from "../../launcher/engine.ts";
import {
  asRoot,
  ensureMariadbFolder,
  mariadbFolder,
  redoLog,
} from "../../launcher/mariadb-folder.ts";
import { socketIn } from "../../launcher/mariadb.ts";
import { launch, type Program, waitUntilReady } from "../../launcher/program.ts";
import type { PrivateServer, StepOptions } from "./place.ts";
import type { WorkFolder } from "./work-folder.ts";

/** A MariaDB on files that are thrown away afterwards. */
export interface ScratchServer {
  readonly place: PrivateServer;
  /** Kills it: nothing of its files is needed any more. */
  stop(): Promise<void>;
}

/**
 * Starts a server on `<work>/mariadb`, made empty if it is not there. Nobody reaches it but by the socket in the work
 * folder of the run, where whoever comes is root, whatever accounts the files hold.
 */
export async function startScratchServer(
  work: WorkFolder,
  { signal }: StepOptions,
): Promise<ScratchServer> {
  const engine = systemEngine(["mariadb"]);
  if (engine === undefined) throw new Error("MariaDB (mariadbd) is not installed.");
  const { path, runFolder } = work;
  await ensureMariadbFolder({ dataFolder: path, runFolder, engine, ephemeral: true }, signal);
  // Rebuilding a table writes there what is in it.
  const temporary = join(path, "tmp");
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const socket = socketIn(runFolder);
  const program: Program = {
    name: "mariadb (scratch)",
    command: engine.server({ kind: "mariadb", port: 0, folders: [path, runFolder] }, [
      "--no-defaults",
      `--datadir=${mariadbFolder(path)}`,
      `--socket=${socket}`,
      `--pid-file=${join(runFolder, "mariadb.pid")}`,
      `--tmpdir=${temporary}`,
      "--skip-networking",
      "--skip-grant-tables",
      "--skip-log-bin",
      "--skip-slave-start",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_unicode_ci",
      "--default-time-zone=+00:00",
      "--performance-schema=OFF",
      "--max-allowed-packet=1G",
      "--innodb-buffer-pool-size=128M",
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-doublewrite=0",
      ...redoLog(true),
      ...asRoot(),
    ]),
    logFile: join(path, "mariadb.log"),
    isReady: (output) => output().includes("ready for connections"),
    readyWithinSeconds: 300,
    stopWithinSeconds: 20,
  };
  const running = launch(program);
  work.record(running.pid);
  const stop = () => running.stop({ hurry: true });
  try {
    await waitUntilReady(program, running, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { place: { kind: "private", dataFolder: path, socket }, stop };
}
