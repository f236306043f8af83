import { dirname, join } from "node:path";
import * as z from "zod";
import type { Household } from "./household.ts";
import { makePrivateFolder, readIfThere, writeAtomically } from "./files.ts";
import { ROOT } from "./paths.ts";
import { launch, type Program, type RunningProgram } from "./program.ts";
import { variable, type Environment, type Settings } from "./settings.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How often is looked whether something is due. So a start is never slowed, and a short run does nothing. */
const LOOK_EVERY_MS = 15 * MINUTE_MS;
/** After one that failed. */
const AGAIN_AFTER_MS = HOUR_MS;
const LONGEST_MS = 12 * HOUR_MS;

export interface Schedule {
  readonly backupEveryMs: number;
  readonly drillEveryMs: number;
}

const Every = z.coerce.number().min(0).max(100_000);

/**
 * How often backups are made and drilled; null for not at all. A journal that nobody backs up will be lost, so a private
 * installation is backed up every day and drilled every week unless told otherwise. Databases of somebody's own are
 * backed up when they say so.
 *
 * @throws Error when a variable is no number.
 */
export function scheduleOf({ env, given, isDev }: Settings): Schedule | null {
  const hours = everyOf(env, "BACKUP_EVERY_HOURS");
  const days = everyOf(env, "DRILL_EVERY_DAYS");
  const isUsual = given.databases === undefined && !isDev;
  const backupEveryMs = (hours ?? (isUsual ? 24 : 0)) * HOUR_MS;
  const isOff = variable(env, "TIMOS_BACKUPS") === "0" || backupEveryMs === 0;
  return isOff ? null : { backupEveryMs, drillEveryMs: (days ?? 7) * DAY_MS };
}

function everyOf(env: Environment, name: string): number | undefined {
  const text = variable(env, name);
  if (text === undefined) return undefined;
  const parsed = Every.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Error(`${name} must be a number, such as 24; 0 turns it off.`);
}

const Times = z.object({
  /** When each last came out well, and was last tried. */
  backupAt: z.number().default(0),
  drillAt: z.number().default(0),
  triedAt: z.number().default(0),
});
export type Times = z.output<typeof Times>;

/**
 * What is due. A drill follows a backup, so that it is of the newest. A time to come was noted by a clock that was ahead,
 * and counts as never: nothing would be backed up until then.
 */
export function dueAt(now: number, schedule: Schedule, times: Times): "backup" | "drill" | null {
  const past = (at: number) => (at > now ? 0 : at);
  const backupAt = past(times.backupAt);
  const drillAt = past(times.drillAt);
  const triedAt = past(times.triedAt);
  const hasFailed = triedAt > Math.max(backupAt, drillAt);
  if (hasFailed && now - triedAt < AGAIN_AFTER_MS) return null;
  if (now - backupAt >= schedule.backupEveryMs) return "backup";
  const isDrilled = schedule.drillEveryMs === 0 || now - drillAt < schedule.drillEveryMs;
  return isDrilled ? null : "drill";
}

/**
 * The times that are noted in `file`, and in memory too: where the file cannot be written, what came out well is not done
 * again at each look.
 *
 * @param warn - Told when it cannot be written.
 */
export function timesIn(file: string, warn: (line: string) => void) {
  let known: Times | undefined;
  return {
    read: (): Times => (known ??= Times.parse(JSON.parse(readIfThere(file) ?? "{}"))),
    note: (times: Times): void => {
      known = times;
      try {
        makePrivateFolder(dirname(file));
        writeAtomically(file, JSON.stringify(times));
      } catch (error) {
        warn(`When backups were made cannot be noted: ${String(error)}`);
      }
    },
  };
}

/**
 * Makes backups and drills them while TimOS runs, each as a program of its own that gives way to everything else. That
 * one fails is said and tried again in an hour.
 *
 * @returns what stops it, and the program that runs.
 */
export function keepBackedUp({ settings, folder, progress }: Household): () => Promise<void> {
  const schedule = scheduleOf(settings);
  if (schedule === null) return () => Promise.resolve();
  const notes = timesIn(join(folder.path, "backup/schedule.json"), (line) => progress.warn(line));
  let running: RunningProgram | undefined;
  let isStopping = false;

  const look = async () => {
    if (running !== undefined) return;
    const times = notes.read();
    const due = dueAt(Date.now(), schedule, times);
    if (due === null) return;
    const program = programOf(due, settings, folder.path);
    running = launch(program);
    const timeout = setTimeout(() => void running?.stop(), LONGEST_MS);
    const reason = await running.ended;
    clearTimeout(timeout);
    const said = running.lastLines().trim().split("\n").at(-1) ?? "";
    running = undefined;
    if (isStopping) return;
    const isWell = reason === "ended with exit code 0";
    const triedAt = Date.now();
    notes.note({ ...times, triedAt, ...(isWell ? { [`${due}At`]: triedAt } : {}) });
    if (!isWell) {
      progress.warn(`The ${due} of today did not come out well (${program.logFile}): ${said}`);
    } else if (due === "backup") await look();
  };
  const tick = () => {
    look().catch((error: unknown) => progress.warn(`Backups cannot be made: ${String(error)}`));
  };
  const timer = setInterval(tick, LOOK_EVERY_MS);
  timer.unref();
  return async () => {
    isStopping = true;
    clearInterval(timer);
    await running?.stop();
  };
}

function programOf(what: "backup" | "drill", { env }: Settings, dataFolder: string): Program {
  const tsx = join(ROOT, "node_modules/tsx/dist/cli.mjs");
  return {
    name: what,
    command: ["nice", "-n", "19", process.execPath, tsx, join(ROOT, `scripts/${what}.ts`)],
    cwd: ROOT,
    env: { ...env, TIMOS_DATA_DIR: dataFolder },
    logFile: join(dataFolder, "backups.log"),
    isReady: () => true,
    readyWithinSeconds: 1,
    stopWithinSeconds: 30,
  };
}
