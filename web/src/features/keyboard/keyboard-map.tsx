"use client";

import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Checkbox } from "@/components/checkbox.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { Keys } from "./keys.tsx";
import { setSingleKeys, useSingleKeys } from "./single-keys.ts";

/** What each key does: the ways to do it, and those by a single key, which may be turned off. */
const GROUPS = {
  anywhere: [
    ["search", ["Mod k"], ["/"]],
    ["map", ["Mod /"], ["?"]],
    ["newEntry", [], ["n"]],
    ["today", [], ["t"]],
    ["calendar", [], ["c"]],
    ["escape", ["Esc"], []],
  ],
  writing: [
    ["slash", ["/"], []],
    ["bold", ["Mod b"], []],
    ["italic", ["Mod i"], []],
    ["indent", ["Tab", "Shift Tab"], []],
    ["task", ["Mod Enter"], []],
    ["moveLine", ["Alt ↑", "Alt ↓"], []],
    ["save", ["Mod s"], []],
    ["undo", ["Mod z"], []],
    ["redo", ["Mod Shift z"], []],
    ["leave", ["Esc", "Tab"], []],
  ],
  lists: [
    ["arrows", ["↑", "↓"], []],
    ["pages", ["Page↑", "Page↓"], []],
  ],
} as const;

/** The map of the keyboard, and whether single keys do something. */
export default function KeyboardMap({ onClose }: { onClose: () => void }) {
  const t = useTranslations("search.keyboard");
  const hasSingleKeys = useSingleKeys();
  const content = useRef<HTMLDivElement>(null);
  // Not to the first thing that can be changed, which is at the end.
  useEffect(() => content.current?.focus(), []);
  return (
    <Dialog title={t("title")} onDismiss={onClose} width="wide">
      <div
        ref={content}
        tabIndex={-1}
        className="grid items-start gap-x-12 gap-y-6 outline-none md:grid-cols-2"
      >
        <div className="grid gap-6">
          <KeyGroup name="anywhere" />
          <KeyGroup name="lists" />
          <section aria-labelledby="keys-single" className="grid content-start gap-2">
            <h3 id="keys-single" className="text-sm font-medium text-soft">
              {t("single")}
            </h3>
            <Checkbox
              name="single-keys"
              checked={hasSingleKeys}
              onChange={({ target }) => setSingleKeys(target.checked)}
              hint={t("singleHint")}
            >
              {t("singleOn")}
            </Checkbox>
          </section>
        </div>
        <KeyGroup name="writing" />
      </div>
      <div>
        <Button look="secondary" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    </Dialog>
  );
}

function KeyGroup({ name }: { name: keyof typeof GROUPS }) {
  const t = useTranslations("search.keyboard");
  const hasSingleKeys = useSingleKeys();
  const rows = GROUPS[name]
    .map(([action, ways, single]) => ({
      action,
      ways: [...ways, ...(hasSingleKeys ? single : [])],
    }))
    .filter(({ ways }) => ways.length > 0);
  return (
    <section aria-labelledby={`keys-${name}`} className="grid content-start gap-2">
      <h3 id={`keys-${name}`} className="text-sm font-medium text-soft">
        {t(`groups.${name}`)}
      </h3>
      <dl className="divide-y divide-line border-y border-line">
        {rows.map(({ action, ways }) => (
          <div key={action} className="flex min-h-10 items-center justify-between gap-4 py-1.5">
            <dt className="min-w-0">{t(action)}</dt>
            <dd className="flex shrink-0 flex-wrap items-center justify-end gap-1.5 text-sm text-faint">
              {ways.map((way, index) => (
                <span key={way} className="inline-flex items-center gap-1.5">
                  {index > 0 && <span>{t(action === "leave" ? "then" : "or")}</span>}
                  <Keys of={way} />
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
