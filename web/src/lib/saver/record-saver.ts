import { ApiError } from "@/lib/api.ts";
import {
  isKept,
  isUnsaved,
  mayBeSent,
  type SaveEvent,
  type SaveState,
  step,
  type Stored,
  type Unsent,
  unsentOf,
} from "./save-machine.ts";

/** What a saver needs of the world. */
export interface RecordStore<F> {
  /** Writes the record over the state of revision `rev`, or as a new one. `isLeaving`: the page may be going away. */
  put(id: string, draft: F, rev: number | null, isLeaving: boolean): Promise<Stored<F>>;
  /**
   * What a failed write, or a look after it, says the server holds; null when it holds nothing. `mine` is what was
   * sent and may be it.
   */
  currentOf(error: ApiError, mine: readonly F[]): Stored<F> | null | Promise<Stored<F> | null>;
  noteSaved(id: string, stored: Stored<F>): void;
  /**
   * Keeps on this device what the server does not hold yet, or with null lets go of it. Resolves to whether it is kept.
   * Without it nothing outlives the tab.
   */
  keep?(id: string, unsent: Unsent<F> | null): Promise<boolean>;
  now(): number;
}

/** What of a saver does not depend on the kind of its record. */
export type AnySaver = Omit<RecordSaver<object>, "getState" | "edit" | "read"> & {
  readonly getState: () => SaveState<unknown>;
};

export interface RecordSaver<F> {
  readonly id: string;
  readonly getState: () => SaveState<F>;
  readonly isUnsaved: () => boolean;
  /** Whether something would be lost with this tab. */
  readonly isOnlyHere: () => boolean;
  readonly subscribe: (listener: () => void) => () => void;
  readonly nextChange: () => Promise<void>;
  readonly edit: (change: Partial<F>) => void;
  readonly read: (stored: Stored<F>) => void;
  readonly resolve: (keep: "mine" | "theirs") => void;
  readonly signedIn: () => void;
  /** Sends now what waits to be sent. */
  readonly flush: () => void;
  /** As `flush`, while the page may be going away. */
  readonly flushLeaving: () => void;
  /** Sends nothing from here on, and resolves when nothing is on its way. */
  readonly hold: () => Promise<void>;
  readonly release: () => void;
  /** Ends it. What this device keeps of it stays. */
  readonly close: () => void;
  /** Ends it, and what this device keeps of it. */
  readonly discard: () => void;
}

const PAUSE_MS = 800;
const LONGEST_WAIT_MS = 8_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const KEEP_MS = 250;

/**
 * Keeps one record saved: sends after a pause, one request at a time, and again until it is acknowledged; what is not
 * acknowledged is kept on this device meanwhile.
 */
export function createRecordSaver<F extends object>(
  id: string,
  initial: SaveState<F>,
  store: RecordStore<F>,
): RecordSaver<F> {
  const listeners = new Set<() => void>();
  let state = initial;
  let isLeaving = false;
  let isHeld = false;
  let isClosed = false;
  let unsentSince: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let keepTimer: ReturnType<typeof setTimeout> | undefined;
  let keeping: Promise<void> = Promise.resolve();
  /** What was last asked to be kept. */
  let asked: Unsent<F> | null = initial.kept === null ? null : unsentOf(initial);
  /** Whether that may be there no more. */
  let isStale = false;

  function apply(event: SaveEvent<F>) {
    const before = state;
    state = step(state, event);
    if (state === before) return;
    if (state.phase.at === "sending" && before.phase.at !== "sending") {
      void send(state.phase.sent, state.rev);
    }
    if (event.is !== "kept") plan();
    planKeeping();
    for (const listener of listeners) listener();
  }

  function plan() {
    clearTimeout(timer);
    if (isClosed || !mayBeSent(state)) {
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

  async function send(sent: F, rev: number | null) {
    // Whatever failed unforeseen, the outcome is unknown.
    apply(await outcomeOf(sent, rev).catch((): SaveEvent<F> => ({ is: "lost" })));
  }

  async function outcomeOf(sent: F, rev: number | null): Promise<SaveEvent<F>> {
    try {
      const stored = await store.put(id, sent, rev, isLeaving);
      store.noteSaved(id, stored);
      return { is: "acknowledged", rev: stored.rev, at: store.now() };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return eventOf(error, sent);
    }
  }

  async function eventOf(error: ApiError, sent: F): Promise<SaveEvent<F>> {
    if (error.status === 401) return { is: "unauthenticated" };
    if (["rev_mismatch", "not_found", "conflict"].includes(error.code)) {
      const current = await store.currentOf(error, [sent, ...state.unsure]);
      return { is: "mismatched", current, at: store.now() };
    }
    if (error.code === "record_unreadable") return { is: "refused", because: error };
    if (error.status >= 500 || error.status === 429) {
      return { is: "lost", retryAfterSeconds: error.retryAfterSeconds };
    }
    return { is: "refused", because: error };
  }

  function flush() {
    if (!isHeld) apply({ is: "due" });
  }

  function flushLeaving() {
    isLeaving = true;
    flush();
    isLeaving = false;
    keepNow();
  }

  /** Sees to it that this device keeps what the server does not have, soon and not at every keystroke. */
  function planKeeping() {
    if (isClosed || store.keep === undefined) return;
    if (isUnsaved(state)) keepTimer ??= setTimeout(keepNow, KEEP_MS);
    else if (asked !== null) keepNow();
  }

  function keepNow() {
    clearTimeout(keepTimer);
    keepTimer = undefined;
    if (isClosed) return;
    const unsent = isUnsaved(state) ? unsentOf(state) : null;
    if (isSameUnsent(unsent, asked) && !isStale) return;
    [asked, isStale] = [unsent, false];
    keep(unsent);
  }

  function keep(unsent: Unsent<F> | null) {
    const done = keeping.then(() => {
      // Overtaken by something newer: that is written, this is not.
      return asked === unsent && store.keep ? store.keep(id, unsent) : false;
    });
    keeping = done
      .catch(() => false)
      .then((isDone) => {
        if (asked === unsent) apply({ is: "kept", draft: isDone && unsent ? unsent.draft : null });
      });
  }

  /** What this device kept may be gone with the session before. */
  function signedIn() {
    isStale = true;
    planKeeping();
    apply({ is: "signed_in" });
  }

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
    isClosed = true;
    isHeld = true;
    clearTimeout(timer);
    clearTimeout(keepTimer);
  }

  function discard() {
    close();
    asked = null;
    keep(null);
  }

  plan();
  planKeeping();
  return {
    id,
    getState: () => state,
    isUnsaved: () => isUnsaved(state),
    isOnlyHere: () => isUnsaved(state) && !isKept(state),
    subscribe,
    nextChange,
    edit: (change) => apply({ is: "edited", draft: { ...state.draft, ...change } }),
    read: (stored) => apply({ is: "read", stored }),
    resolve: (keepSide) => apply({ is: "resolved", keep: keepSide }),
    signedIn,
    flush,
    flushLeaving,
    hold,
    release,
    close,
    discard,
  };
}

function isSameUnsent<F>(one: Unsent<F> | null, other: Unsent<F> | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.draft === other.draft &&
    one.rev === other.rev &&
    one.unsure.length === other.unsure.length &&
    one.unsure.every((draft, index) => draft === other.unsure[index])
  );
}
