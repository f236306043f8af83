import { ensureSystemPackages } from "../lib/bootstrap.mjs";
import { planMariadb } from "../lib/services.ts";
import { openDataFolder } from "./data-folder.ts";
import { dockerEngine } from "./docker-engine.ts";
import { systemEngine } from "./engine.ts";
import { socketIn } from "./mariadb.ts";
import { launch, type RunningProgram, waitUntilReady } from "./program.ts";
import { removeRunFile } from "./run-file.ts";
import { makeRunFolder, removeRunFolder } from "./run-folder.ts";

/** The private databases of a data folder, while a command works on them. */
export interface DatabasesUp {
  readonly port: number;
  /** By which the user who started it is its administrator; null where it runs in a container. */
  readonly socket: string | null;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the private MariaDB of a data folder for a command: TimOS does not run there, and may not be able to, since its
 * keys do not open. The folder is locked meanwhile, and the server ends with this process, however it ends (on Linux).
 *
 * @param prepareRestore - Given by a restore, which may find the folder empty or half restored: called once it is locked,
 *   before its databases are looked for or made.
 * @throws FolderInUse when TimOS, or another command, is at work there.
 */
export async function startDatabases(
  dataFolder: string,
  log: (line: string) => void,
  prepareRestore?: () => void,
): Promise<DatabasesUp> {
  const isRestoring = prepareRestore !== undefined;
  const folder = await openDataFolder(dataFolder, log, { isRestoring });
  const runFolder = makeRunFolder();
  let running: RunningProgram | undefined;
  const stop = async () => {
    await running?.stop();
    removeRunFolder(runFolder);
    folder.lock.release();
  };
  try {
    removeRunFile(folder.path); // of a run that was killed: what it says is not true any more
    folder.lock.record({ runFolder });
    prepareRestore?.();
    // Whoever restores may never have started TimOS on this machine.
    if (isRestoring && systemEngine(["mariadb"]) === undefined) {
      await ensureSystemPackages({ packages: ["mariadb"], log });
    }
    const engine = systemEngine(["mariadb"]) ?? dockerEngine(dataFolder);
    if (engine === undefined) throw new Error("MariaDB (mariadbd) is not installed.");
    const place = { dataFolder: folder.path, runFolder, engine, ephemeral: false };
    const { program, port } = await planMariadb(place);
    if (!isRestoring) {
      log(`TimOS does not run on ${dataFolder}: starting its databases for this command.`);
    }
    running = launch(program);
    folder.lock.record({ child: { name: program.name, pid: running.pid } });
    await waitUntilReady(program, running);
    return { port, socket: engine.hasSocket ? socketIn(runFolder) : null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
