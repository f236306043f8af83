/**
 * What rotations reach, in a process of their own as `npm run keys:rotate` is one, against what the processor alone could
 * do; and what a process that serves people notices of them. MariaDB runs with the settings of an installation
 * (`innodb_flush_log_at_trx_commit=1`, doublewrite on), on the same machine as everything else.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { randomUUID } from "../../api/src/crypto/random.ts";
import type { Installation } from "../keys/installation.ts";
import { openBench } from "./databases.ts";
import {
  atLeast,
  atMost,
  collectGarbage,
  median,
  type Part,
  type Report,
  type Row,
} from "./measure.ts";
import type { Pauses } from "./pauses.ts";
import { startRotator, type Outcome, type Rotator } from "./rotator.ts";
import { makeWriter, serveDuring, type Served, type Writer } from "./serving.ts";

const OWNERS = 20_000;
const ROUNDS = 5;
const WRITERS = 2;
const ROWS_EACH = 1500;
const ALONE_MS = 10_000;
/** Until what serves is compiled, connected, and rid of what setting up left behind. */
const WARM_UP_MS = 5000;
/** Servers read keys anew each second here, and a request takes no more than half of one. */
const KEY_CACHE_SECONDS = 1;
const GRACE_MS = 1500;

export const rotation: Part = {
  name: "rotation",
  title: "rotating master keys and data keys, with a durable MariaDB on this machine",
  run: async (say) => {
    const { inst, urls, env, close } = await openBench({
      isDurable: true,
      keyCacheSeconds: KEY_CACHE_SECONDS,
    });
    const rotator = startRotator(env);
    try {
      say(`${OWNERS} wrapped keys`);
      await makeWraps(inst, urls);
      say(`${WRITERS * ROWS_EACH} entries of 2 KiB`);
      const writers = await Promise.all(
        Array.from({ length: WRITERS }, () => makeWriter(inst, ROWS_EACH)),
      );
      return await measure(inst, rotator, writers, say);
    } finally {
      await rotator.stop();
      await close();
    }
  },
};

async function measure(
  inst: Installation,
  rotator: Rotator,
  writers: readonly Writer[],
  say: (line: string) => void,
): Promise<Report> {
  const [pure, rewraps, reseals]: [Outcome[], Outcome[], Outcome[]] = [[], [], []];
  // The first time compiles what is needed, and opens connections.
  for (const task of ["pure", "rewrap", "reseal"] as const) await rotator.run(task);
  for (let round = 0; round < ROUNDS; round++) {
    say(`round ${round + 1} of ${ROUNDS}`);
    pure.push(await rotator.run("pure"));
    rewraps.push(await rotator.run("rewrap"));
    reseals.push(await rotator.run("reseal"));
  }
  say("while others are served");
  const serve = async (work: () => Promise<unknown>) => {
    // Keys that it knows from before a rotation without a time of grace.
    await sleep(GRACE_MS);
    return serveDuring(inst, writers, work());
  };
  collectGarbage();
  await serve(() => sleep(WARM_UP_MS));
  const alone = await serve(() => sleep(ALONE_MS));
  const inRewrap = await serve(async () => {
    for (let round = 0; round < ROUNDS; round++) await rotator.run("rewrap");
  });
  const inReseal = await serve(async () => {
    for (let round = 0; round < ROUNDS; round++) await rotator.run("reseal", GRACE_MS);
  });

  const rateOf = (outcomes: readonly Outcome[]) =>
    median(outcomes.map(({ perSecond }) => perSecond));
  const [most, reached] = [rateOf(pure), rateOf(rewraps)];
  const share = (100 * reached) / most;
  const longest = (outcomes: readonly Outcome[]) =>
    Math.max(...outcomes.map(({ pauses }) => pauses.longest));
  const name = "longest pause of a server's event loop";
  const own = "longest pause of the rotation's own event loop";
  return {
    tables: [
      {
        title: `Master key: ${OWNERS} wraps, in both databases`,
        rows: [
          { what: "the processor alone: unwrap, wrap, unwrap to verify", "data keys/s": most },
          { what: "rotated in both databases", "data keys/s": reached },
          { what: "share of the processor alone, %", "data keys/s": share },
        ],
      },
      {
        title: `Data key: ${WRITERS * ROWS_EACH} entries of 2 KiB`,
        rows: [{ what: "sealed anew", "rows/s": rateOf(reseals) }],
      },
      {
        title: "Milliseconds between two turns of the event loop of the rotation",
        rows: [
          ...rewraps.map(({ pauses }) => ownRow("re-wrapping", pauses)),
          ...reseals.map(({ pauses }) => ownRow("resealing", pauses)),
        ],
      },
      {
        title: "Milliseconds between two turns of the event loop of a server, meanwhile",
        rows: [
          serverRow("no rotation", alone),
          serverRow("re-wrapping", inRewrap),
          serverRow("resealing", inReseal),
        ],
      },
    ],
    targets: [
      // Either will do: the first on a fast machine, the second on any.
      reached >= 25_000
        ? atLeast("re-wraps a second", 25_000, reached)
        : atLeast("re-wraps, % of the processor alone", 35, share),
      atMost(`${name}, re-wrapping, ms`, 25, inRewrap.pauses.longest),
      atMost(`${name}, resealing, ms`, 25, inReseal.pauses.longest),
      atMost(`${own}, re-wrapping, ms`, 25, longest(rewraps)),
      atMost(`${own}, resealing, ms`, 25, longest(reseals)),
    ],
  };
}

const ownRow = (what: string, pauses: Pauses): Row => ({ what, ...inColumns(pauses) });

const serverRow = (what: string, { perSecond, pauses }: Served): Row => ({
  what,
  "requests a second": perSecond,
  ...inColumns(pauses),
});

const inColumns = ({ p99, longest, workP99, workLongest }: Pauses): Row => ({
  "99th percentile": p99,
  longest,
  "at work, 99th percentile": workP99,
  "at work, longest": workLongest,
});

/** Stores wraps of owners who are no users: a rotation of master keys does not ask. */
async function makeWraps(
  { keys }: Installation,
  urls: { PLATFORM_MIGRATE_URL: string; VAULT_MIGRATE_URL: string },
): Promise<void> {
  const made = await Promise.all(Array.from({ length: OWNERS }, () => keys.createDek()));
  const wraps = made.map(({ ownerId, dek }) => ({
    owner: Buffer.from(ownerId),
    dekId: Buffer.from(dek.dekId),
    rest: [dek.mekRef, dek.suite, Buffer.from(dek.blob)],
  }));
  const platform = await createConnection(urls.PLATFORM_MIGRATE_URL);
  const vault = await createConnection(urls.VAULT_MIGRATE_URL);
  try {
    await platform.query("SET FOREIGN_KEY_CHECKS = 0");
    await platform.query(
      "INSERT INTO user_deks (user_id, tenant_id, version, owner_id, dek_id, state) VALUES ?",
      [wraps.map(({ owner, dekId }) => [randomUUID(), randomUUID(), 1, owner, dekId, "active"])],
    );
    await platform.query(
      "INSERT INTO dek_wraps (owner_id, version, method, mek_ref, suite, `blob`) VALUES ?",
      [wraps.map(({ owner, rest }) => [owner, 1, "mek", ...rest])],
    );
    await vault.query(
      "INSERT INTO vault_keys (owner_id, version, method, dek_id, mek_ref, suite, `blob`) VALUES ?",
      [wraps.map(({ owner, dekId, rest }) => [owner, 1, "mek", dekId, ...rest])],
    );
  } finally {
    await Promise.all([platform.end(), vault.end()]);
  }
}
