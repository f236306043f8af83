/** What a line begins with before its words: the marks of quotes, of a list and of a task. */
interface Marks {
  readonly quote: string;
  readonly indent: string;
  /** With the spaces after it, such as `- ` or `12. `; empty where the line is no item. */
  readonly bullet: string;
  readonly task: string;
}

const MARKS =
  /^((?: {0,3}>[ \t]?)*)([ \t]*)(?:([-*+]|\d{1,9}[.)])([ \t]+)(\[[ xX]\](?:[ \t]+|$))?)?/;
const TAB_COLUMNS = 4;

function marksOf(line: string): Marks {
  const [, quote = "", indent = "", sign = "", gap = "", task = ""] = MARKS.exec(line) ?? [];
  return { quote, indent, bullet: sign + gap, task };
}

const lengthOf = ({ quote, indent, bullet, task }: Marks) =>
  quote.length + indent.length + bullet.length + task.length;

const columnsOf = (indent: string) =>
  Array.from(indent).reduce((sum, sign) => sum + (sign === "\t" ? TAB_COLUMNS : 1), 0);

/** Where the mark of an item is in its line, with what is before and after it; empty where the line is none. */
export function bulletOf(line: string): { readonly from: number; readonly to: number } {
  const marks = marksOf(line);
  const from = marks.quote.length;
  return { from, to: marks.bullet === "" ? from : lengthOf(marks) };
}

/** A piece of a line and what takes its place. */
export interface LineEdit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/**
 * What Enter does at `column` of a line of a list or of a quote: goes on with it, or ends it where nothing was written.
 * Null where it is a plain new line.
 */
export function continuation(line: string, column: number): LineEdit | null {
  const marks = marksOf(line);
  const length = lengthOf(marks);
  if ((marks.bullet === "" && marks.quote === "") || column < length) return null;
  if (line.slice(length).trim() === "") {
    const keep = marks.bullet === "" ? "" : marks.quote;
    return { from: 0, to: line.length, insert: keep };
  }
  const indent = marks.bullet === "" ? "" : marks.indent;
  const next = `${marks.quote}${indent}${nextBullet(marks.bullet)}${marks.task && "[ ] "}`;
  return { from: column, to: column, insert: `\n${next}` };
}

const nextBullet = (bullet: string) =>
  bullet.replace(/^\d+/, (number) => String(Number(number) + 1));

/** What Backspace does right behind the marks of an item: takes them away at once. Null anywhere else. */
export function withoutBullet(line: string, column: number): LineEdit | null {
  const marks = marksOf(line);
  if (marks.bullet === "" || column !== lengthOf(marks)) return null;
  return { from: marks.quote.length, to: column, insert: "" };
}

/** The line with its task ticked, or no longer. Null where it has none. */
export function toggled(line: string): LineEdit | null {
  const marks = marksOf(line);
  if (marks.task === "") return null;
  const at = lengthOf(marks) - marks.task.length + 1;
  return { from: at, to: at + 1, insert: marks.task[1] === " " ? "x" : " " };
}

/**
 * Moves the items of the lines `first` to `last` one level in or out, and with them what hangs below them.
 *
 * @returns The changed lines' new indents by their numbers; null where none of them is an item.
 */
export function shifted(
  lines: readonly string[],
  first: number,
  last: number,
  direction: "in" | "out",
): ReadonlyMap<number, LineEdit> | null {
  const start = marksOf(lines[first] ?? "");
  if (start.bullet === "") return null;
  const level = columnsOf(start.indent);
  const target = direction === "in" ? levelBelow(lines, first) : levelAbove(lines, first);
  const edits = new Map<number, LineEdit>();
  if (target === level) return edits;
  for (let number = first; number < lines.length; number += 1) {
    const line = lines[number] ?? "";
    const marks = marksOf(line);
    const isBlank = line.slice(marks.quote.length).trim() === "";
    if (number > last && (isBlank || columnsOf(marks.indent) <= level)) break;
    if (isBlank) continue;
    const columns = Math.max(0, columnsOf(marks.indent) + target - level);
    const from = marks.quote.length;
    edits.set(number, { from, to: from + marks.indent.length, insert: " ".repeat(columns) });
  }
  return edits;
}

/** Where the words of the item before begin, if it is on the same level. */
function levelBelow(lines: readonly string[], number: number): number {
  const level = columnsOf(marksOf(lines[number] ?? "").indent);
  for (const marks of itemsAbove(lines, number)) {
    const columns = columnsOf(marks.indent);
    if (columns === level) return columns + marks.bullet.length;
    if (columns < level) break;
  }
  return level;
}

/** The level of the item that this one hangs below. */
function levelAbove(lines: readonly string[], number: number): number {
  const level = columnsOf(marksOf(lines[number] ?? "").indent);
  for (const marks of itemsAbove(lines, number)) {
    const columns = columnsOf(marks.indent);
    if (columns < level) return columns;
  }
  return 0;
}

function* itemsAbove(lines: readonly string[], number: number) {
  for (let above = number - 1; above >= 0; above -= 1) {
    const line = lines[above] ?? "";
    const marks = marksOf(line);
    if (marks.bullet !== "") yield marks;
    // A paragraph at the edge ends the list.
    else if (line.trim() !== "" && marks.indent === "") return;
  }
}
