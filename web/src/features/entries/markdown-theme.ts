import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { MOST_HANGING } from "./markdown-looks.ts";

/** How wide a sign of a list's mark is, in the size of the text: marks are set in letters of one width. */
const MARK_EM = 0.5;

const hanging = Object.fromEntries(
  Array.from({ length: MOST_HANGING }, (_, index) => {
    const width = `${(index + 1) * MARK_EM}em`;
    return [
      `.cm-line.cm-hang-${index + 1}`,
      { paddingInlineStart: width, textIndent: `-${width}` },
    ];
  }),
);

const page = EditorView.theme({
  "&": { color: "var(--color-ink)", fontSize: "var(--text-prose)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-serif)",
    lineHeight: "var(--text-prose--line-height)",
    overflow: "visible",
  },
  ".cm-content": { padding: "0", caretColor: "var(--color-accent)", minHeight: "1.9375rem" },
  ".cm-line": { padding: "0" },
  ".cm-placeholder": { color: "var(--color-faint)", fontStyle: "italic" },
  ".cm-specialChar": { color: "var(--color-faint)" },
  ".cm-line.cm-h1, .cm-line.cm-h2": { paddingTop: "0.35em", textWrap: "balance" },
  ".cm-line.cm-quote": {
    borderInlineStart: "2px solid var(--color-margin)",
    paddingInlineStart: "0.75em",
  },
  ".cm-line.cm-code": {
    backgroundColor: "var(--color-desk)",
    paddingInline: "0.75em",
    fontFamily: "var(--font-mono)",
    fontSize: "0.84em",
    lineHeight: "1.7",
  },
  ".cm-line.cm-code span": { fontSize: "1em", fontStyle: "normal" },
  ".cm-line.cm-rule": {
    backgroundImage: "linear-gradient(var(--color-line), var(--color-line))",
    backgroundSize: "100% 1px",
    backgroundPosition: "0 55%",
    backgroundRepeat: "no-repeat",
  },
  ".cm-bullet": {
    fontFamily: "var(--font-mono)",
    fontSize: `${MARK_EM / 0.6}em`,
    textIndent: "0",
    whiteSpace: "pre",
  },
  ".cm-task": { color: "var(--color-accent)", fontWeight: "600", cursor: "pointer" },
  ".cm-done": { color: "var(--color-soft)", textDecoration: "line-through" },
  ...hanging,
  ".cm-tooltip.cm-slash": {
    display: "block",
    minWidth: "15rem",
    maxWidth: "calc(100vw - 2rem)",
    maxHeight: "min(20rem, 45dvh)",
    overflowY: "auto",
    padding: "0.375rem",
    border: "1px solid var(--color-line)",
    borderRadius: "var(--radius-lg)",
    backgroundColor: "var(--color-raised)",
    color: "var(--color-ink)",
    boxShadow: "var(--shadow-raised)",
    fontFamily: "var(--font-sans)",
    fontSize: "var(--text-base)",
    lineHeight: "var(--text-base--line-height)",
  },
  ".cm-slash > [role=option]": {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: "1.5rem",
    minHeight: "2.25rem",
    padding: "0 0.625rem",
    borderRadius: "var(--radius-md)",
    cursor: "pointer",
  },
  "@media (pointer: coarse)": { ".cm-slash > [role=option]": { minHeight: "2.75rem" } },
  ".cm-slash > [role=option]:hover": { backgroundColor: "var(--color-wash)" },
  ".cm-slash > [aria-selected=true]": {
    backgroundColor: "var(--color-wash)",
    color: "var(--color-accent)",
    fontWeight: "500",
  },
  ".cm-slash > [role=option] > span": {
    fontFamily: "var(--font-mono)",
    fontSize: "var(--text-sm)",
    fontWeight: "400",
    color: "var(--color-faint)",
  },
});

const words = HighlightStyle.define([
  { tag: tags.heading1, fontSize: "1.5em", fontWeight: "600", lineHeight: "1.4" },
  { tag: tags.heading2, fontSize: "1.25em", fontWeight: "600", lineHeight: "1.5" },
  { tag: [tags.heading3, tags.heading4, tags.heading5, tags.heading6], fontWeight: "650" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strong, fontWeight: "650" },
  { tag: tags.strikethrough, textDecoration: "line-through", color: "var(--color-soft)" },
  { tag: tags.quote, fontStyle: "italic", color: "var(--color-soft)" },
  { tag: tags.monospace, fontFamily: "var(--font-mono)", fontSize: "0.84em" },
  { tag: tags.link, color: "var(--color-accent)" },
  { tag: tags.url, color: "var(--color-faint)" },
  // The signs themselves step back behind the words.
  {
    tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName],
    color: "var(--color-faint)",
    fontWeight: "400",
  },
]);

/** Markdown set like a page: the words carry the form, the signs stay visible and quiet. */
export const markdownTheme = [page, syntaxHighlighting(words)];
