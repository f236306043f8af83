"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Section } from "@/components/section.tsx";
import { Glyph } from "./glyph.tsx";

export interface Suggestion {
  readonly name: string;
  readonly icon: string;
  readonly color: string;
}

interface Props<S extends Suggestion> {
  queryKey: readonly string[];
  read: (asked: { signal: AbortSignal }) => Promise<{ readonly items: readonly S[] }>;
  /** What is there already, by name. */
  taken: ReadonlySet<string>;
  detailsOf: (suggestion: S) => string;
  onTake: (suggestion: S) => void;
}

/** What somebody can begin with who has nothing. Nothing is shown where it does not load: one can do without. */
export function Suggestions<S extends Suggestion>(props: Props<S>) {
  const { queryKey, read, taken, detailsOf, onTake } = props;
  const t = useTranslations("library");
  const { data } = useQuery({
    queryKey: ["journal", "suggestions", ...queryKey],
    queryFn: read,
    staleTime: Infinity,
  });
  const left = data?.items.filter(({ name }) => !taken.has(name)) ?? [];
  if (left.length === 0) return null;
  return (
    <Section title={t("beginWith")} hint={t("beginWithHint")}>
      <ul className="divide-y divide-line border-y border-line">
        {left.map((suggestion) => (
          <li key={suggestion.name} className="flex items-center gap-3 py-2.5">
            <Glyph {...suggestion} />
            <div className="grid min-w-0 flex-1">
              <span className="font-medium">{suggestion.name}</span>
              <span className="text-sm text-soft">{detailsOf(suggestion)}</span>
            </div>
            <Button
              look="quiet"
              className="min-h-11"
              aria-label={t("actions.addName", { name: suggestion.name })}
              onClick={() => onTake(suggestion)}
            >
              <Plus aria-hidden className="size-4.5" />
              {t("actions.add")}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
