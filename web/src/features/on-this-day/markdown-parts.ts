import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";

const markdown = parser.configure(GFM);

const SIGN = "sign";

const looks = tagHighlighter([
  { tag: tags.heading, class: "font-semibold" },
  { tag: tags.strong, class: "font-semibold" },
  { tag: tags.emphasis, class: "italic" },
  { tag: tags.strikethrough, class: "line-through" },
  { tag: tags.quote, class: "text-soft italic" },
  { tag: tags.monospace, class: "font-mono text-base" },
  { tag: tags.url, class: "text-faint" },
  { tag: tags.processingInstruction, class: SIGN },
]);

export interface Part {
  readonly text: string;
  /** Classes. */
  readonly look: string;
}

const LIST_MARK = /^(?:[-*+]|\d+[.)])$/;

/** A text of Markdown as it is read: without the signs that set it, but for those of lists, and its words set by them. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let position = 0;
  let isAfterSign = false;
  let isLineStart = true;
  const put = (part: string, look: string) => {
    position += part.length;
    const isSign = look.split(" ").includes(SIGN);
    const isListMark =
      isSign && isLineStart && LIST_MARK.test(part) && /^\s?$/.test(text.charAt(position));
    if (isListMark) parts.push({ text: /\d/.test(part) ? part : "–", look: "" });
    else if (isSign) isAfterSign = isLineStart;
    else {
      // The space behind the sign of a heading or a quote goes with it.
      parts.push({ text: isAfterSign ? part.replace(/^ /, "") : part, look });
      isAfterSign = false;
    }
    isLineStart = isLineStart && (isSign || part.trim() === "");
  };
  const putBreak = () => {
    position += 1;
    parts.push({ text: "\n", look: "" });
    isAfterSign = false;
    isLineStart = true;
  };
  highlightCode(text, markdown.parse(text), looks, put, putBreak);
  return parts;
}
