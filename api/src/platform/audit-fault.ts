import type { Fault } from "./audit-verify.ts";

/** What is wrong, and what to do, for whoever runs the installation. */
export function describeFault({ kind, sealId, eventId }: Fault): string {
  return SENTENCES[kind](String(sealId), String(eventId));
}

const SEE = "See docs/operations.md, The audit.";

const SENTENCES: Readonly<Record<Fault["kind"], (sealId: string, eventId: string) => string>> = {
  event_altered: (seal, event) =>
    `Event ${event} was altered after it had been sealed (by seal ${seal}). Compare it with a backup. ${SEE}`,
  event_missing: (seal, event) =>
    `Event ${event} is gone, which seal ${seal} has. Look for it in a backup. ${SEE}`,
  event_unsealed: (_seal, event) =>
    `Event ${event} is in no seal, though events around it are. Unless a transaction took very long, in which case the worker seals it within a minute, somebody put it in. ${SEE}`,
  seal_altered: (seal) =>
    `Seal ${seal} was altered, or the one before it, or it was made under a TOKEN_KEY that is not among FORMER_TOKEN_KEYS. ${SEE}`,
  seal_missing: (seal) =>
    `Seal ${seal} is gone, though there are later ones. Look for it in a backup. ${SEE}`,
  key_unknown: () =>
    `No seal was made under TOKEN_KEY or FORMER_TOKEN_KEYS. Give the TOKEN_KEY that this installation had; if this is it, the seals were altered. ${SEE}`,
  sealing_stalled: () =>
    `The events since the last seal span more than ten minutes: no worker seals them. Start it, or read in its log why it does not. ${SEE}`,
};
