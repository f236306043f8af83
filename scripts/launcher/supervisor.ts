import { setTimeout as sleep } from "node:timers/promises";
import { launch, type Program, type RunningProgram, waitUntilReady } from "./program.ts";

/** A program that ends within this time of its start did not really run. */
const QUICK_DEATH_MS = 30_000;
const MAX_QUICK_DEATHS = 5;
const FIRST_PAUSE_MS = 250;

interface Events {
  readonly log: (line: string) => void;
  /** A program was started, at first or again, under this number. */
  readonly onStart: (name: string, pid: number) => void;
  /** A program cannot be kept running: everything has to end. */
  readonly onGiveUp: (error: Error) => void;
}

interface Kept {
  readonly program: Program;
  running: RunningProgram;
  startedAt: number;
  quickDeaths: number;
}

/** Keeps programs running: what ends by itself is started again, unless it keeps ending. */
export class Supervisor {
  readonly #events: Events;
  readonly #kept = new Map<string, Kept>();
  readonly #aborter = new AbortController();

  constructor(events: Events) {
    this.#events = events;
  }

  /** Starts a program and waits until it is ready. Throws when it does not get there; it is not kept running then. */
  async start(program: Program): Promise<void> {
    this.#aborter.signal.throwIfAborted();
    const kept = { program, running: launch(program), startedAt: Date.now(), quickDeaths: 0 };
    this.#kept.set(program.name, kept);
    this.#events.onStart(program.name, kept.running.pid);
    await waitUntilReady(program, kept.running, this.#aborter.signal);
    void this.#keep(kept);
  }

  /** The number a program runs under, or ran under last. */
  pidOf(name: string): number | undefined {
    return this.#kept.get(name)?.running.pid;
  }

  /** From now on nothing is started any more. */
  beginStop(): void {
    this.#aborter.abort(new Error("stopping"));
  }

  /** Ends programs at the same time and waits for them. Those never started are passed over. */
  async stop(names: readonly string[], options: { hurry: boolean }): Promise<void> {
    this.beginStop();
    const kept = names.flatMap((name) => this.#kept.get(name) ?? []);
    await Promise.all(kept.map(({ running }) => running.stop(options)));
  }

  async #keep(kept: Kept): Promise<void> {
    const { program } = kept;
    for (;;) {
      const reason = await kept.running.ended;
      if (this.#isStopping()) return;
      const isQuick = Date.now() - kept.startedAt < QUICK_DEATH_MS;
      kept.quickDeaths = isQuick ? kept.quickDeaths + 1 : 1;
      if (kept.quickDeaths > MAX_QUICK_DEATHS) {
        this.#events.onGiveUp(givenUp(kept, reason));
        return;
      }
      this.#events.log(`${program.name} ${reason}; starting it again`);
      await sleep(FIRST_PAUSE_MS * 2 ** (kept.quickDeaths - 1));
      if (this.#isStopping()) return;
      kept.running = launch(program);
      kept.startedAt = Date.now();
      this.#events.onStart(program.name, kept.running.pid);
      void this.#sayWhenReady(kept, kept.running);
    }
  }

  #isStopping(): boolean {
    return this.#aborter.signal.aborted;
  }

  async #sayWhenReady({ program }: Kept, running: RunningProgram): Promise<void> {
    try {
      await waitUntilReady(program, running, this.#aborter.signal);
      this.#events.log(`${program.name} is back`);
    } catch {
      // It ended again, which is dealt with where it is kept, or it takes long, which is no reason to end it.
    }
  }
}

function givenUp({ program, running }: Kept, reason: string): Error {
  const said = running.lastLines().trim().split("\n").slice(-15).join("\n");
  return new Error(
    `${program.name} ${reason}, for the ${MAX_QUICK_DEATHS + 1}th time in a row. Giving up. Its last lines ` +
      `(all of them: ${program.logFile}):\n${said}`,
  );
}
