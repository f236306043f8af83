import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { LeftOut } from "./diff-text.tsx";
import type { Draft } from "./draft.ts";
import { aroundChanges, diffOf } from "./text-diff.ts";

interface Props {
  heading: string;
  draft: Draft;
  /** What it is compared with, if with anything. */
  other: Draft | null;
}

/** One version of an entry, with the words marked that the other has not. */
export function ConflictSide({ heading, draft, other }: Props) {
  const t = useTranslations("journal.conflict");
  const { time, starred, completed, tags } = draft;
  const details = [
    time,
    starred && t("starred"),
    completed && t("completed"),
    ...tags.map((tag) => `#${tag}`),
  ]
    .filter(Boolean)
    .join(" · ");
  return (
    <section
      aria-label={heading}
      className="grid min-w-0 content-start gap-3 rounded-md border border-line bg-raised p-4"
    >
      <h3 className="text-sm font-medium text-soft">{heading}</h3>
      {draft.title && (
        <p className="font-serif text-title font-medium break-words">
          <OwnWords text={draft.title} other={other?.title} />
        </p>
      )}
      <div
        tabIndex={0}
        role="group"
        aria-label={t("textOf", { heading })}
        className="font-serif text-lg break-words whitespace-pre-wrap md:max-h-[42dvh] md:overflow-y-auto"
      >
        <OwnWords text={draft.body} other={other?.body} />
      </div>
      {details && <p className="text-sm text-faint">{details}</p>}
    </section>
  );
}

/** A text; what the other has not of it is underlined, and of what both have only what is near that is shown. */
function OwnWords({ text, other }: { text: string; other: string | undefined }) {
  const pieces = useMemo(
    () => aroundChanges(diffOf(other ?? text, text).filter(({ is }) => is !== "removed")),
    [other, text],
  );
  return pieces.map((piece, index) => {
    if (piece === null) return <LeftOut key={index} />;
    if (piece.is === "same") return piece.text;
    return (
      <ins
        key={index}
        className="rounded-sm bg-wash text-accent underline decoration-2 underline-offset-4"
      >
        {piece.text}
      </ins>
    );
  });
}
