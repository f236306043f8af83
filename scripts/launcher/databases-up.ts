import { planMariadb } from "../lib/services.ts";
import { openDataFolder } from "./data-folder.ts";
import { dockerEngine } from "./docker-engine.ts";
import { systemEngine } from "./engine.ts";
import { launch, type RunningProgram, waitUntilReady } from "./program.ts";
import { removeRunFile } from "./run-file.ts";
import { makeRunFolder, removeRunFolder } from "./run-folder.ts";

/** The private databases of a data folder, while a command works on them. */
export interface DatabasesUp {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the private MariaDB of a data folder for a command: TimOS does not run there, and may not be able to, since its
 * keys do not open. The folder is locked meanwhile, and the server ends with this process, however it ends (on Linux).
 *
 * @throws FolderInUse when TimOS, or another command, is at work there.
 */
export async function startDatabases(
  dataFolder: string,
  log: (line: string) => void,
): Promise<DatabasesUp> {
  const folder = await openDataFolder(dataFolder, log);
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
    const engine = systemEngine(["mariadb"]) ?? dockerEngine(dataFolder);
    if (engine === undefined) throw new Error("MariaDB (mariadbd) is not installed.");
    const place = { dataFolder: folder.path, runFolder, engine, ephemeral: false };
    const { program, port } = await planMariadb(place);
    log(`TimOS does not run on ${dataFolder}: starting its databases for this command.`);
    running = launch(program);
    folder.lock.record({ child: { name: program.name, pid: running.pid } });
    await waitUntilReady(program, running);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
