import { useTranslations } from "use-intl";
import type { Draft } from "./draft.ts";

interface Props {
  heading: string;
  draft: Draft;
  /** What it is compared with, if with anything. */
  other: Draft | null;
}

/** One version of an entry, with the lines marked that the other has not. */
export function ConflictSide({ heading, draft, other }: Props) {
  const t = useTranslations("journal.conflict");
  const otherLines = new Set(other?.body.split("\n"));
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
      {draft.title && <p className="font-serif text-title font-medium">{draft.title}</p>}
      <div
        tabIndex={0}
        role="group"
        aria-label={t("textOf", { heading })}
        className="max-h-[42dvh] overflow-y-auto font-serif text-lg break-words whitespace-pre-wrap"
      >
        {draft.body.split("\n").map((line, index) =>
          other === null || otherLines.has(line) ? (
            <p key={index}>{line || "\u00a0"}</p>
          ) : (
            <p key={index} className="border-s-2 border-accent bg-wash ps-2">
              <span className="sr-only">{t("onlyHere")}</span>
              {line || "\u00a0"}
            </p>
          ),
        )}
      </div>
      {details && <p className="text-sm text-faint">{details}</p>}
    </section>
  );
}
