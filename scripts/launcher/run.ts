import { keepBackedUp } from "./backup-schedule.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { asError } from "./files.ts";
import { bringUp } from "./bring-up.ts";
import type { Household } from "./household.ts";
import { Progress } from "./progress.ts";
import { removeRunFile } from "./run-file.ts";
import { makeRunFolder, removeRunFolder } from "./run-folder.ts";
import { readSettings, type Settings } from "./settings.ts";
import { listenForStop, type StopRequest } from "./stop-request.ts";
import { Supervisor } from "./supervisor.ts";

/** In the order they are stopped: those who use something before those who are used. */
const STOP_ORDER = [
  ["web", "worker", "api"],
  ["mariadb", "redis"],
] as const;

/** Starts everything, stays until it is told to stop, stops everything. @returns the exit code. */
export async function run(options: { isDev: boolean }): Promise<number> {
  const progress = new Progress(process.env);
  const request = listenForStop(process.env);
  let folder: DataFolder | undefined;
  try {
    const settings = readSettings(process.env, options);
    folder = await openDataFolder(settings.dataFolder, (line) => {
      progress.note(line);
    });
    return await live(settings, folder, progress, request);
  } catch (error) {
    if (request.signal.aborted && request.failure() === undefined) {
      progress.note("Stopped before it was ready");
      return request.interruptedCode();
    }
    progress.fail(explain(asError(request.failure() ?? error)));
    return 1;
  } finally {
    folder?.lock.release();
  }
}

/** Puts first what matters when a program's own words bury it. */
function explain({ message }: Error): string {
  const isDiskFull = /ENOSPC|No space left on device|Errcode: 28\b|error 28\b/i.test(message);
  return isDiskFull ? `The disk is full. Free some space and start again.\n${message}` : message;
}

async function live(
  settings: Settings,
  folder: DataFolder,
  progress: Progress,
  request: StopRequest,
): Promise<number> {
  removeRunFile(folder.path); // of a run that was killed: what it says is not true any more
  const runFolder = makeRunFolder();
  folder.lock.record({ runFolder });
  const household: Household = {
    settings,
    folder,
    runFolder,
    progress,
    signal: request.signal,
    supervisor: new Supervisor({
      log: (line) => {
        progress.warn(line);
      },
      onStart: (name, pid) => {
        folder.lock.record({ child: { name, pid } });
        household.onRestart?.();
      },
      onGiveUp: (error) => {
        request.fail(error);
      },
    }),
    front: undefined,
    onRestart: undefined,
  };
  void request.asked.then(() => {
    household.supervisor.beginStop();
  });
  let hasRun = false;
  let stopBackups: (() => Promise<void>) | undefined;
  try {
    await bringUp(household);
    stopBackups = keepBackedUp(household);
    await request.asked;
    const failure = request.failure();
    if (failure !== undefined) throw failure;
    progress.note("Stopping");
    hasRun = true;
    return 0;
  } finally {
    await stopBackups?.();
    await stopAll(household, request);
    removeRunFile(folder.path);
    removeRunFolder(runFolder);
    if (hasRun) progress.note("Everything is stopped");
  }
}

async function stopAll({ supervisor, front }: Household, request: StopRequest): Promise<void> {
  const [applications, services] = STOP_ORDER;
  request.onHurry = () => {
    void front?.close({ hurry: true });
    void supervisor.stop(applications, { hurry: true });
  };
  supervisor.beginStop();
  await front?.close({ hurry: false });
  await supervisor.stop(applications, { hurry: false });
  await supervisor.stop(services, { hurry: false });
}
