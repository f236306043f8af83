import {
  decodeLeaves,
  eventMac,
  NO_HASH,
  sealedBy,
  type ChainKey,
  type Leaf,
} from "../crypto/audit-chain.ts";
import { isEqual } from "../crypto/digest.ts";
import type { Execute } from "../lib/database.ts";
import {
  countUnsealed,
  EVENTS_AT_ONCE,
  findEventBefore,
  findEvents,
  findNewestSeal,
  fromDatetime,
  isSealedAfter,
  listEventsWithin,
  listSealsAfter,
  listSealsFrom,
  toDatetime,
  type StoredEvent,
  type StoredSeal,
  type Unsealed,
} from "./audit-statements.ts";

/** What is wrong with the audit, at the first place where something is. */
export interface Fault {
  readonly kind:
    | "event_altered"
    | "event_missing"
    | "event_unsealed"
    | "seal_altered"
    | "seal_missing"
    | "key_unknown"
    | "sealing_stalled";
  readonly sealId: bigint | null;
  readonly eventId: bigint | null;
}

/** How far the chain was followed: up to this seal. */
export interface Place {
  readonly id: bigint;
  readonly hash: Uint8Array;
  /** The highest id of an event that was looked at up to here. */
  readonly lastId: bigint;
}

export interface Verified {
  readonly place: Place;
  readonly seals: number;
  readonly events: number;
  /** What comes after it is not looked at. */
  readonly fault: Fault | null;
  /** At the end of the chain: what is not sealed yet. */
  readonly unsealed: Unsealed | null;
}

export interface VerifyDeps {
  readonly execute: Execute;
  readonly keys: readonly ChainKey[];
  readonly clock: () => Date;
}

/** How much earlier than others an event may bear its time, and events may wait, before that is no delay any more. */
const PATIENCE_MS = 10 * 60_000;

const START: Place = { id: 0n, hash: NO_HASH, lastId: -1n };

/** Where the chain begins, or goes on after the seal `after`, whose own hash is believed. Null when there is none. */
export async function placeAfter(execute: Execute, after: bigint): Promise<Place | null> {
  if (after === 0n) return START;
  const [seal] = await listSealsFrom(execute, after);
  return seal?.id === after ? seal : null;
}

/**
 * Follows the chain for a few seals: each must be made under one of the keys and after the one before it, each event it
 * lists must be there as it was, and no event may lie between those that no seal has. To be called again from the
 * `place` it comes to, until it says what is `unsealed`, or finds a fault.
 */
export async function verifyNext(deps: VerifyDeps, place: Place): Promise<Verified> {
  const seals = await listSealsAfter(deps.execute, place.id);
  if (seals.length === 0) return verifyEnd(deps, place);
  const made: { seal: StoredSeal; key: ChainKey }[] = [];
  let fault: Fault | null = null;
  for (const seal of seals) {
    const before = made.at(-1)?.seal ?? place;
    const key = seal.id === before.id + 1n ? sealedBy(deps.keys, before.hash, seal) : undefined;
    if (key) {
      made.push({ seal, key });
      continue;
    }
    fault =
      key === null
        ? { kind: await whyUnmade(deps, seal), sealId: seal.id, eventId: null }
        : { kind: "seal_missing", sealId: before.id + 1n, eventId: null };
    break;
  }
  const to = made.at(-1)?.seal ?? place;
  const inEvents = made.length === 0 ? null : await verifyEvents(deps, place, made);
  return {
    place: to,
    seals: made.length,
    events: made.reduce((sum, { seal }) => sum + decodeLeaves(seal.leaves).length, 0),
    fault: inEvents ?? fault,
    unsealed: null,
  };
}

/** When the first seal was made by no key, nor the newest, it is the keys. */
async function whyUnmade(
  { execute, keys }: VerifyDeps,
  { id }: StoredSeal,
): Promise<Fault["kind"]> {
  if (id !== 1n) return "seal_altered";
  const newest = await findNewestSeal(execute);
  if (newest === null || newest.id === 1n) return "key_unknown";
  const [before] = await listSealsFrom(execute, newest.id - 1n);
  const isMade = before !== undefined && sealedBy(keys, before.hash, newest) !== null;
  return isMade ? "seal_altered" : "key_unknown";
}

/** An event as it should be. */
interface Expected extends Leaf {
  readonly sealId: bigint;
  readonly key: ChainKey;
}

/** The first fault among the events of a few seals that follow each other. */
async function verifyEvents(
  { execute, clock }: VerifyDeps,
  { id, lastId }: Place,
  made: readonly { readonly seal: StoredSeal; readonly key: ChainKey }[],
): Promise<Fault | null> {
  const expected = made
    .flatMap(({ seal, key }): Expected[] =>
      decodeLeaves(seal.leaves).map((leaf) => ({ ...leaf, sealId: seal.id, key })),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  // Those that came late lie among events that seals before have looked at.
  const late = expected.filter((leaf) => leaf.id <= lastId);
  for (let at = 0; at < late.length; at += EVENTS_AT_ONCE) {
    const some = late.slice(at, at + EVENTS_AT_ONCE);
    const found = await findEvents(
      execute,
      some.map((leaf) => leaf.id),
    );
    const byId = new Map(found.map((event) => [event.id, event]));
    for (const leaf of some) {
      const fault = compare(leaf, byId.get(leaf.id));
      if (fault !== null) return fault;
    }
  }
  const range = { from: lastId + 1n, to: made.at(-1)?.seal.lastId ?? lastId };
  let next = late.length;
  for await (const event of eventsWithin(execute, range)) {
    const leaf = expected[next];
    if (leaf === undefined || leaf.id > event.id) {
      // Of a transaction that took long, which a later seal has or will have; or put in by somebody.
      if (isYoung(event, clock()) || (await isSealedAfter(execute, id, event.id))) continue;
      return { kind: "event_unsealed", sealId: null, eventId: event.id };
    }
    const fault = compare(leaf, leaf.id === event.id ? event : undefined);
    if (fault !== null) return fault;
    next++;
  }
  const missing = expected[next];
  return missing === undefined ? null : compare(missing, undefined);
}

const isYoung = ({ at }: StoredEvent, now: Date) =>
  Math.abs(now.getTime() - fromDatetime(at).getTime()) < PATIENCE_MS;

function compare({ id, mac, key, sealId }: Expected, event: StoredEvent | undefined): Fault | null {
  if (event === undefined) return { kind: "event_missing", sealId, eventId: id };
  if (isEqual(eventMac(key, event.columns), mac)) return null;
  return { kind: "event_altered", sealId, eventId: id };
}

async function* eventsWithin(
  execute: Execute,
  { from, to }: { from: bigint; to: bigint },
): AsyncGenerator<StoredEvent> {
  for (let next = from; next <= to;) {
    const events = await listEventsWithin(execute, { from: next, to });
    yield* events;
    const last = events.at(-1);
    if (last === undefined) return;
    next = last.id + 1n;
  }
}

/** What is above the ids that the newest seal looked at. */
async function verifyEnd({ execute }: VerifyDeps, place: Place): Promise<Verified> {
  const unsealed = await countUnsealed(execute);
  const fault = await faultAtEnd(execute, place, unsealed);
  return { place, seals: 0, events: 0, fault, unsealed };
}

async function faultAtEnd(
  execute: Execute,
  place: Place,
  { since, until }: Unsealed,
): Promise<Fault | null> {
  const [newest] = place.id === 0n ? [] : await listSealsFrom(execute, place.id);
  // One that is full has left others to the next.
  if (newest !== undefined && decodeLeaves(newest.leaves).length < EVENTS_AT_ONCE) {
    const before = minus(newest.sealedAt, PATIENCE_MS);
    const early = await findEventBefore(execute, place.lastId + 1n, before);
    if (early !== null) return { kind: "event_unsealed", sealId: null, eventId: early.id };
  }
  if (since !== null && until !== null && since < minus(until, PATIENCE_MS)) {
    return { kind: "sealing_stalled", sealId: null, eventId: null };
  }
  return null;
}

const minus = (datetime: string, ms: number): string =>
  toDatetime(new Date(fromDatetime(datetime).getTime() - ms));
