"use client";

import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";
import { later } from "@/lib/later.tsx";
import { type Desk, DeskContext } from "./desk.ts";
import { isField, shortcutFor } from "./shortcut.ts";
import { useSingleKeys } from "./single-keys.ts";

const Palette = later(() => import("@/features/search/palette.tsx"));
const KeyboardMap = later(() => import("./keyboard-map.tsx"));

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
