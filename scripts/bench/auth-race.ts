import { drive, type Loop } from "./auth-clients.ts";
import type { ServerProcess } from "./auth-processes.ts";
import { median, type Row } from "./measure.ts";

/** A server and the clients that use it. */
export interface Runner {
  readonly name: string;
  readonly server: Pick<ServerProcess, "cpu">;
  readonly clients: readonly Loop[];
}

/** What one runner took; each figure is the median over the rounds. */
export interface Raced {
  readonly name: string;
  /** Time on the processor for one request, of the server's process with all of its threads. */
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
  /** How many times the processor's time of the first runner in the same round it took; of how many requests a second. */
  readonly cpuRatio: number;
  readonly rateRatio: number;
}

interface Pace {
  readonly rounds: number;
  /** How long one runner runs without a break. */
  readonly ms: number;
  /** How many requests at least, on a machine that is busy. */
  readonly atLeast: number;
  /** And how many before the first round, until what is needed is compiled. */
  readonly warmUp: number;
}

/** Lets servers run against the first of them, taking turns: in every round each runs, and another one begins. */
export async function race<const R extends readonly Runner[]>(
  runners: R,
  { rounds, ms, atLeast, warmUp }: Pace,
): Promise<{ [I in keyof R]: Raced }> {
  const sides = runners.map((runner) => ({ runner, cpu: [] as number[], rate: [] as number[] }));
  for (const { runner } of sides) await drive(runner.clients, { ms, atLeast: warmUp });
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(round + turn) % sides.length];
      if (side === undefined) continue;
      const { server, clients } = side.runner;
      const before = await server.cpu();
      const { count, seconds } = await drive(clients, { ms, atLeast });
      side.cpu.push(((await server.cpu()) - before) / count);
      side.rate.push(count / seconds);
    }
  }
  const [first] = sides;
  const against = (mine: readonly number[], theirs: readonly number[] = mine) =>
    median(mine.map((value, round) => value / (theirs[round] ?? NaN)));
  return sides.map(({ runner, cpu, rate }) => ({
    name: runner.name,
    cpuMicroseconds: median(cpu),
    perSecond: median(rate),
    cpuRatio: against(cpu, first?.cpu),
    rateRatio: against(rate, first?.rate),
  })) as { [I in keyof R]: Raced };
}

/** Figures as a row of a table. */
export const inRow = ({ name, cpuMicroseconds, perSecond, cpuRatio, rateRatio }: Raced): Row => ({
  server: name,
  "CPU µs a request": cpuMicroseconds,
  "× TimOS": cpuRatio,
  "a second": perSecond,
  "× TimOS, rate": rateRatio,
});
