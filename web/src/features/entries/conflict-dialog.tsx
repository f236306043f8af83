"use client";

import type { Entry } from "@timos/api/contract";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { ConflictSide } from "./conflict-side.tsx";
import { type Draft, draftOf } from "./draft.ts";
import type { EntrySaver } from "./entry-saver.ts";
import { useOpenEntries } from "./open-entries-provider.tsx";

interface Props {
  saver: EntrySaver;
  mine: Draft;
  /** Null when the entry was moved to the trash elsewhere. */
  theirs: Entry | null;
  onClose: () => void;
}

/** Two versions of one entry, side by side. Nothing is decided until the person decides. */
export function ConflictDialog({ saver, mine, theirs, onClose }: Props) {
  const entries = useOpenEntries();
  const decide = (keep: "mine" | "theirs") => {
    saver.resolve(keep);
    saver.flush();
    onClose();
  };

  if (theirs === null) {
    return (
      <Dialog title="This entry was moved to the trash elsewhere" onDismiss={onClose}>
        <ConflictSide heading="Yours, not saved" draft={mine} other={null} />
        <div className="flex flex-wrap gap-3">
          <Button onClick={() => decide("mine")}>Keep mine</Button>
          <Button
            look="danger"
            onClick={() => {
              entries.drop(saver.id);
              onClose();
            }}
          >
            Let it go
          </Button>
          <Button look="quiet" onClick={onClose}>
            Decide later
          </Button>
        </div>
      </Dialog>
    );
  }

  const keepBoth = () => {
    // Mine is safe in an entry of its own before this one lets go of it.
    entries.createWith(mine);
    decide("theirs");
  };
  return (
    <Dialog title="This entry was changed elsewhere" onDismiss={onClose} width="wide">
      <p className="max-w-reading text-soft">
        While you were writing, another tab or device saved it too. Lines that only one of the two
        has are marked. Nothing is lost until you choose.
      </p>
      <div className="grid gap-4 md:grid-cols-2">
        <ConflictSide heading="Yours, not saved" draft={mine} other={draftOf(theirs)} />
        <ConflictSide heading="Saved elsewhere" draft={draftOf(theirs)} other={mine} />
      </div>
      <div className="flex flex-wrap gap-3">
        <Button onClick={keepBoth}>Keep both</Button>
        <Button look="secondary" onClick={() => decide("mine")}>
          Keep mine
        </Button>
        <Button look="secondary" onClick={() => decide("theirs")}>
          Keep the other
        </Button>
        <Button look="quiet" onClick={onClose}>
          Decide later
        </Button>
      </div>
    </Dialog>
  );
}
