"use client";

import { type ReactNode, useState } from "react";
import { SaveStatus } from "@/features/entries/save-status.tsx";
import { later } from "@/lib/later.tsx";
import type { RecordForm } from "@/lib/saver/record-forms.ts";
import { type Stored, statusOf } from "@/lib/saver/save-machine.ts";
import { useRecordSaver } from "@/lib/saver/saving-provider.tsx";
import type { Answer } from "./part-conflict.tsx";

const PartConflict = later(() => import("./part-conflict.tsx"));

interface Kept<F extends object> {
  readonly form: RecordForm<F>;
  readonly day: string;
  /** What the API was last seen to have of it. */
  readonly found: Stored<F> | null;
  /** Both sides of a conflict as one, and each of them as answers to be compared. */
  readonly both: (theirs: F, mine: F) => F;
  readonly answersOf: (fields: F) => readonly Answer[];
}

/** A part of the day that saves by itself: its fields, how they are changed, and what is said of how it stands. */
export function useKeptPart<F extends object>(kept: Kept<F>) {
  const { form, day, found, both, answersOf } = kept;
  const { saver, state } = useRecordSaver(form, day, found);
  const [isComparing, setIsComparing] = useState(false);
  const [openedAt] = useState(Date.now);
  const { draft, phase } = state;
  const status = statusOf(state);
  // That it was saved is news only of what was written now.
  const isOld = status === "saved" && (state.savedAt ?? 0) < openedAt;

  const keep = (side: "mine" | "theirs" | "both") => {
    const theirs = phase.at === "conflict" ? phase.theirs : null;
    saver.resolve(side === "mine" ? "mine" : "theirs");
    if (side === "both" && theirs !== null) saver.edit(both(theirs.fields, draft));
    saver.flush();
    setIsComparing(false);
  };

  const shown: ReactNode = (
    <>
      {status !== "blank" && !isOld && (
        <SaveStatus state={state} onRetry={saver.flush} onCompare={() => setIsComparing(true)} />
      )}
      {isComparing && phase.at === "conflict" && (
        <PartConflict
          mine={answersOf(draft)}
          theirs={phase.theirs && answersOf(phase.theirs.fields)}
          onKeep={keep}
          onClose={() => setIsComparing(false)}
        />
      )}
    </>
  );
  return { fields: draft, rev: state.rev, edit: saver.edit, flush: saver.flush, status: shown };
}
