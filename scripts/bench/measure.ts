/**
 * The harness of `npm run bench`.
 *
 * A part of the benchmark is a file of this folder that exports a {@link Part}, listed in `scripts/bench.ts`. Its
 * `run` measures what it likes and answers with tables and targets; printing them and writing them to
 * `bench-results/<name>.json` is done for it. What is one operation repeated is measured by {@link compare}:
 *
 * ```ts
 * const [raw, ours] = await compare([
 *   { name: "raw node:crypto", run: () => rawSeal(bytes) },
 *   { name: "seal", run: () => seal(key, place, json) },
 * ]);
 * return { tables: [{ title: "Seal", rows: [raw, ours].map(inRow) }], targets: [atMost("seal / raw", 1.9, ours.ratio)] };
 * ```
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface Part {
  /** What `npm run bench -- <name>` calls it; also the name of its file. */
  readonly name: string;
  readonly title: string;
  /** @param say - Prints a line of progress. */
  readonly run: (say: (line: string) => void) => Promise<Report>;
}

export interface Report {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
}

/** Rows with the same keys, which become the columns. Numbers are rounded when printed, not in the JSON. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

export type Row = Readonly<Record<string, string | number>>;

export interface Target {
  readonly name: string;
  /** Such as "≤ 1.5". */
  readonly wanted: string;
  readonly seen: number;
  readonly isMet: boolean;
}

export const atMost = (name: string, limit: number, seen: number): Target => ({
  name,
  wanted: `≤ ${limit}`,
  seen,
  isMet: seen <= limit,
});

export const atLeast = (name: string, limit: number, seen: number): Target => ({
  name,
  wanted: `≥ ${limit}`,
  seen,
  isMet: seen >= limit,
});

export interface Contender {
  readonly name: string;
  /** One operation. When it returns a promise, the next one waits for it. */
  readonly run: () => unknown;
}

/** What one contender took. Times are per operation; each figure is the median over the rounds. */
export interface Measured {
  readonly name: string;
  readonly microseconds: number;
  /** Half of all rounds lay between these. */
  readonly quartiles: readonly [number, number];
  /** Time on the processor by all threads of this process, those of the garbage collector too. */
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
  /** How many times the processor's time of the first contender in the same round it took. */
  readonly ratio: number;
  /** The same for time on the clock, which on a busy machine is a matter of luck. */
  readonly clockRatio: number;
}

interface Options {
  readonly rounds?: number;
  /** How long one contender runs without a break. */
  readonly batchMs?: number;
  /** How often at least, which is for those that wait for others: on a busy machine they would be measured cold. */
  readonly atLeast?: number;
}

/**
 * Measures contenders against the first of them, in one process, taking turns: in every round each runs for
 * `batchMs`, and another one begins. A ratio is one of times on the processor, taken within a round, so that what the
 * rest of the machine does meanwhile hits both sides of it. Garbage is collected between batches, so that each pays
 * for its own.
 */
export async function compare<const C extends readonly Contender[]>(
  contenders: C,
  { rounds = 41, batchMs = 20, atLeast: fewest = 1 }: Options = {},
): Promise<{ [I in keyof C]: Measured }> {
  const sides: Side[] = [];
  for (const contender of contenders) sides.push(await prepare(contender, batchMs, fewest));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(round + turn) % sides.length];
      if (side !== undefined) await runBatch(side);
    }
  }
  const [first] = sides;
  return sides.map((side) => summarise(side, first ?? side)) as { [I in keyof C]: Measured };
}

/** A contender's figures as a row of a table. */
export function inRow(measured: Measured): Row {
  const { name, microseconds, quartiles, cpuMicroseconds, perSecond, ratio, clockRatio } = measured;
  return {
    operation: name,
    µs: microseconds,
    "half of the rounds": `${rounded(quartiles[0])} – ${rounded(quartiles[1])}`,
    "a second": perSecond,
    "CPU µs": cpuMicroseconds,
    "× peer": ratio,
    "× peer, clock": clockRatio,
  };
}

/** A number as it is printed: three digits that matter, thousands apart. */
export function rounded(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

interface Side {
  readonly contender: Contender;
  readonly isAsync: boolean;
  /** Operations in a batch. */
  readonly count: number;
  readonly wall: number[];
  readonly cpu: number[];
}

async function prepare(contender: Contender, batchMs: number, fewest: number): Promise<Side> {
  const first = contender.run();
  const isAsync = first instanceof Promise;
  await first;
  const side = (count: number): Side => ({ contender, isAsync, count, wall: [], cpu: [] });
  // Doubled until a batch is long enough; by then the code is also compiled.
  let trial = side(1);
  for (;;) {
    await runBatch(trial);
    const took = ((trial.wall[0] ?? 0) * trial.count) / 1000;
    if (took >= batchMs * 4 && trial.count >= fewest * 4) {
      return side(Math.max(fewest, Math.round((trial.count * batchMs) / took)));
    }
    trial = side(trial.count * 2);
  }
}

async function runBatch({ contender, isAsync, count, wall, cpu }: Side): Promise<void> {
  const { run } = contender;
  collectGarbage();
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  if (isAsync) for (let i = 0; i < count; i++) await run();
  else for (let i = 0; i < count; i++) run();
  const nanoseconds = Number(process.hrtime.bigint() - before);
  const { user, system } = process.cpuUsage(cpuBefore);
  wall.push(nanoseconds / 1000 / count);
  cpu.push((user + system) / count);
}

function summarise({ contender, wall, cpu }: Side, first: Side): Measured {
  const microseconds = median(wall);
  const against = (mine: readonly number[], theirs: readonly number[]) =>
    median(mine.map((value, round) => value / (theirs[round] ?? NaN)));
  return {
    name: contender.name,
    microseconds,
    quartiles: [quantile(wall, 0.25), quantile(wall, 0.75)],
    cpuMicroseconds: median(cpu),
    perSecond: 1e6 / microseconds,
    ratio: against(cpu, first.cpu),
    clockRatio: against(wall, first.wall),
  };
}

/** The value that `fraction` of all are not above. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? NaN;
}

setFlagsFromString("--expose-gc");
/** So that what is measured pays for its own garbage only. */
export const collectGarbage = runInNewContext("gc") as () => void;
