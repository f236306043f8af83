import type { contract, Response } from "@timos/api/contract";
import type { Client } from "@/lib/api.ts";
import { newId } from "@/lib/id.ts";
import { type Change, readChange } from "./changes.ts";
import type { Keeper } from "./keeper.ts";

type Push = Client<typeof contract>["sync"]["push"];
type Outcome = Response<(typeof contract)["sync"]["push"]>["outcomes"][number];

export type Outbox = ReturnType<typeof createOutbox>;

interface Waiting {
  /** Where it is kept. */
  readonly place: string;
  readonly change: Change;
}

interface Surroundings {
  readonly keeper: Pick<Keeper, "put" | "remove" | "all">;
  readonly push: Push;
  /** Runs work that only one tab may do at a time; resolves to null where another does it. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T | null>;
  /** Tells the other tabs that something waits, or waits no more. */
  readonly tellTabs: () => void;
  readonly noteSent: () => void;
}

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const MAX_OPS = 200;

/** Changes made out of reach of the server, in their order, until it has them. All tabs share them. */
export function createOutbox({ keeper, push, alone, tellTabs, noteSent }: Surroundings) {
  const listeners = new Set<() => void>();
  let waiting: readonly Waiting[] = [];
  let sending: Promise<void> | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function become(next: readonly Waiting[]) {
    waiting = next;
    for (const listener of listeners) listener();
  }

  /** Reads what is kept, which other tabs write too. */
  async function read() {
    const found = await keeper.all("change");
    const changes = found.flatMap(({ id, value }) => {
      const change = readChange(value);
      return change === undefined ? [] : [{ place: id, change }];
    });
    become(changes.sort((one, other) => one.change.order - other.change.order));
  }

  /** Resolves to whether it is kept, so that it will be made. */
  async function add(change: Change): Promise<boolean> {
    const before = waiting.find((each) => each.change.about === change.about);
    // What is on its way already is sent as it is: this comes after it.
    const place = before !== undefined && sending === null ? before.place : newId();
    if (!(await keeper.put("change", place, change))) return false;
    const others = waiting.filter((each) => each.place !== place);
    become([...others, { place, change }]);
    tellTabs();
    plan();
    return true;
  }

  async function letGo({ place }: Waiting) {
    await keeper.remove(place);
    become(waiting.filter((each) => each.place !== place));
    tellTabs();
  }

  const toSend = () => waiting.filter(({ change }) => change.refused === null);

  function plan() {
    clearTimeout(timer);
    if (toSend().length === 0) return;
    const delayMs = failures === 0 ? 0 : Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
    timer = setTimeout(() => void flush(), delayMs);
  }

  /** Sends all that waits. Resolves when nothing is on its way. */
  function flush(): Promise<void> {
    sending ??= send().finally(() => (sending = null));
    return sending.then(plan);
  }

  async function send() {
    clearTimeout(timer);
    const isSent = await alone(async () => {
      await read();
      let sent = false;
      for (let ops = toSend().slice(0, MAX_OPS); ops.length > 0; ops = toSend().slice(0, MAX_OPS)) {
        const { outcomes } = await push({ body: { ops: ops.map(({ change }) => opOf(change)) } });
        for (const [index, op] of ops.entries()) await settle(op, outcomes[index]);
        sent = true;
      }
      return sent;
      // Out of reach, signed out, or whatever else: no reason to lose it.
    }).catch(() => null);
    // Another tab sends meanwhile, or it failed: later again.
    failures = isSent === null ? failures + 1 : 0;
    if (isSent === true) noteSent();
  }

  async function settle(op: Waiting, outcome: Outcome | undefined) {
    if (outcome === undefined) throw new Error("The API did not tell what became of a change.");
    const { current } = outcome;
    const isElsewhere =
      outcome.status === "conflict" && current && !current.deleted && current.id !== op.change.id;
    if (outcome.status === "applied" || outcome.status === "unchanged") await letGo(op);
    else if (isElsewhere && op.change.op === "put") {
      // Another device made the same one first: it is gone over, and what it said stays among the earlier states.
      await replace(op, { ...op.change, id: current.id });
    } else if (op.change.op === "delete") await letGo(op);
    else {
      const why = outcome.errors?.map(({ message }) => message).join("; ") ?? outcome.status;
      await replace(op, { ...op.change, refused: why });
    }
  }

  async function replace({ place }: Waiting, change: Change) {
    await keeper.put("change", place, change);
    become(waiting.map((each) => (each.place === place ? { place, change } : each)));
  }

  return {
    read,
    add,
    flush,
    letGo,
    /** Lets go of all that the server does not take. */
    letRefusedGo: async () => {
      for (const each of waiting) if (each.change.refused !== null) await letGo(each);
    },
    getWaiting: () => waiting,
    changes: () => waiting.map(({ change }) => change),
    isWaiting: (about: string) => toSend().some(({ change }) => change.about === about),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => clearTimeout(timer),
  };
}

function opOf({ op, kind, id, record }: Change) {
  return op === "put" && record !== null
    ? { op: "put" as const, kind, id, record }
    : { op: "delete" as const, kind, id };
}
