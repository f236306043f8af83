import { setTimeout as sleep } from "node:timers/promises";
import { DEK_BYTES, dekIdOf } from "../../crypto/data-key.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { isEqual } from "../../crypto/digest.ts";
import { randomBytes } from "../../crypto/random.ts";
import type { Database } from "../../lib/database.ts";
import { hex } from "../../lib/ids.ts";
import {
  countWraps,
  listWrapsNotUnder,
  listWrapsOf,
  START,
  swapWraps,
  type Cursor,
  type OwnedWrap,
  type Swap,
} from "../../platform/rotation-statements.ts";
import { MekUnknown, type MekProvider, type Wrap } from "../mek/provider.ts";
import { forEachItem, pace } from "../pace.ts";
import { listMirrorsNotUnder, type Mirror } from "./statements.ts";

/** Larger ones are written a little faster, but are a longer reply to parse and a longer list to print. */
const BATCH = 200;
/** Before wraps are looked for again that somebody else is about to move. */
const RETRY_MS = 200;

export interface RewrapDeps {
  readonly platformDatabase: Database;
  readonly vaultDatabase: Database;
  readonly meks: MekProvider;
}

export interface RewrapOptions {
  /** The master key to move to. Asked before each batch: of two rotators both go where the later one leads. */
  readonly target: () => Promise<string>;
  /** How many calls a provider is given at once. */
  readonly atOnce: number;
  /** How long a wrap that was made under the former key may be on its way into a table. */
  readonly settleMs: number;
  /** Ends the work after the batch that is under way. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** How long nothing is done now but to wait for what may still arrive. */
  readonly waitingMs: number;
}

/** A wrap that was left as it is, and why. */
export interface Unmoved {
  readonly database: "platform" | "vault";
  readonly ownerId: string;
  readonly version: number;
  readonly method: string;
  readonly mekRef: string;
  readonly why: string;
}

export interface Rewrapped {
  readonly target: string;
  /** How many wraps were replaced in each database. */
  readonly platform: number;
  readonly vault: number;
  readonly unmoved: readonly Unmoved[];
  /** Whether it went to the end, where nothing was left in either database but what is in `unmoved`, twice. */
  readonly isFinished: boolean;
}

/**
 * Wraps every data key of both databases anew under one master key, where it is not yet: ADR 0013.
 *
 * The old wrap is unwrapped, the new one made, unwrapped and compared before it is written in the place of the old one,
 * if that is still byte for byte what was read. Nothing is ever inserted. What has to be known to go on after being
 * killed stands in the rows.
 *
 * @throws MekUnavailable or AppError when a master key or a database is away. What was written until then is good.
 */
export async function rewrapAll(deps: RewrapDeps, options: RewrapOptions): Promise<Rewrapped> {
  const { settleMs, signal, onProgress } = options;
  let target = await options.target();
  const total = await countLeft(deps, target);
  const unmoved = new Map<string, Unmoved>();
  const done = { platform: 0, vault: 0 };
  const report = (waitingMs = 0) =>
    onProgress?.({ done: done.platform + done.vault, total, waitingMs });
  let isSettled = false;
  report();
  const isStopped = () => signal?.aborted === true;
  while (!isStopped()) {
    target = await options.target();
    unmoved.clear();
    const before = done.platform + done.vault;
    const pass: Pass = { deps, options, target, done, report, unmoved };
    await movePlatform(pass);
    // Otherwise mirrors would be named of which the platform's wraps were only not come to.
    if (isStopped()) break;
    await moveMirrors(pass);
    if (isStopped()) break;
    const isIdle = done.platform + done.vault === before;
    const isZero = (await countLeft(deps, target)) <= unmoved.size;
    if (isZero && isIdle && isSettled) {
      return { target, ...done, unmoved: [...unmoved.values()], isFinished: true };
    }
    isSettled = isZero;
    if (isZero) report(settleMs);
    await sleep(isZero ? settleMs : RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
  return { target, ...done, unmoved: [...unmoved.values()], isFinished: false };
}

/**
 * Wraps and unwraps a data key of nobody's.
 *
 * @throws as {@link MekProvider} does, when `mekRef` cannot be used.
 */
export async function proveMek(meks: MekProvider, mekRef: string): Promise<void> {
  const dek = randomBytes(DEK_BYTES);
  const context = { ownerId: randomBytes(16), version: 1, dekId: dekIdOf(dek), mekRef };
  try {
    (await meks.unwrap(await meks.wrap(dek, context), context)).fill(0);
  } finally {
    dek.fill(0);
  }
}

/** How many wraps of both databases are not under `mekRef`. */
export async function countLeft(
  { platformDatabase, vaultDatabase }: RewrapDeps,
  mekRef: string,
): Promise<number> {
  const counts = await Promise.all([
    countWraps(platformDatabase.execute, "dek_wraps"),
    countWraps(vaultDatabase.execute, "vault_keys"),
  ]);
  return counts
    .flatMap((count) => [...count])
    .reduce((sum, [ref, count]) => sum + (ref === mekRef ? 0 : count), 0);
}

interface Pass {
  readonly deps: RewrapDeps;
  readonly options: RewrapOptions;
  readonly target: string;
  readonly done: { platform: number; vault: number };
  readonly report: () => void;
  readonly unmoved: Map<string, Unmoved>;
}

/** The platform's wraps, and with each its mirror where that is the same. */
async function movePlatform(pass: Pass): Promise<void> {
  const { platformDatabase, vaultDatabase } = pass.deps;
  const { execute } = platformDatabase;
  await inBatches(
    pass,
    (after) => listWrapsNotUnder(execute, pass.target, after, BATCH),
    async (wraps) => rewrapBatch(pass, "platform", wraps),
    async (swaps) => {
      const count = await swapWraps(platformDatabase, "dek_wraps", swaps);
      const written = count === swaps.length ? swaps : await stillThere(execute, swaps);
      pass.done.platform += count;
      pass.done.vault += await swapWraps(vaultDatabase, "vault_keys", written);
    },
  );
}

/** Mirrors that were left behind: by a run that was killed, or because they differed. */
async function moveMirrors(pass: Pass): Promise<void> {
  const { platformDatabase, vaultDatabase } = pass.deps;
  await inBatches(
    pass,
    (after) => listMirrorsNotUnder(vaultDatabase.execute, pass.target, after, BATCH),
    async (mirrors) => {
      const owners = mirrors.map((mirror) => mirror.ownerId);
      const originals = new Map(
        (await listWrapsOf(platformDatabase.execute, owners)).map((wrap) => [nameOf(wrap), wrap]),
      );
      const swaps: Swap[] = [];
      // A mirror without an original: its owner is being erased, or the platform was put back to before the sign-up.
      const alone: Mirror[] = [];
      const breathe = pace();
      for (const mirror of mirrors) {
        const original = originals.get(nameOf(mirror));
        if (original === undefined) alone.push(mirror);
        else if (await isSameKey(pass, original, mirror)) {
          swaps.push({ before: mirror, after: original });
        }
        await breathe();
      }
      return [...swaps, ...(await rewrapBatch(pass, "vault", alone))];
    },
    async (swaps) => {
      pass.done.vault += await swapWraps(vaultDatabase, "vault_keys", swaps);
    },
  );
}

/** Reads a batch while the one before is worked on, and works on it while the one before that is written. */
async function inBatches<W extends OwnedWrap>(
  { options, target, report }: Pass,
  read: (after: Cursor) => Promise<W[]>,
  rewrap: (wraps: readonly W[]) => Promise<Swap[]>,
  write: (swaps: readonly Swap[]) => Promise<void>,
): Promise<void> {
  let reading = heard(read(START));
  let writing = Promise.resolve();
  try {
    for (;;) {
      const wraps = await reading;
      const last = wraps.at(-1);
      if (last === undefined) break;
      reading = heard(read(last));
      const swaps = await rewrap(wraps);
      await writing;
      writing = heard(write(swaps).then(report));
      if (options.signal?.aborted === true || (await options.target()) !== target) break;
    }
    await writing;
  } finally {
    // Nothing is left under way, and whatever failed was thrown already or is of no interest any more.
    await Promise.allSettled([reading, writing]);
  }
}

/** A promise that fails before somebody waits for it ends no process; who waits for it then hears. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function rewrapBatch(
  pass: Pass,
  database: "platform" | "vault",
  wraps: readonly OwnedWrap[],
): Promise<Swap[]> {
  const swaps: Swap[] = [];
  const breathe = pace();
  await forEachItem(wraps, pass.options.atOnce, async (before) => {
    const after = await leavingBroken(pass, database, before, () =>
      rewrap(pass.deps.meks, before, pass.target),
    );
    if (after !== null) swaps.push({ before, after });
    await breathe();
  });
  return swaps;
}

/** A wrap of the same data key under `target`, which was seen to open. */
async function rewrap(meks: MekProvider, wrap: OwnedWrap, target: string): Promise<Wrap> {
  const context = contextOf(wrap);
  const dek = await meks.unwrap(wrap, context);
  try {
    const goal = { ...context, mekRef: target };
    const made = await meks.wrap(dek, goal);
    const opened = await meks.unwrap(made, goal);
    const isSame = isEqual(dek, opened);
    opened.fill(0);
    if (!isSame) throw new DecryptionError();
    return made;
  } finally {
    dek.fill(0);
  }
}

/** Whether the original is already where its mirror has to go, and holds the key that the mirror names. */
async function isSameKey(pass: Pass, original: OwnedWrap, mirror: Mirror): Promise<boolean> {
  const opened = await leavingBroken(pass, "vault", mirror, async () => {
    if (original.dekId === null) throw new Nameless();
    if (!isEqual(original.dekId, mirror.dekId)) throw new Differs();
    if (original.mekRef !== pass.target) throw new Unmovable();
    (await pass.deps.meks.unwrap(original, contextOf(original))).fill(0);
    return true;
  });
  return opened ?? false;
}

/** A mirror whose original is another key. */
class Differs extends Error {}
/** A mirror whose original could not be moved either. */
class Unmovable extends Error {}
/** A wrap of a version that no data key has: nobody knows what it could be. */
class Nameless extends Error {}
/** A wrap that is not made with a master key, and so by nothing that is known here. */
class UnknownMethod extends Error {}

/** What `work` comes to; null after noting why the wrap is left, when it is the wrap that is at fault. */
async function leavingBroken<T>(
  { unmoved }: Pass,
  database: "platform" | "vault",
  wrap: OwnedWrap,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const why = faultOf(error);
    if (why === null) throw error;
    const { mekRef, version, method } = wrap;
    const ownerId = hex(wrap.ownerId);
    const name = `${database} ${nameOf(wrap)}`;
    unmoved.set(name, { database, ownerId, version, method, mekRef, why });
    return null;
  }
}

function faultOf(error: unknown): string | null {
  if (error instanceof MekUnknown) return "its master key is not at hand";
  if (error instanceof DecryptionError) return "it does not open";
  if (error instanceof Differs) return "it differs from the platform's";
  if (error instanceof Unmovable) return "the platform's could not be moved";
  if (error instanceof UnknownMethod) return "no such method is known: npm run keys:doctor";
  if (error instanceof Nameless) return "user_deks does not know its version: npm run keys:doctor";
  return null;
}

function contextOf({ ownerId, version, method, dekId, mekRef }: OwnedWrap) {
  if (method !== "mek") throw new UnknownMethod();
  if (dekId === null) throw new Nameless();
  return { ownerId, version, dekId, mekRef };
}

async function stillThere(
  execute: RewrapDeps["platformDatabase"]["execute"],
  swaps: readonly Swap[],
): Promise<Swap[]> {
  const stored = await listWrapsOf(
    execute,
    swaps.map(({ before }) => before.ownerId),
  );
  const blobs = new Set(stored.map((wrap) => hex(wrap.blob)));
  return swaps.filter(({ after }) => blobs.has(hex(after.blob)));
}

const nameOf = ({ ownerId, version, method }: Cursor) => `${hex(ownerId)}/${version}/${method}`;
