import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

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
