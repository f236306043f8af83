import { plainText } from "@/lib/plain-text.ts";

/** What can be chosen after a slash. */
export interface SlashItem {
  readonly id: string;
  readonly name: string;
  /** How it is written in Markdown, for those who want to know. */
  readonly sign: string;
  /** Other words that find it. */
  readonly words: string;
  readonly does: SlashAction;
}

export type SlashAction =
  /** Stands before the words of the line, in place of what stood there. */
  | { readonly is: "line"; readonly mark: string }
  /** Goes where the slash was. */
  | { readonly is: "text"; readonly text: () => string }
  /** Stands on lines of its own; `caret` is where one goes on writing in it. */
  | { readonly is: "block"; readonly text: string; readonly caret: number };

/** A slash that may ask for something, and what was typed after it. */
export interface SlashQuery {
  /** Where the slash is in the line. */
  readonly at: number;
  readonly query: string;
}

const ASKING = /(?:^|[ \t])\/([\p{L}\p{N}]{0,24})$/u;

/**
 * The slash right before the cursor, where it stands at the start of a line or after a space: not in `and/or`, in an
 * address or in a date.
 *
 * @param before - The line up to the cursor.
 */
export function slashQuery(before: string): SlashQuery | null {
  const match = ASKING.exec(before);
  if (match === null) return null;
  const query = match[1] ?? "";
  return { at: before.length - query.length - 1, query };
}

/** Those of which a word begins with what was typed; those whose own name does come first. */
export function slashMatches(items: readonly SlashItem[], query: string): SlashItem[] {
  const wanted = plainText(query);
  const rankOf = ({ name, words }: SlashItem) => {
    if (plainText(name).startsWith(wanted)) return 0;
    const all = plainText(`${name} ${words}`).split(/[^\p{L}\p{N}]+/u);
    return all.some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return items
    .map((item) => ({ item, rank: rankOf(item) }))
    .filter(({ rank }) => rank < 2)
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}

export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** Where the cursor is afterwards. */
  readonly caret: number;
}

const LINE_MARK =
  /^((?: {0,3}>[ \t]?)*[ \t]*)(?:#{1,6}[ \t]+|(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?/;

/**
 * What choosing does to a line, which begins with `line` and has the slash and what was typed from `at` to `to`.
 *
 * @param isAfterText - Whether the line before has words: a divider below them would make them a heading.
 */
export function slashEdit(
  line: string,
  { at, to }: { readonly at: number; readonly to: number },
  action: SlashAction,
  isAfterText: boolean,
): TextEdit {
  if (action.is === "text") {
    const insert = action.text();
    return { from: at, to, insert, caret: at + insert.length };
  }
  const left = line.slice(0, at);
  const right = line.slice(to);
  if (action.is === "line") {
    const [marks = "", kept = ""] = LINE_MARK.exec(left) ?? [];
    const words = left.slice(marks.length);
    const start = `${kept}${action.mark}${words}`;
    return { from: 0, to: line.length, insert: start + right, caret: start.length };
  }
  const before = left.trim() === "" ? left + (isAfterText ? "\n" : "") : `${left.trimEnd()}\n\n`;
  const rest = right.trimStart();
  const insert = `${before}${action.text}${rest === "" ? right : `\n${rest}`}`;
  return { from: 0, to: line.length, insert, caret: before.length + action.caret };
}
