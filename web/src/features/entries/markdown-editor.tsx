"use client";

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  highlightSpecialChars,
  keymap,
  placeholder as placeholderOf,
} from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { emphasisKeymap } from "./markdown-emphasis.ts";
import { markdownTheme } from "./markdown-theme.ts";

interface Props {
  value: string;
  label: string;
  /** Shown as long as there is no text. */
  placeholder: string;
  autoFocus: boolean;
  onChange: (value: string) => void;
}

/** The nonce of this document's policy, for the styles the editor adds. */
const documentNonce = () => document.querySelector<HTMLElement>("script[nonce]")?.nonce ?? "";

export default function MarkdownEditor({ value, label, placeholder, autoFocus, onChange }: Props) {
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  /** The text as the editor has it, kept so that a long one is not read again to be compared. */
  const known = useRef(value);

  const tell = useEffectEvent((text: string) => {
    known.current = text;
    onChange(text);
  });

  const open = useEffectEvent((element: HTMLElement) => {
    const view = new EditorView({
      parent: element,
      doc: value,
      extensions: [
        EditorView.cspNonce.of(documentNonce()),
        // A carriage return in the text stays in the text; only what is pasted is taken to mean a new line.
        EditorState.lineSeparator.of("\n"),
        EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          spellcheck: "true",
          autocorrect: "on",
          autocapitalize: "sentences",
        }),
        history(),
        highlightSpecialChars(),
        placeholderOf(placeholder),
        markdown({ base: markdownLanguage, addKeymap: true }),
        keymap.of([...emphasisKeymap, ...defaultKeymap, ...historyKeymap]),
        markdownTheme,
        EditorView.updateListener.of((update) => {
          if (update.docChanged) tell(update.state.sliceDoc());
        }),
      ],
    });
    if (autoFocus) view.focus();
    return view;
  });

  useEffect(() => {
    if (parent.current === null) return;
    const view = open(parent.current);
    editor.current = view;
    return () => view.destroy();
  }, []);

  useEffect(() => {
    const view = editor.current;
    if (view === null || value === known.current) return;
    known.current = value;
    if (view.state.sliceDoc() === value) return;
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(value) },
    });
  }, [value]);

  return <div ref={parent} />;
}
