/** Runs a backup every night and a drill every week, as a container that stays: see USAGE. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { asError } from "../launcher/files.ts";
import { variable } from "../launcher/settings.ts";
import { nextAfter, parseOccasion, type Occasion } from "./calendar.ts";

const USAGE = `Usage: deploy:schedule [--check]

Runs the backup at BACKUP_AT (03:15) and the drill at DRILL_AT (sunday 04:30), both UTC; "never" leaves one out.
BACKUP_TO says where to. --check exits with 1 when the last run of either failed, or is overdue: the health of the
container that runs the other.`;

/** Where the outcomes of the last runs are noted, for --check. In memory: a container that is new has none yet. */
const NOTES = join(variable(process.env, "TMPDIR") ?? "/tmp", "timos-schedule.json");
const OVERDUE_MS = 6 * 60 * 60 * 1000;
const LONGEST_WAIT_MS = 60_000;

const Notes = z.record(z.string(), z.object({ failed: z.boolean(), dueAt: z.iso.datetime() }));
type Notes = z.output<typeof Notes>;

interface Job {
  readonly name: string;
  readonly occasion: Occasion;
}

function jobs(): Job[] {
  const times = {
    backup: variable(process.env, "BACKUP_AT") ?? "03:15",
    drill: variable(process.env, "DRILL_AT") ?? "sunday 04:30",
  };
  return Object.entries(times)
    .filter(([, time]) => time !== "never")
    .map(([name, time]) => ({ name, occasion: parseOccasion(time) }));
}

async function run(): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stopping.abort());
  }
  const planned = jobs().map((job) => ({ ...job, at: nextAfter(new Date(), job.occasion) }));
  const notes: Notes = {};
  const note = (job: (typeof planned)[number], failed: boolean) => {
    notes[job.name] = { failed, dueAt: job.at.toISOString() };
    writeFileSync(NOTES, JSON.stringify(notes));
  };
  for (const job of planned) {
    note(job, false);
    say(`${job.name}: next at ${job.at.toISOString()}`);
  }
  while (!stopping.signal.aborted) {
    // One after the other: a drill beside a backup would read what is being written.
    for (const job of planned.filter(({ at }) => at <= new Date())) {
      say(`${job.name}: begins`);
      const failed = !(await succeeds(job.name, stopping.signal));
      job.at = nextAfter(new Date(), job.occasion);
      note(job, failed);
      say(`${job.name}: ${failed ? "FAILED" : "done"}, next at ${job.at.toISOString()}`);
    }
    // Not the whole time at once: a clock that is set, or a machine that sleeps, would be late by as much.
    await pause(LONGEST_WAIT_MS, stopping.signal);
  }
}

function check(): number {
  const notes = Notes.parse(JSON.parse(readFileSync(NOTES, "utf8")));
  const late = Date.now() - OVERDUE_MS;
  const bad = Object.entries(notes).filter(
    ([, { failed, dueAt }]) => failed || Date.parse(dueAt) < late,
  );
  for (const [name, { failed }] of bad) say(`${name}: ${failed ? "failed" : "overdue"}`);
  return bad.length === 0 ? 0 : 1;
}

const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

/** Runs a command as a process of its own, whose output is ours; told to stop, it is told too and waited for. */
function succeeds(command: string, stop: AbortSignal): Promise<boolean> {
  const program = join(import.meta.dirname, "timos.ts");
  const child = spawn(process.execPath, [...process.execArgv, program, command], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = () => child.kill("SIGTERM");
  stop.addEventListener("abort", end, { once: true });
  return new Promise((done) => {
    const finish = (isWell: boolean) => {
      stop.removeEventListener("abort", end);
      done(isWell);
    };
    child.once("error", () => finish(false));
    child.once("close", (code) => finish(code === 0));
  });
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(finish, milliseconds);
    stop.addEventListener("abort", finish, { once: true });
    function finish() {
      clearTimeout(timer);
      stop.removeEventListener("abort", finish);
      done();
    }
  });
}

try {
  const args = process.argv.slice(2);
  if (args.length === 0) await run();
  else if (args.length === 1 && args[0] === "--check") process.exitCode = check();
  else {
    console.error(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 1;
}
