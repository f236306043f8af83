import { contract, type Entry } from "@timos/api/contract";
import { ApiError, type Client } from "@/lib/api.ts";
import { newId } from "@/lib/id.ts";
import { blankDraft, type Draft } from "./draft.ts";
import { createEntrySaver, type EntrySaver, type EntryStore } from "./entry-saver.ts";
import { newEntry, type SaveState, statusOf, storedEntry, unsentEntry } from "./save-machine.ts";

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

/** The entries this tab shows or still has to save. They outlive the views that show them. */
export function createOpenEntries(api: Client<typeof contract>, noteSaved: (entry: Entry) => void) {
  const open = new Map<string, Open>();
  const removedAt = new Map<string, number>();
  const unreadable = new Map<string, number>();
  const listeners = new Set<() => void>();
  let all: readonly EntrySaver[] = [];

  const store: EntryStore = {
    put: (id, draft, rev, isLeaving) =>
      api.entries.put({
        params: { id },
        body: { ...draft, pillarIds: [...draft.pillarIds], tags: [...draft.tags] },
        guard: rev === null ? "absent" : { rev },
        keepalive: isLeaving,
      }),
    currentOf: (error) =>
      error.current === undefined || error.current === null
        ? null
        : contract.entries.get.responses[200].parse(error.current),
    noteSaved: (entry) => {
      const here = open.get(entry.id);
      if (here) here.knownAt = Date.now();
      noteSaved(entry);
    },
    now: Date.now,
  };

  function add(id: string, state: SaveState, knownAt: number): EntrySaver {
    const saver = createEntrySaver(id, state, store);
    open.set(id, { saver, knownAt });
    saver.subscribe(tell);
    listAgain();
    return saver;
  }

  function drop(id: string) {
    open.get(id)?.saver.close();
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

  /** Takes in what a day was found to hold when it was asked for at `askedAt`. */
  function take(day: string, { entries, unreadable: left }: FoundDay, askedAt: number) {
    unreadable.set(day, left);
    for (const entry of entries.toSorted(byTime)) {
      if ((removedAt.get(entry.id) ?? 0) >= askedAt) continue;
      const here = open.get(entry.id);
      if (here) here.saver.read(entry);
      else add(entry.id, storedEntry(entry), askedAt);
    }
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

  const create = (day: string, time: string | null) =>
    add(newId(), newEntry(blankDraft(day, time)), Date.now());

  const createWith = (draft: Draft) => {
    const saver = add(newId(), unsentEntry(draft), Date.now());
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
      add(id, unsentEntry(draft), Date.now()).flush();
    };
  }

  const unsaved = () => all.filter((saver) => saver.isUnsaved());

  /** Sends all that waits, and resolves when no request is on its way. */
  async function flush() {
    for (const saver of all) saver.flush();
    for (const saver of all) {
      while (saver.getState().phase.at === "sending") await saver.nextChange();
    }
  }

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
    unsaved,
    flush,
    flushLeaving: () => {
      for (const saver of all) saver.flushLeaving();
    },
    signedIn: () => {
      for (const saver of all) saver.signedIn();
    },
    /** Lets go of pages nothing was written on. */
    dropBlank: () => {
      for (const saver of all) if (statusOf(saver.getState()) === "blank") drop(saver.id);
    },
    close: () => {
      for (const saver of all) saver.close();
    },
  };
}

function byTime(one: Entry, other: Entry): number {
  const order = (one.time ?? "").localeCompare(other.time ?? "", "en");
  return order === 0 ? one.createdAt.localeCompare(other.createdAt, "en") : order;
}
