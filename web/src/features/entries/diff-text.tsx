import { Fragment } from "react";
import { useTranslations } from "use-intl";
import type { Piece } from "./text-diff.ts";

/** Two texts laid over each other: what is gone struck through, what came underlined, and both said. */
export function DiffText({ pieces }: { pieces: readonly (Piece | null)[] }) {
  const t = useTranslations("writing.history");
  return pieces.map((piece, index) => {
    if (piece === null) return <LeftOut key={index} />;
    if (piece.is === "same") return <Fragment key={index}>{piece.text}</Fragment>;
    const isGone = piece.is === "removed";
    const Mark = isGone ? "del" : "ins";
    return (
      <Mark
        key={index}
        className={
          isGone
            ? "rounded-sm bg-danger-wash text-danger line-through"
            : "rounded-sm bg-wash text-good underline decoration-2 underline-offset-4"
        }
      >
        <span className="sr-only">{isGone ? t("removed") : t("added")}</span>
        {visible(piece.text)}
      </Mark>
    );
  });
}

/** Stands for what is the same, and left out. */
export function LeftOut() {
  return (
    <span aria-hidden className="block py-2 text-center text-faint select-none">
      ⋯
    </span>
  );
}

/** Ends of lines that came or went are seen too. */
const visible = (text: string) => text.replace(/^\n+$/, (ends) => "¶".repeat(ends.length) + ends);
