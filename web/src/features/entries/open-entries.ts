import type { contract, Entry } from "@timos/api/contract";
import { ApiError, type Client } from "@/lib/api.ts";
import { newId } from "@/lib/id.ts";
import { type Drafts, unsentAs } from "@/lib/saver/drafts.ts";
import { createRecordSaver, type RecordStore } from "@/lib/saver/record-saver.ts";
import {
  keptRecord,
  newRecord,
  type SaveState,
  statusOf,
  storedRecord,
  unsentRecord,
} from "@/lib/saver/save-machine.ts";
import { sameValue } from "@/lib/saver/same-value.ts";
import type { Savers } from "@/lib/saver/savers.ts";
import { blankDraft, type Draft, readDraft, storedOf } from "./draft.ts";
import { type EntrySaver, entryStore } from "./entry-saver.ts";

export type OpenEntries = ReturnType<typeof createOpenEntries>;

interface Open {
  readonly saver: EntrySaver;
  /** When the server was last known to hold it. */
  knownAt: number;
}

/** What the API gave of a day. */
export interface FoundDay {
  readonly entries: readonly Entry[];
  /** How many it has besides that do not open. */
  readonly unreadable: number;
}

interface Surroundings {
  readonly api: Client<typeof contract>;
  readonly savers: Savers;
  /** Where this device keeps what is not sent; null where it keeps nothing. */
  readonly drafts: Drafts | null;
  readonly noteSaved: () => void;
}

/** The entries this tab shows or still has to save. They outlive the views that show them. */
export function createOpenEntries({ api, savers, drafts, noteSaved }: Surroundings) {
  const open = new Map<string, Open>();
  const removedAt = new Map<string, number>();
  const unreadable = new Map<string, number>();
  /** What came back before the day that it is of was read. */
  const returned = new Set<string>();
  const listeners = new Set<() => void>();
  let all: readonly EntrySaver[] = [];

  const store: RecordStore<Draft> = {
    ...entryStore(api),
    ...(drafts && { keep: (id, unsent) => drafts.keep("entries", id, unsent) }),
    noteSaved: (id) => {
      const here = open.get(id);
      if (here) here.knownAt = Date.now();
      noteSaved();
    },
  };

  function add(id: string, state: SaveState<Draft>, knownAt: number): EntrySaver {
    const saver = createRecordSaver(id, state, store);
    open.set(id, { saver, knownAt });
    saver.subscribe(tell);
    savers.add(saver);
    listAgain();
    return saver;
  }

  function drop(id: string) {
    const here = open.get(id);
    if (here) savers.drop(here.saver);
    open.delete(id);
    listAgain();
  }

  function listAgain() {
    all = Array.from(open.values(), ({ saver }) => saver);
    tell();
  }

  function tell() {
    for (const listener of listeners) listener();
  }

  /** Goes on with what tabs left behind that are no more. */
  function goOn() {
    for (const left of drafts?.left() ?? []) {
      const unsent = left.kind === "entries" ? unsentAs(readDraft, left.unsent) : null;
      if (unsent === null) continue;
      const here = open.get(left.id)?.saver.getState();
      if (here && sameValue(here.draft, unsent.draft)) continue;
      // Two tabs wrote at it: each text is an entry of its own.
      const id = here === undefined ? left.id : newId();
      left.claim(id);
      returned.add(id);
      add(id, keptRecord(here === undefined ? unsent : { ...unsent, rev: null }), Date.now());
    }
  }

  /** Takes in what a day was found to hold when it was asked for at `askedAt`. */
  function take(day: string, { entries, unreadable: left }: FoundDay, askedAt: number) {
    unreadable.set(day, left);
    for (const entry of entries.toSorted(byTime)) {
      if ((removedAt.get(entry.id) ?? 0) >= askedAt) continue;
      const here = open.get(entry.id);
      if (here) here.saver.read(storedOf(entry));
      else add(entry.id, storedRecord(storedOf(entry)), askedAt);
    }
    arrange(day, entries.toSorted(byTime));
    tell();
    // What is open here may be all that is left of what does not open there.
    if (left > 0) return;
    const found = new Set(entries.map(({ id }) => id));
    for (const { saver, knownAt } of [...open.values()]) {
      const isGone = !found.has(saver.id) && saver.getState().draft.day === day;
      // An entry saved since the question was asked is missing from the answer for that reason alone.
      if (isGone && statusOf(saver.getState()) === "saved" && knownAt < askedAt) drop(saver.id);
    }
  }

  /** Puts what came back where it was on its day, and moves nothing else from under anybody's hands. */
  function arrange(day: string, found: readonly Entry[]) {
    const here = Array.from(returned).filter(
      (id) => open.get(id)?.saver.getState().draft.day === day,
    );
    if (here.length === 0) return;
    for (const id of here) returned.delete(id);
    const places = new Map(found.map(({ id }, index) => [id, index]));
    const placeOf = ({ id }: EntrySaver) => places.get(id) ?? found.length;
    const timeOf = (saver: EntrySaver) => saver.getState().draft.time ?? "";
    const sorted = Array.from(open.entries()).sort(
      ([, { saver: one }], [, { saver: other }]) =>
        timeOf(one).localeCompare(timeOf(other), "en") || placeOf(one) - placeOf(other),
    );
    open.clear();
    for (const [id, opened] of sorted) open.set(id, opened);
    listAgain();
  }

  const create = (day: string, time: string | null) =>
    add(newId(), newRecord(blankDraft(day, time)), Date.now());

  const createWith = (draft: Draft) => {
    const saver = add(newId(), unsentRecord(draft), Date.now());
    saver.flush();
    return saver;
  };

  /** Moves an entry to the trash. Resolves with how to put it back. */
  async function remove(id: string): Promise<() => void> {
    const saver = open.get(id)?.saver;
    if (!saver) return () => undefined;
    await saver.hold();
    const { rev, unsure, draft } = saver.getState();
    try {
      if (unsure.length > 0) await api.entries.remove({ params: { id } });
      else if (rev !== null) await api.entries.remove({ params: { id }, guard: { rev } });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "not_found")) {
        saver.release();
        throw error;
      }
    }
    removedAt.set(id, Date.now());
    drop(id);
    return () => {
      removedAt.delete(id);
      add(id, unsentRecord(draft), Date.now()).flush();
    };
  }

  goOn();
  return {
    getAll: () => all,
    /** How many entries of a day did not open when it was last asked for. */
    unreadableOf: (day: string) => unreadable.get(day) ?? 0,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    take,
    create,
    createWith,
    remove,
    drop,
    /** Lets go of pages nothing was written on. */
    dropBlank: () => {
      for (const saver of all) if (statusOf(saver.getState()) === "blank") drop(saver.id);
    },
  };
}

function byTime(one: Entry, other: Entry): number {
  const order = (one.time ?? "").localeCompare(other.time ?? "", "en");
  return order === 0 ? one.createdAt.localeCompare(other.createdAt, "en") : order;
}
