import { Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

/** After Escape, Tab leads out of the text, also from a list (WCAG 2.1.2); it indents again once one writes on. */
export const leaving = [
  Prec.high(
    keymap.of([
      {
        key: "Escape",
        run: (view) => {
          view.setTabFocusMode(true);
          return false;
        },
      },
    ]),
  ),
  EditorView.updateListener.of(({ view, docChanged, focusChanged }) => {
    if (docChanged || focusChanged) view.setTabFocusMode(false);
  }),
];
