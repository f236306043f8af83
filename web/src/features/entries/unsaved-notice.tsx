"use client";

import Link from "next/link";
import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { statusOf } from "@/lib/saver/save-machine.ts";
import { useOpenEntries } from "./open-entries-provider.tsx";

const TROUBLED: ReadonlySet<string> = new Set(["retrying", "refused", "changed_elsewhere"]);

/** Says on every page that an entry somewhere is not saved, and leads to it. */
export function UnsavedNotice({ className }: { className: string }) {
  const t = useTranslations("journal.saving");
  const entries = useOpenEntries();
  const troubled = () =>
    entries
      .getAll()
      .map((saver) => saver.getState())
      .filter((state) => TROUBLED.has(statusOf(state)))
      .map((state) => state.draft.day)
      .join(" ");
  const days = useSyncExternalStore(entries.subscribe, troubled, troubled).split(" ");
  const [first] = days;
  if (!first) return null;
  return (
    <p className={`bg-danger-wash px-3 py-2 text-sm text-danger md:rounded-md ${className}`}>
      {t.rich("notice", {
        count: days.length,
        link: (text) => (
          <Link href={`/day/${first}`} className="font-medium underline underline-offset-4">
            {text}
          </Link>
        ),
      })}
    </p>
  );
}
