"use client";

import {
  history,
  historyKeymap,
  moveLineDown,
  moveLineUp,
  standardKeymap,
} from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  highlightSpecialChars,
  keymap,
  placeholder as placeholderOf,
} from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { emphasisKeymap } from "./markdown-emphasis.ts";
import { markdown } from "./markdown-language.ts";
import { leaving } from "./markdown-leaving.ts";
import { listKeymap } from "./markdown-lists.ts";
import { markdownLooks } from "./markdown-looks.ts";
import { isSlashOpen, setSlashItems, SLASH_LABEL, slashMenu } from "./markdown-slash.ts";
import { markdownTheme } from "./markdown-theme.ts";
import type { SlashItem } from "./slash.ts";
import { changeBetween } from "./text-change.ts";

interface Props {
  value: string;
  label: string;
  /** Shown as long as there is no text. */
  placeholder: string;
  autoFocus: boolean;
  /** What a slash offers, and how that is called. */
  slashItems: readonly SlashItem[];
  slashLabel: string;
  onChange: (value: string) => void;
  /** The slash menu was opened, or closed. */
  onSlash: (isOpen: boolean) => void;
  /** Pictures and other files were pasted or dropped; of those, nothing goes into the text. */
  onFiles: (files: readonly File[]) => void;
}

/** The nonce of this document's policy, for the styles the editor adds. */
const documentNonce = () => document.querySelector<HTMLElement>("script[nonce]")?.nonce ?? "";

/** How far the line one writes stays from the edges of the window. */
const MARGIN = 24;

/** How much of the window the bar with the places takes at its foot. */
function barHeight(): number {
  const bar = document.querySelector("body header:has(nav)")?.getBoundingClientRect();
  return bar !== undefined && bar.top > 0 ? window.innerHeight - bar.top : 0;
}

export default function MarkdownEditor(props: Props) {
  const { value, label, placeholder, autoFocus, slashItems, slashLabel } = props;
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  /** The text as the editor has it, kept so that a long one is not read again to be compared. */
  const known = useRef(value);

  const tell = useEffectEvent((text: string) => {
    known.current = text;
    props.onChange(text);
  });
  const tellOfSlash = useEffectEvent((isOpen: boolean) => props.onSlash(isOpen));
  /** Text that comes along with files goes into the text as ever. */
  const takeFiles = useEffectEvent((data: DataTransfer | null, event: Event) => {
    const files = Array.from(data?.files ?? []);
    if (files.length === 0 || data === null) return false;
    props.onFiles(files);
    if (data.getData("text/plain") !== "") return false;
    event.preventDefault();
    return true;
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
        EditorState.phrases.of({ [SLASH_LABEL]: slashLabel }),
        EditorView.lineWrapping,
        // The line one writes is not behind the bar at the foot of a phone.
        EditorView.scrollMargins.of(() => ({ top: MARGIN, bottom: MARGIN + barHeight() })),
        EditorView.contentAttributes.of({
          "aria-label": label,
          spellcheck: "true",
          autocorrect: "on",
          autocapitalize: "sentences",
        }),
        history(),
        highlightSpecialChars(),
        placeholderOf(placeholder),
        markdown,
        markdownLooks,
        slashMenu,
        leaving,
        keymap.of([...emphasisKeymap, ...listKeymap, ...moveKeymap, ...standardKeymap]),
        keymap.of(historyKeymap),
        markdownTheme,
        EditorView.domEventHandlers({
          paste: (event) => takeFiles(event.clipboardData, event),
          drop: (event) => takeFiles(event.dataTransfer, event),
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) tell(update.state.sliceDoc());
          const isOpen = isSlashOpen(update.state);
          if (isOpen !== isSlashOpen(update.startState)) tellOfSlash(isOpen);
        }),
      ],
    });
    view.dispatch({ effects: setSlashItems.of(slashItems) });
    if (autoFocus) {
      view.focus();
      element.scrollIntoView({ block: "center" });
    }
    return view;
  });

  useEffect(() => {
    if (parent.current === null) return;
    const view = open(parent.current);
    editor.current = view;
    return () => view.destroy();
  }, []);

  useEffect(() => {
    editor.current?.dispatch({ effects: setSlashItems.of(slashItems) });
  }, [slashItems]);

  useEffect(() => {
    const view = editor.current;
    if (view === null || value === known.current) return;
    known.current = value;
    const change = changeBetween(view.state.sliceDoc(), value);
    if (change === null) return;
    const insert = view.state.toText(change.insert);
    view.dispatch({ changes: { ...change, insert } });
  }, [value]);

  return <div ref={parent} />;
}

/** Of the keys that editors of code have, those that are for words too. */
const moveKeymap = [
  { key: "Alt-ArrowUp", run: moveLineUp },
  { key: "Alt-ArrowDown", run: moveLineDown },
];
