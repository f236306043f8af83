import { insertNewlineKeepIndent } from "@codemirror/commands";
import { syntaxTree } from "@codemirror/language";
import type { EditorState, Line } from "@codemirror/state";
import type { Command, EditorView, KeyBinding } from "@codemirror/view";
import { continuation, type LineEdit, shifted, toggled, withoutBullet } from "./list-lines.ts";

const CODE = new Set(["FencedCode", "CodeBlock"]);

/** In code, nothing is a list. */
export function isInCode(state: EditorState, position: number): boolean {
  for (const side of [-1, 1] as const) {
    let node = syntaxTree(state).resolveInner(position, side).node;
    while (node.parent !== null && !CODE.has(node.name)) node = node.parent;
    if (CODE.has(node.name)) return true;
  }
  return false;
}

/** Changes the line that the cursor is in, where there is one cursor and nothing selected. */
const inLine =
  (editOf: (line: string, column: number) => LineEdit | null): Command =>
  (view) => {
    const { state } = view;
    const { main, ranges } = state.selection;
    if (ranges.length > 1 || !main.empty || isInCode(state, main.head)) return false;
    const line = state.doc.lineAt(main.head);
    const edit = editOf(line.text, main.head - line.from);
    if (edit === null) return false;
    const caret = line.from + edit.from + edit.insert.length;
    view.dispatch({
      changes: placed(line, edit),
      selection: { anchor: caret },
      scrollIntoView: true,
      userEvent: "input",
    });
    return true;
  };

const placed = (line: Line, { from, to, insert }: LineEdit) => ({
  from: line.from + from,
  to: line.from + to,
  insert,
});

const shift =
  (direction: "in" | "out"): Command =>
  (view) => {
    const { state } = view;
    const { from, to } = state.selection.main;
    if (isInCode(state, from)) return false;
    const [first, last] = [state.doc.lineAt(from).number, state.doc.lineAt(to).number];
    const edits = shifted(state.doc.toJSON(), first - 1, last - 1, direction);
    if (edits === null) return false;
    const changes = Array.from(edits, ([number, edit]) => placed(state.doc.line(number + 1), edit));
    view.dispatch({ changes, userEvent: "input.indent", scrollIntoView: true });
    return true;
  };

/** Ticks or unticks the task of the line at `position`. */
export function toggleTask(view: EditorView, position: number): boolean {
  const line = view.state.doc.lineAt(position);
  const edit = toggled(line.text);
  if (edit === null) return false;
  view.dispatch({ changes: placed(line, edit), userEvent: "input" });
  return true;
}

export const listKeymap: KeyBinding[] = [
  { key: "Enter", run: inLine(continuation), shift: insertNewlineKeepIndent },
  { key: "Enter", run: insertNewlineKeepIndent },
  { key: "Backspace", run: inLine(withoutBullet) },
  { key: "Tab", run: shift("in"), shift: shift("out") },
  { key: "Mod-Enter", run: (view) => toggleTask(view, view.state.selection.main.head) },
];
