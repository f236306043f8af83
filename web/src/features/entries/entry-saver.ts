import type { Entry } from "@timos/api/contract";
import { ApiError } from "@/lib/api.ts";
import type { Draft } from "./draft.ts";
import { isUnsaved, mayBeSent, type SaveEvent, type SaveState, step } from "./save-machine.ts";

/** What a saver needs of the world. */
export interface EntryStore {
  put(id: string, draft: Draft, rev: number | null, isLeaving: boolean): Promise<Entry>;
  /** Reads what a failed write says the server holds; null when it holds nothing. */
  currentOf(error: ApiError): Entry | null;
  noteSaved(entry: Entry): void;
  now(): number;
}

export type EntrySaver = ReturnType<typeof createEntrySaver>;

const PAUSE_MS = 800;
const LONGEST_WAIT_MS = 8_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Keeps one entry saved: sends after a pause, one request at a time, and again until it is acknowledged. */
export function createEntrySaver(id: string, initial: SaveState, store: EntryStore) {
  const listeners = new Set<() => void>();
  let state = initial;
  let isLeaving = false;
  let isHeld = false;
  let unsentSince: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function apply(event: SaveEvent) {
    const before = state;
    state = step(state, event);
    if (state === before) return;
    if (state.phase.at === "sending" && before.phase.at !== "sending") {
      void send(state.phase.sent, state.rev);
    }
    plan();
    for (const listener of listeners) listener();
  }

  function plan() {
    clearTimeout(timer);
    if (!mayBeSent(state)) {
      unsentSince = null;
      return;
    }
    unsentSince ??= store.now();
    timer = setTimeout(() => flush(), delayMs(unsentSince));
  }

  function delayMs(since: number): number {
    if (state.phase.at === "waiting") {
      const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** (state.failures - 1), LONGEST_RETRY_MS);
      // Spread out, so that all that waits does not come back at once.
      const spreadMs = backoffMs * (0.75 + Math.random() / 2);
      return Math.max(spreadMs, (state.phase.retryAfterSeconds ?? 0) * 1000);
    }
    return Math.max(0, Math.min(PAUSE_MS, since + LONGEST_WAIT_MS - store.now()));
  }

  async function send(sent: Draft, rev: number | null) {
    // Whatever failed unforeseen, the outcome is unknown.
    apply(await outcomeOf(sent, rev).catch((): SaveEvent => ({ is: "lost" })));
  }

  async function outcomeOf(sent: Draft, rev: number | null): Promise<SaveEvent> {
    try {
      const entry = await store.put(id, sent, rev, isLeaving);
      store.noteSaved(entry);
      return { is: "acknowledged", rev: entry.rev, at: store.now() };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return eventOf(error);
    }
  }

  function eventOf(error: ApiError): SaveEvent {
    if (error.status === 401) return { is: "unauthenticated" };
    if (error.code === "rev_mismatch" || error.code === "not_found") {
      return { is: "mismatched", current: store.currentOf(error), at: store.now() };
    }
    if (error.code === "record_unreadable") return { is: "refused", because: error };
    if (error.status >= 500 || error.status === 429) {
      return { is: "lost", retryAfterSeconds: error.retryAfterSeconds };
    }
    return { is: "refused", because: error };
  }

  /** Sends now what waits to be sent. */
  function flush() {
    if (!isHeld) apply({ is: "due" });
  }

  /** As `flush`, while the page may be going away. */
  function flushLeaving() {
    isLeaving = true;
    flush();
    isLeaving = false;
  }

  /** Sends nothing from here on, and resolves when nothing is on its way. */
  async function hold() {
    isHeld = true;
    while (state.phase.at === "sending") await nextChange();
  }

  function release() {
    isHeld = false;
    plan();
  }

  function nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = subscribe(() => {
        unsubscribe();
        resolve();
      });
    });
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  function close() {
    isHeld = true;
    clearTimeout(timer);
  }

  plan();
  return {
    id,
    getState: () => state,
    isUnsaved: () => isUnsaved(state),
    subscribe,
    nextChange,
    edit: (change: Partial<Draft>) => apply({ is: "edited", draft: { ...state.draft, ...change } }),
    read: (entry: Entry) => apply({ is: "read", entry }),
    resolve: (keep: "mine" | "theirs") => apply({ is: "resolved", keep }),
    signedIn: () => apply({ is: "signed_in" }),
    flush,
    flushLeaving,
    hold,
    release,
    close,
  };
}
