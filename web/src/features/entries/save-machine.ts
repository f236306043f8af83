import type { Entry } from "@timos/api/contract";
import type { ApiError } from "@/lib/api.ts";
import { type Draft, draftOf, sameDraft } from "./draft.ts";

export type Phase =
  | { readonly at: "rest" }
  | { readonly at: "sending"; readonly sent: Draft }
  /** An attempt failed; another will be made. */
  | { readonly at: "waiting"; readonly retryAfterSeconds: number | undefined }
  | { readonly at: "signed_out" }
  /** The API will not take it as it is. */
  | { readonly at: "refused"; readonly because: ApiError }
  /** Somebody wrote first. `theirs` is what they wrote, null when they deleted it. */
  | { readonly at: "conflict"; readonly theirs: Entry | null };

/** Where one entry stands between the screen and the server. */
export interface SaveState {
  readonly draft: Draft;
  /** What needs no sending: the last acknowledged state, or the blank page; null when all does. */
  readonly saved: Draft | null;
  /** The revision of `saved`, null while the server knows no such entry. */
  readonly rev: number | null;
  readonly savedAt: number | null;
  /** What was sent since without learning whether it arrived. */
  readonly unsure: readonly Draft[];
  readonly failures: number;
  readonly phase: Phase;
}

export type SaveEvent =
  | { readonly is: "edited"; readonly draft: Draft }
  | { readonly is: "due" }
  | { readonly is: "acknowledged"; readonly rev: number; readonly at: number }
  | { readonly is: "lost"; readonly retryAfterSeconds?: number | undefined }
  | { readonly is: "unauthenticated" }
  | { readonly is: "signed_in" }
  | { readonly is: "refused"; readonly because: ApiError }
  | { readonly is: "mismatched"; readonly current: Entry | null; readonly at: number }
  | { readonly is: "resolved"; readonly keep: "mine" | "theirs" }
  /** The server's state was read, for whatever reason. */
  | { readonly is: "read"; readonly entry: Entry };

const REST: Phase = { at: "rest" };

export function newEntry(blank: Draft): SaveState {
  return {
    draft: blank,
    saved: blank,
    rev: null,
    savedAt: null,
    unsure: [],
    failures: 0,
    phase: REST,
  };
}

/** Text that is to be created as it stands: an undone deletion, or one side of a conflict. */
export function unsentEntry(draft: Draft): SaveState {
  return { ...newEntry(draft), saved: null };
}

export function storedEntry(entry: Entry): SaveState {
  return { ...newEntry(draftOf(entry)), rev: entry.rev, savedAt: Date.parse(entry.updatedAt) };
}

/** Whether closing the page now could lose something. */
export function isUnsaved(state: SaveState): boolean {
  return (
    state.phase.at === "sending" ||
    state.unsure.length > 0 ||
    state.saved === null ||
    !sameDraft(state.draft, state.saved)
  );
}

export function mayBeSent(state: SaveState): boolean {
  return (state.phase.at === "rest" || state.phase.at === "waiting") && isUnsaved(state);
}

/** The next state. An event that makes no sense where the entry stands changes nothing. */
export function step(state: SaveState, event: SaveEvent): SaveState {
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
      return take(state, event.entry);
    case "acknowledged":
    case "lost":
    case "unauthenticated":
    case "refused":
    case "mismatched":
      return state.phase.at === "sending" ? answered(state, state.phase.sent, event) : state;
  }
}

type AnswerEvent = Extract<
  SaveEvent,
  { is: "acknowledged" | "lost" | "unauthenticated" | "refused" | "mismatched" }
>;

function answered(state: SaveState, sent: Draft, event: AnswerEvent): SaveState {
  switch (event.is) {
    case "acknowledged":
      return settle(state, sent, event.rev, event.at);
    case "lost":
      return {
        ...state,
        unsure: [...state.unsure, sent],
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
      const current = draftOf(event.current);
      const isOurs = [sent, ...state.unsure].some((draft) => sameDraft(draft, current));
      return isOurs
        ? settle(state, current, event.current.rev, event.at)
        : { ...state, phase: { at: "conflict", theirs: event.current } };
    }
  }
}

function settle(state: SaveState, saved: Draft, rev: number, at: number): SaveState {
  return { ...state, saved, rev, savedAt: at, unsure: [], failures: 0, phase: REST };
}

function resolve(state: SaveState, theirs: Entry | null, keep: "mine" | "theirs"): SaveState {
  if (theirs === null) {
    // Nothing is left to keep of theirs: the page is let go of by whoever asked.
    return keep === "mine" ? { ...unsentEntry(state.draft), failures: 0 } : state;
  }
  return keep === "theirs" ? storedEntry(theirs) : { ...storedEntry(theirs), draft: state.draft };
}

function take(state: SaveState, entry: Entry): SaveState {
  if (state.phase.at === "conflict") {
    const isNewer = state.phase.theirs === null || entry.rev > state.phase.theirs.rev;
    return isNewer ? { ...state, phase: { at: "conflict", theirs: entry } } : state;
  }
  const isNews = state.rev === null || entry.rev > state.rev;
  return state.phase.at === "rest" && !isUnsaved(state) && isNews ? storedEntry(entry) : state;
}

export type SaveStatus =
  | "blank"
  | "unsaved"
  | "saving"
  | "saved"
  | "retrying"
  | "signed_out"
  | "refused"
  | "changed_elsewhere";

/** What is said of the entry. `saved` only when the server holds exactly what the screen shows. */
export function statusOf(state: SaveState): SaveStatus {
  switch (state.phase.at) {
    case "conflict":
      return "changed_elsewhere";
    case "refused":
      return "refused";
    case "signed_out":
      return "signed_out";
    case "waiting":
      return "retrying";
    case "sending":
      return state.failures > 0 ? "retrying" : "saving";
    case "rest":
      if (isUnsaved(state)) return "unsaved";
      return state.rev === null ? "blank" : "saved";
  }
}
