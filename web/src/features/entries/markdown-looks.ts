import { syntaxTree } from "@codemirror/language";
import type { Range } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { bulletOf } from "./list-lines.ts";
import { isInCode, toggleTask } from "./markdown-lists.ts";

/** How lines of each kind of block are set. Styles are classes: the policy of the pages allows no others. */
const BLOCKS: Readonly<Record<string, string>> = {
  ATXHeading1: "cm-h1",
  ATXHeading2: "cm-h2",
  ATXHeading3: "cm-h3",
  SetextHeading1: "cm-h1",
  SetextHeading2: "cm-h2",
  Blockquote: "cm-quote",
  FencedCode: "cm-code",
  CodeBlock: "cm-code",
  Table: "cm-code",
  HorizontalRule: "cm-rule",
};

export const MOST_HANGING = 16;

const task = Decoration.mark({ class: "cm-task" });
const done = Decoration.mark({ class: "cm-done" });
const bullet = Decoration.mark({ class: "cm-bullet" });

function decorationsOf(view: EditorView): DecorationSet {
  const { state } = view;
  const found: Range<Decoration>[] = [];
  const tree = syntaxTree(state);
  for (const { from, to } of view.visibleRanges) {
    tree.iterate({
      from,
      to,
      enter: (node) => {
        const look = BLOCKS[node.name];
        if (look !== undefined) {
          const last = state.doc.lineAt(Math.min(node.to, to)).number;
          for (let at = state.doc.lineAt(Math.max(node.from, from)).number; at <= last; at += 1) {
            found.push(Decoration.line({ class: look }).range(state.doc.line(at).from));
          }
        }
        if (node.name === "ListItem") found.push(...hanging(view, node.from));
        if (node.name === "TaskMarker") {
          found.push(task.range(node.from, node.to));
          const end = state.doc.lineAt(node.from).to;
          const isDone = state.sliceDoc(node.from + 1, node.from + 2) !== " ";
          if (isDone && node.to + 1 < end) found.push(done.range(node.to + 1, end));
        }
      },
    });
  }
  return Decoration.set(found, true);
}

/** The words of an item stand below each other, beside its mark. */
function hanging({ state }: EditorView, position: number): Range<Decoration>[] {
  const line = state.doc.lineAt(position);
  const { from, to } = bulletOf(line.text);
  if (from === to) return [];
  const mark = bullet.range(line.from + from, line.from + to);
  // In a quote the line is set by that.
  if (from > 0 || to > MOST_HANGING) return [mark];
  return [Decoration.line({ class: `cm-hang-${to}` }).range(line.from), mark];
}

const decorations = ViewPlugin.define(
  (view) => ({
    decorations: decorationsOf(view),
    update(update: ViewUpdate) {
      const isNew =
        update.docChanged ||
        update.viewportChanged ||
        syntaxTree(update.startState) !== syntaxTree(update.state);
      if (isNew) this.decorations = decorationsOf(update.view);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

const OPENABLE = /^(?:https?:\/\/|mailto:)/i;

/** The address of the link at a position, if it is one that leads to the web or to mail. */
function addressAt({ state }: EditorView, position: number): string | undefined {
  let node = syntaxTree(state).resolveInner(position, 1).node;
  while (node.parent !== null && node.name !== "Link" && node.name !== "URL") node = node.parent;
  const url = node.name === "URL" ? node : node.getChild("URL");
  const address = url === null ? "" : state.sliceDoc(url.from, url.to);
  return OPENABLE.test(address) ? address : undefined;
}

const clicks = EditorView.domEventHandlers({
  mousedown: (event, view) => {
    if (event.button !== 0 || !(event.target instanceof Element)) return false;
    const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (position === null) return false;
    if (event.target.closest(".cm-task")) {
      event.preventDefault();
      return !isInCode(view.state, position) && toggleTask(view, position);
    }
    if (!(event.ctrlKey || event.metaKey)) return false;
    const address = addressAt(view, position);
    if (address === undefined) return false;
    window.open(address, "_blank", "noopener,noreferrer");
    return true;
  },
});

/** Sets blocks as they are meant: quotes, code, headings, items of lists. Tasks can be ticked, links followed with Ctrl. */
export const markdownLooks = [decorations, clicks];
