import type { ApiError } from "@/lib/api.ts";
import { sameValue } from "./same-value.ts";

/** A record as the server holds it. */
export interface Stored<F> {
  /** What a person can write of it. */
  readonly fields: F;
  readonly rev: number;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  /** Its id, where a saver goes by something else: a day, a week. */
  readonly id?: string | undefined;
}

/** What the server has not acknowledged yet: all that it takes to go on with it in another tab. */
export interface Unsent<F> {
  readonly draft: F;
  /** The revision that it goes on from, null when the server knew no such record. */
  readonly rev: number | null;
  /** What was sent without learning whether it arrived. */
  readonly unsure: readonly F[];
}

export type Phase<F> =
  | { readonly at: "rest" }
  | { readonly at: "sending"; readonly sent: F }
  /** An attempt failed; another will be made. */
  | { readonly at: "waiting"; readonly retryAfterSeconds: number | undefined }
  | { readonly at: "signed_out" }
  /** The API will not take it as it is. */
  | { readonly at: "refused"; readonly because: ApiError }
  /** Somebody wrote first. `theirs` is what they wrote, null when they deleted it. */
  | { readonly at: "conflict"; readonly theirs: Stored<F> | null };

/** Where one record stands between the screen and the server. */
export interface SaveState<F> {
  readonly draft: F;
  /** What needs no sending: the last acknowledged state, or the blank page; null when all does. */
  readonly saved: F | null;
  /** The revision of `saved`, null while the server knows no such record. */
  readonly rev: number | null;
  readonly savedAt: number | null;
  /** What was sent since without learning whether it arrived. */
  readonly unsure: readonly F[];
  /** The draft that this device keeps until the server has it; null where it keeps none. */
  readonly kept: F | null;
  readonly failures: number;
  readonly phase: Phase<F>;
}

export type SaveEvent<F> =
  | { readonly is: "edited"; readonly draft: F }
  | { readonly is: "due" }
  | { readonly is: "acknowledged"; readonly rev: number; readonly at: number }
  | { readonly is: "lost"; readonly retryAfterSeconds?: number | undefined }
  | { readonly is: "unauthenticated" }
  | { readonly is: "signed_in" }
  | { readonly is: "refused"; readonly because: ApiError }
  | { readonly is: "mismatched"; readonly current: Stored<F> | null; readonly at: number }
  | { readonly is: "resolved"; readonly keep: "mine" | "theirs" }
  /** The server's state was read, for whatever reason. */
  | { readonly is: "read"; readonly stored: Stored<F> }
  | { readonly is: "kept"; readonly draft: F | null };

/** More are not told apart: then a person is asked, and nothing is lost. */
const MAX_UNSURE = 8;

const REST = { at: "rest" } as const;

export function newRecord<F>(blank: F): SaveState<F> {
  return {
    draft: blank,
    saved: blank,
    rev: null,
    savedAt: null,
    unsure: [],
    kept: null,
    failures: 0,
    phase: REST,
  };
}

/** Fields that are to be created as they stand: an undone deletion, or one side of a conflict. */
export function unsentRecord<F>(draft: F): SaveState<F> {
  return { ...newRecord(draft), saved: null };
}

/** What a tab left behind that is no more. */
export function keptRecord<F>({ draft, rev, unsure }: Unsent<F>): SaveState<F> {
  return { ...unsentRecord(draft), rev, unsure, kept: draft };
}

export function storedRecord<F>({ fields, rev, at }: Stored<F>): SaveState<F> {
  return { ...newRecord(fields), rev, savedAt: at };
}

/** Whether closing the page now could lose something that is nowhere else. */
export function isUnsaved<F>(state: SaveState<F>): boolean {
  return (
    state.phase.at === "sending" ||
    state.unsure.length > 0 ||
    state.saved === null ||
    !sameValue(state.draft, state.saved)
  );
}

/** Whether this device keeps what is on the screen. */
export const isKept = <F>(state: SaveState<F>): boolean =>
  state.kept !== null && sameValue(state.kept, state.draft);

export function unsentOf<F>({ draft, rev, unsure, phase }: SaveState<F>): Unsent<F> {
  return { draft, rev, unsure: phase.at === "sending" ? maybeThere(unsure, phase.sent) : unsure };
}

export function mayBeSent<F>(state: SaveState<F>): boolean {
  return (state.phase.at === "rest" || state.phase.at === "waiting") && isUnsaved(state);
}

/** The next state. An event that makes no sense where the record stands changes nothing. */
export function step<F>(state: SaveState<F>, event: SaveEvent<F>): SaveState<F> {
  switch (event.is) {
    case "edited":
      return {
        ...state,
        draft: event.draft,
        phase: state.phase.at === "refused" ? REST : state.phase,
      };
    case "due":
      return mayBeSent(state) ? { ...state, phase: { at: "sending", sent: state.draft } } : state;
    case "signed_in":
      return state.phase.at === "signed_out" ? { ...state, phase: REST } : state;
    case "resolved":
      return state.phase.at === "conflict" ? resolve(state, state.phase.theirs, event.keep) : state;
    case "read":
      return take(state, event.stored);
    case "kept":
      return state.kept === event.draft ? state : { ...state, kept: event.draft };
    case "acknowledged":
    case "lost":
    case "unauthenticated":
    case "refused":
    case "mismatched":
      return state.phase.at === "sending" ? answered(state, state.phase.sent, event) : state;
  }
}

type AnswerEvent<F> = Extract<
  SaveEvent<F>,
  { is: "acknowledged" | "lost" | "unauthenticated" | "refused" | "mismatched" }
>;

function answered<F>(state: SaveState<F>, sent: F, event: AnswerEvent<F>): SaveState<F> {
  switch (event.is) {
    case "acknowledged":
      return settle(state, sent, event.rev, event.at);
    case "lost":
      return {
        ...state,
        unsure: maybeThere(state.unsure, sent),
        failures: state.failures + 1,
        phase: { at: "waiting", retryAfterSeconds: event.retryAfterSeconds },
      };
    case "unauthenticated":
      return { ...state, phase: { at: "signed_out" } };
    case "refused":
      return { ...state, phase: { at: "refused", because: event.because } };
    case "mismatched": {
      if (event.current === null) return { ...state, phase: { at: "conflict", theirs: null } };
      // An earlier attempt of ours may have arrived although no answer came back.
      const { fields, rev } = event.current;
      const isOurs = [sent, ...state.unsure].some((draft) => sameValue(draft, fields));
      return isOurs
        ? settle(state, fields, rev, event.at)
        : { ...state, phase: { at: "conflict", theirs: event.current } };
    }
  }
}

function maybeThere<F>(unsure: readonly F[], sent: F): readonly F[] {
  return [...unsure.filter((draft) => !sameValue(draft, sent)), sent].slice(-MAX_UNSURE);
}

function settle<F>(state: SaveState<F>, saved: F, rev: number, at: number): SaveState<F> {
  return { ...state, saved, rev, savedAt: at, unsure: [], failures: 0, phase: REST };
}

function resolve<F>(
  state: SaveState<F>,
  theirs: Stored<F> | null,
  keep: "mine" | "theirs",
): SaveState<F> {
  const { draft, kept } = state;
  if (theirs === null) {
    // Nothing is left to keep of theirs: the page is let go of by whoever asked.
    return keep === "mine" ? { ...unsentRecord(draft), kept } : state;
  }
  return { ...storedRecord(theirs), kept, ...(keep === "mine" && { draft }) };
}

function take<F>(state: SaveState<F>, stored: Stored<F>): SaveState<F> {
  if (state.phase.at === "conflict") {
    const isNewer = state.phase.theirs === null || stored.rev > state.phase.theirs.rev;
    return isNewer ? { ...state, phase: { at: "conflict", theirs: stored } } : state;
  }
  const isNews = state.rev === null || stored.rev > state.rev;
  return state.phase.at === "rest" && !isUnsaved(state) && isNews
    ? { ...storedRecord(stored), kept: state.kept }
    : state;
}

export type SaveStatus =
  | "blank"
  | "unsaved"
  | "saving"
  | "saved"
  /** The server cannot be reached, or does not answer; this device keeps it meanwhile. */
  | "offline"
  /** As `offline`, and nothing keeps it but this tab. */
  | "retrying"
  | "signed_out"
  | "refused"
  | "changed_elsewhere";

/** What is said of the record. `saved` only when the server holds exactly what the screen shows. */
export function statusOf<F>(state: SaveState<F>): SaveStatus {
  switch (state.phase.at) {
    case "conflict":
      return "changed_elsewhere";
    case "refused":
      return "refused";
    case "signed_out":
      return "signed_out";
    case "waiting":
      return meanwhile(state);
    case "sending":
      return state.failures > 0 ? meanwhile(state) : "saving";
    case "rest":
      if (isUnsaved(state)) return "unsaved";
      return state.rev === null ? "blank" : "saved";
  }
}

function meanwhile<F>(state: SaveState<F>): SaveStatus {
  if (state.kept === null) return "retrying";
  return isKept(state) ? "offline" : "unsaved";
}
