"use client";

import { useSyncExternalStore } from "react";

const isMac = () => /mac|iphone|ipad/i.test(navigator.platform);
const never = () => () => undefined;

/** What is on the keys of a keyboard of Apple's, and on others. */
const NAMES: Readonly<Record<string, readonly [apple: string, other: string]>> = {
  Mod: ["⌘", "Ctrl"],
  Shift: ["⇧", "Shift"],
  Alt: ["⌥", "Alt"],
  Enter: ["↩", "Enter"],
};

/** The keys of a shortcut, such as `Mod Shift z`. */
export function Keys({ of }: { of: string }) {
  const isApple = useSyncExternalStore(never, isMac, () => false);
  return (
    <span className="inline-flex shrink-0 items-center gap-1">
      {of.split(" ").map((key) => (
        <kbd
          key={key}
          className="inline-flex min-h-6 min-w-6 items-center justify-center rounded-sm border border-line bg-raised px-1.5 font-sans text-sm text-soft"
        >
          {NAMES[key]?.[isApple ? 0 : 1] ?? (key.length === 1 ? key.toUpperCase() : key)}
        </kbd>
      ))}
    </span>
  );
}
