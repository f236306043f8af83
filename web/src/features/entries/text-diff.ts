import { type Change, diffLines, diffWordsWithSpace } from "diff";

/** A piece of two texts that are laid over each other. */
export interface Piece {
  readonly is: "same" | "removed" | "added";
  readonly text: string;
}

/** Texts that have little in common take long to compare; nobody waits for that. */
const PATIENCE_MS = 300;

/** What of `before` is gone in `after` and what came: by words, or by lines where that would take long. */
export function diffOf(before: string, after: string, patienceMs = PATIENCE_MS): Piece[] {
  if (before === after) return before === "" ? [] : [{ is: "same", text: before }];
  const options = { timeout: patienceMs };
  const changes = diffWordsWithSpace(before, after, options) ?? diffLines(before, after, options);
  if (changes === undefined) {
    return [
      { is: "removed", text: before },
      { is: "added", text: after },
    ];
  }
  return joined(changes.map(pieceOf));
}

const pieceOf = ({ value, added, removed }: Change): Piece => ({
  is: added ? "added" : removed ? "removed" : "same",
  text: value,
});

/** Words that changed one after the other are one change, with the spaces between them. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  let removed = "";
  let added = "";
  const end = () => {
    if (removed !== "") all.push({ is: "removed", text: removed });
    if (added !== "") all.push({ is: "added", text: added });
    removed = "";
    added = "";
  };
  pieces.forEach(({ is, text }, index) => {
    const goesOn =
      /^[ \t]+$/.test(text) && removed !== "" && added !== "" && isChange(pieces[index + 1]);
    if (is !== "added" && (is === "removed" || goesOn)) removed += text;
    if (is !== "removed" && (is === "added" || goesOn)) added += text;
    if (is === "same" && !goesOn) {
      end();
      all.push({ is, text });
    }
  });
  end();
  return all;
}

const isChange = (piece: Piece | undefined) => piece !== undefined && piece.is !== "same";

/** A stretch that did not change is cut in its middle where it is longer than this, in lines. */
const LINES_AROUND = 2;

/** Of what is the same, only the lines next to a change. Null stands for what is left out. */
export function aroundChanges(pieces: readonly Piece[]): (Piece | null)[] {
  if (pieces.every(({ is }) => is === "same")) return [...pieces];
  return pieces.flatMap((piece, index): (Piece | null)[] => {
    const lines = piece.text.split("\n");
    if (piece.is !== "same" || lines.length <= 2 * LINES_AROUND + 2) return [piece];
    const start = lines.slice(0, LINES_AROUND + 1).join("\n");
    const end = lines.slice(-LINES_AROUND - 1).join("\n");
    return [
      ...(index === 0 ? [] : [{ is: "same" as const, text: start }]),
      null,
      ...(index === pieces.length - 1 ? [] : [{ is: "same" as const, text: end }]),
    ];
  });
}
