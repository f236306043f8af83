import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dyingWithUs } from "./dying-with-us.ts";
import { asError } from "./files.ts";

/** A long-running program: how it is started, and how one knows that it is ready. */
export interface Program {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Its output is appended here. */
  readonly logFile: string;
  /** Done before every start, such as writing a file the program reads once. */
  readonly prepare?: () => void;
  /** Asked again and again; `output` gives what the log has got since this start. */
  readonly isReady: (output: () => string) => boolean | Promise<boolean>;
  readonly readyWithinSeconds: number;
  /** How long it may take to end by itself when asked to. */
  readonly stopWithinSeconds: number;
  /** Also shows its output in the terminal, each line under its name. */
  readonly echo?: (name: string, line: string) => void;
}

export interface RunningProgram {
  readonly pid: number;
  /** Settles when it has ended, with the reason in words. Never rejects. */
  readonly ended: Promise<string>;
  /** The reason in words once it has ended. */
  endReason(): string | undefined;
  /** The last lines of its output since this start. */
  lastLines(): string;
  /** Asks it to end and waits; kills it when it takes too long or is told to hurry. */
  stop(options?: { hurry?: boolean }): Promise<void>;
}

const TAIL_BYTES = 64 * 1024;

/**
 * Starts a program in a process group of its own, so that the terminal's Ctrl-C reaches only us and the order of
 * stopping is ours. On Linux it is told to end when we are killed outright.
 */
export function launch(program: Program): RunningProgram {
  program.prepare?.();
  const from = existsSync(program.logFile) ? statSync(program.logFile).size : 0;
  const [command, args] = dyingWithUs(program.command);
  const log = openSync(program.logFile, "a", 0o600);
  const child = spawn(command, args, {
    detached: true,
    env: program.env ?? process.env,
    stdio: program.echo === undefined ? ["ignore", log, log] : ["ignore", "pipe", "pipe"],
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
  });
  closeSync(log);
  if (program.echo !== undefined) copyOutput(child, program, program.echo);

  let reason: string | undefined;
  const ended = new Promise<string>((done) => {
    const end = (words: string) => done((reason ??= words));
    child.once("error", (error) => end(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      end(signal === null ? `ended with exit code ${code ?? "?"}` : `was ended by ${signal}`),
    );
  });

  let stopping: Promise<void> | undefined;
  const stop = async (hurry: boolean): Promise<void> => {
    if (hurry) signalGroup(child, "SIGKILL");
    stopping ??= (async () => {
      if (reason === undefined) child.kill("SIGTERM");
      const kill = setTimeout(() => {
        signalGroup(child, "SIGKILL");
      }, program.stopWithinSeconds * 1000);
      await ended;
      clearTimeout(kill);
      // What it started itself may still be there.
      signalGroup(child, "SIGKILL");
    })();
    await stopping;
  };

  return {
    pid: child.pid ?? -1,
    ended,
    endReason: () => reason,
    lastLines: () => lastLines(program.logFile, from),
    stop: ({ hurry = false } = {}) => stop(hurry),
  };
}

/** Waits until a program is ready. Throws, with its last words, when it ends before or takes too long. */
export async function waitUntilReady(
  program: Program,
  running: RunningProgram,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + program.readyWithinSeconds * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const end = running.endReason();
    if (end !== undefined) throw new NotReady(program, end, running.lastLines());
    if (await program.isReady(() => running.lastLines())) return;
    if (Date.now() > deadline) {
      const waited = `was not ready after ${program.readyWithinSeconds} s`;
      throw new NotReady(program, waited, running.lastLines());
    }
    await sleep(20);
  }
}

/** A program that did not come up: what it said last is in `output`. */
export class NotReady extends Error {
  override readonly name = "NotReady";
  readonly output: string;

  constructor(program: Program, reason: string, output: string) {
    const said = output.trim().split("\n").slice(-15).join("\n");
    super(`${program.name} ${reason}. Its last lines (all of them: ${program.logFile}):\n${said}`);
    this.output = output;
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

function copyOutput(
  child: ChildProcess,
  program: Program,
  echo: NonNullable<Program["echo"]>,
): void {
  const log = openSync(program.logFile, "a", 0o600);
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        writeSync(log, `${line}\n`);
        echo(program.name, line);
      }
    });
  }
  child.once("close", () => {
    closeSync(log);
  });
}

function lastLines(file: string, from: number): string {
  try {
    const { size } = statSync(file);
    const start = Math.max(from, size - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    const handle = openSync(file, "r");
    try {
      const read = readSync(handle, bytes, 0, bytes.length, start);
      return bytes.toString("utf8", 0, read);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return asError(error).message;
  }
}
