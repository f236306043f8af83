import { createContext, useContext, useEffect, useEffectEvent } from "react";

/** What is at hand on every private page, by keys and by the palette. */
export interface Desk {
  /** Opens the search or the map of the keyboard, in place of what is open of them. */
  readonly open: (what: "search" | "keys") => void;
  /** Begins an entry on the day that is open, or else today. */
  readonly beginEntry: () => void;
  /** Whether an entry is to be begun on the page that opens; see {@link useWantedEntry}. */
  readonly isEntryWanted: boolean;
  readonly entryBegun: () => void;
  /** The days that were opened last, newest first. They are forgotten with the page. */
  readonly recentDays: readonly string[];
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("useDesk is called outside of DeskProvider");
  return desk;
}

/** Begins an entry where the page is one for entries, as soon as one is wanted. */
export function useWantedEntry(begin: () => void) {
  const { isEntryWanted, entryBegun } = useDesk();
  const answer = useEffectEvent(() => {
    entryBegun();
    begin();
  });
  useEffect(() => {
    if (isEntryWanted) answer();
  }, [isEntryWanted]);
}
