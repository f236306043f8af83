"use client";

import dynamic from "next/dynamic";
import { usePathname, useRouter } from "next/navigation";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useEffectEvent,
  useMemo,
  useState,
} from "react";
import { isField, shortcutFor } from "./shortcut.ts";
import { useSingleKeys } from "./single-keys.ts";

const Palette = dynamic(() => import("@/features/search/palette.tsx"), { ssr: false });
const KeyboardMap = dynamic(() => import("./keyboard-map.tsx"), { ssr: false });

/** What is at hand on every private page, by keys and by the palette. */
interface Desk {
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

const DeskContext = createContext<Desk | null>(null);

const MOST_RECENT = 4;

/** Hears the shortcuts, and shows what they open, which is loaded then. */
export function DeskProvider({ children }: { children: ReactNode }) {
  const router = useRouter();
  const pathname = usePathname();
  const hasSingleKeys = useSingleKeys();
  const [opened, setOpened] = useState<"search" | "keys" | null>(null);
  const [isEntryWanted, setIsEntryWanted] = useState(false);
  const [recentDays, setRecentDays] = useState<readonly string[]>([]);

  const day = /^\/day\/([\d-]{10})$/.exec(pathname)?.[1];
  if (day !== undefined && day !== recentDays[0]) {
    setRecentDays([day, ...recentDays.filter((other) => other !== day)].slice(0, MOST_RECENT + 1));
  }

  const isWritingPage = pathname === "/today" || day !== undefined;
  const beginEntry = useCallback(() => {
    setIsEntryWanted(true);
    if (!isWritingPage) router.push("/today");
  }, [isWritingPage, router]);

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    const shortcut = shortcutFor(event, { isField: isField(event.target), hasSingleKeys });
    if (shortcut === null) return;
    // Above a dialog that waits for an answer nothing else is opened.
    if (opened === null && document.querySelector("dialog[open]") !== null) return;
    event.preventDefault();
    if (shortcut === "search" || shortcut === "keys") {
      setOpened(opened === shortcut ? null : shortcut);
      return;
    }
    if (opened !== null) return;
    if (shortcut === "new-entry") beginEntry();
    else router.push(shortcut);
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);

  const desk = useMemo(
    (): Desk => ({
      open: setOpened,
      beginEntry,
      isEntryWanted,
      entryBegun: () => setIsEntryWanted(false),
      recentDays,
    }),
    [beginEntry, isEntryWanted, recentDays],
  );
  const close = () => setOpened(null);

  return (
    <DeskContext value={desk}>
      {children}
      {opened === "search" && <Palette onClose={close} />}
      {opened === "keys" && <KeyboardMap onClose={close} />}
    </DeskContext>
  );
}

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
