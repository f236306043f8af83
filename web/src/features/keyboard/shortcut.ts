export type Shortcut = "search" | "keys" | "new-entry" | "/today" | "/calendar";

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

interface Where {
  /** Whether keys are text there. */
  readonly isField: boolean;
  /** Whether keys without Ctrl or Cmd are wanted (WCAG 2.1.4: they can be turned off). */
  readonly hasSingleKeys: boolean;
}

const WITH_MOD: Readonly<Record<string, Shortcut>> = { k: "search", "/": "keys" };

const SINGLE: Readonly<Record<string, Shortcut>> = {
  "?": "keys",
  "/": "search",
  n: "new-entry",
  t: "/today",
  c: "/calendar",
};

/** What a key does on every page; null for a key that does nothing there. */
export function shortcutFor(
  { key, ctrlKey, metaKey, altKey }: Pressed,
  { isField, hasSingleKeys }: Where,
): Shortcut | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return WITH_MOD[key.toLowerCase()] ?? null;
  return isField || !hasSingleKeys ? null : (SINGLE[key] ?? null);
}

const FIELDS = "input, textarea, select, [contenteditable='true'], [role='textbox']";

/** Whether what is typed at `target` is text, or chooses something there. */
export const isField = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(FIELDS) !== null;
