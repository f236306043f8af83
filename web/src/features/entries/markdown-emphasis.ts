import { EditorSelection } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";

/** Puts `sign` on both sides of what is selected, or takes it away again. */
const wrapIn = (sign: string) => (view: EditorView) => {
  const { state } = view;
  const changes = state.changeByRange((range) => {
    const from = range.from - sign.length;
    const to = range.to + sign.length;
    const isWrapped =
      from >= 0 &&
      state.sliceDoc(from, range.from) === sign &&
      state.sliceDoc(range.to, to) === sign;
    return isWrapped
      ? {
          changes: [
            { from, to: range.from },
            { from: range.to, to },
          ],
          range: EditorSelection.range(from, range.to - sign.length),
        }
      : {
          changes: [
            { from: range.from, insert: sign },
            { from: range.to, insert: sign },
          ],
          range: EditorSelection.range(range.from + sign.length, range.to + sign.length),
        };
  });
  view.dispatch(state.update(changes, { userEvent: "input", scrollIntoView: true }));
  return true;
};

export const emphasisKeymap: KeyBinding[] = [
  { key: "Mod-b", run: wrapIn("**") },
  { key: "Mod-i", run: wrapIn("*") },
];
