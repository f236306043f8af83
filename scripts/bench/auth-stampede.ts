/** What people who sign in all at once do to others: with the gate before password hashes, and without it. */
import { setTimeout as sleep } from "node:timers/promises";
import { Client, drive } from "./auth-clients.ts";
import { atTimos } from "./auth-people.ts";
import type { ServerProcess, Stage } from "./auth-processes.ts";
import { atLeast, atMost, median, quantile, type Row, type Table, type Target } from "./measure.ts";

const ROUNDS = 3;
const MS = 3000;
const GET_EVERY_MS = 5;

/** Milliseconds of one round, except for the rate. */
interface Round {
  readonly perSecond: number;
  /** Sign-ins that were answered by an error, as on a machine that is too busy for anybody. */
  readonly failed: number;
  readonly fs: number;
  readonly dns: number;
  readonly get: number;
}

interface Side {
  readonly name: string;
  readonly server: ServerProcess;
  readonly client: Client;
  readonly loops: readonly (() => Promise<unknown>)[];
  readonly rounds: Round[];
}

export async function measureStampede(
  { people, timos, say }: Stage,
  whole: ServerProcess,
): Promise<{ tables: readonly Table[]; targets: readonly Target[] }> {
  const sideOf = async (name: string, server: ServerProcess): Promise<Side> => {
    const client = new Client(server.port);
    const browsers = [];
    for (const person of people) browsers.push(await atTimos(client, person));
    return { name, server, client, loops: browsers.map(({ signIn }) => signIn), rounds: [] };
  };
  const gated = await sideOf("with the gate", whole);
  const unguarded = await sideOf("without it", await timos("unguarded"));
  for (const side of [gated, unguarded]) await runRound(side);
  for (let round = 0; round < ROUNDS; round++) {
    say(`round ${round + 1} of ${ROUNDS}`);
    const turns = round % 2 === 0 ? [gated, unguarded] : [unguarded, gated];
    for (const side of turns) side.rounds.push(await runRound(side));
  }
  const share = (of: keyof Round) =>
    median(gated.rounds.map((round, i) => round[of] / (unguarded.rounds[i]?.[of] ?? NaN)));
  return {
    tables: [
      {
        title: `${people.length} people sign in at once; 99th percentiles in ms`,
        rows: [gated, unguarded].map(inRow),
      },
    ],
    targets: [
      atMost("p99 of fs calls, share of unguarded", 1 / 20, share("fs")),
      atMost("p99 of dns calls, share of unguarded", 1 / 20, share("dns")),
      atMost("p99 of a plain GET, share of unguarded", 1 / 2, share("get")),
      atLeast("sign-ins a second, share of unguarded", 1, share("perSecond")),
    ],
  };
}

async function runRound({ server, client, loops }: Side): Promise<Round> {
  const gets: number[] = [];
  let [failed, isOver] = [0, false];
  const ask = async () => {
    while (!isOver) {
      const began = performance.now();
      await client.send({ path: "/health/live" });
      gets.push(performance.now() - began);
      await sleep(GET_EVERY_MS);
    }
  };
  const signIns = loops.map((signIn) => () => signIn().catch(() => failed++));
  const rush = async () => {
    const driven = await drive(signIns, { ms: MS });
    isOver = true;
    return driven;
  };
  await server.watch();
  const [{ count, seconds }] = await Promise.all([rush(), ask()]);
  const { fs, dns } = await server.watched();
  const p99 = (times: readonly number[]) => quantile(times, 0.99);
  const perSecond = (count - failed) / seconds;
  return { perSecond, failed, fs: p99(fs), dns: p99(dns), get: p99(gets) };
}

function inRow({ name, rounds }: Side): Row {
  const of = (what: keyof Round) => median(rounds.map((round) => round[what]));
  return {
    server: name,
    "fs.stat": of("fs"),
    "dns.lookup": of("dns"),
    "GET /health/live": of("get"),
    "sign-ins a second": of("perSecond"),
    failed: of("failed"),
  };
}
