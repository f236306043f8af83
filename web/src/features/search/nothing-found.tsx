"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

const HINTS = ["fewer", "beginnings", "either", "phrase", "without", "near"] as const;

/** Nothing was found, and how else to ask. */
export function NothingFound({ typed, isFiltered }: { typed: string; isFiltered: boolean }) {
  const t = useTranslations("search");
  return (
    <div className="grid gap-3 px-3 py-2">
      <p className="font-medium break-words">{t("nothing", { query: typed.trim() })}</p>
      {isFiltered && <p className="text-soft">{t("hints.filters")}</p>}
      <SearchHints />
    </div>
  );
}

/** What a search understands. */
export function SearchHints() {
  const t = useTranslations("search");
  const code = (text: ReactNode) => (
    <code className="rounded-sm bg-wash px-1 font-mono text-sm text-ink">{text}</code>
  );
  return (
    <ul className="grid list-disc gap-1.5 ps-5 text-soft marker:text-faint">
      {HINTS.map((hint) => (
        <li key={hint}>{t.rich(`hints.${hint}`, { code })}</li>
      ))}
    </ul>
  );
}
