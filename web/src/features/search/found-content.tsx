"use client";

import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import { formatDay } from "@/lib/day.ts";
import type { Found } from "./found-place.ts";

/** Something that was found: what it is called, a part of it with what was looked for marked, its day and its kind. */
export function FoundContent({ found }: { found: Found }) {
  const t = useTranslations("search");
  const { dateLocale } = useUser();
  const { kind, day, title, snippet } = found;
  return (
    <span className="grid min-w-0 flex-1 gap-0.5">
      <span className="flex min-w-0 items-baseline justify-between gap-4">
        <span className="truncate font-medium">{title || t(`kinds.${kind}`)}</span>
        <span className="shrink-0 text-sm text-soft tabular-nums">
          {[
            // Most are entries, and what has no title is called by its kind.
            kind !== "entries" && title !== "" && t(`kinds.${kind}`),
            day !== null && formatDay(day, dateLocale, { dateStyle: "medium" }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      {(title === "" || snippet.some(({ match }) => match)) && (
        <span className="line-clamp-2 font-serif text-base text-soft">
          {snippet.map(({ text, match }, index) =>
            match ? (
              <mark key={index} className="rounded-sm bg-wash font-semibold text-accent">
                {text}
              </mark>
            ) : (
              text
            ),
          )}
        </span>
      )}
    </span>
  );
}
