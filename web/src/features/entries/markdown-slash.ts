import {
  EditorSelection,
  type EditorState,
  type Extension,
  Prec,
  StateEffect,
  StateField,
  type Transaction,
} from "@codemirror/state";
import {
  EditorView,
  keymap,
  repositionTooltips,
  showTooltip,
  type TooltipView,
} from "@codemirror/view";
import { isInCode } from "./markdown-lists.ts";
import { slashEdit, type SlashItem, slashMatches, slashQuery } from "./slash.ts";

interface Menu {
  /** Where the slash is. */
  readonly from: number;
  readonly matches: readonly SlashItem[];
  readonly selected: number;
}

interface Slash {
  readonly items: readonly SlashItem[];
  /** Null while nothing is asked for. */
  readonly menu: Menu | null;
}

/** What can be chosen from here on. */
export const setSlashItems = StateEffect.define<readonly SlashItem[]>();
const select = StateEffect.define<number>();
const close = StateEffect.define();

const slash = StateField.define<Slash>({
  create: () => ({ items: [], menu: null }),
  update(before, transaction) {
    const given = transaction.effects.find((effect) => effect.is(setSlashItems));
    const items = given?.value ?? before.items;
    const menu = menuAfter(before, items, transaction);
    return items === before.items && menu === before.menu ? before : { items, menu };
  },
  provide: (field) => [
    showTooltip.from(field, ({ menu }) =>
      // The editor takes the margins of the window for its own, and would find no room in a short text.
      menu === null ? null : { pos: menu.from, create: menuView, clip: false },
    ),
    EditorView.contentAttributes.from(field, ({ menu }) => ({
      "aria-haspopup": "listbox",
      ...(menu !== null && {
        "aria-controls": LIST_ID,
        "aria-activedescendant": optionId(menu.selected),
      }),
    })),
  ],
});

function menuAfter({ menu }: Slash, items: readonly SlashItem[], transaction: Transaction) {
  const { state, effects } = transaction;
  if (effects.some((effect) => effect.is(close))) return null;
  for (const effect of effects) {
    if (effect.is(select) && menu !== null) return { ...menu, selected: effect.value };
  }
  const hasNewItems = effects.some((effect) => effect.is(setSlashItems));
  if (!transaction.docChanged && transaction.selection === undefined && !hasNewItems) return menu;
  // It opens for a slash that is typed just now, and for no other.
  const opens =
    menu === null && transaction.isUserEvent("input.type") && asked(state)?.query === "";
  if (menu === null && !opens) return null;
  const now = asked(state);
  if (now === null || (menu !== null && now.from !== transaction.changes.mapPos(menu.from))) {
    return null;
  }
  const matches = slashMatches(items, now.query);
  if (matches.length === 0) return null;
  const chosen = hasNewItems ? menu?.matches[menu.selected]?.id : undefined;
  const selected = Math.max(
    0,
    matches.findIndex(({ id }) => id === chosen),
  );
  return { from: now.from, matches, selected };
}

/** The slash right before the cursor that asks for something. */
function asked(state: EditorState) {
  const { main, ranges } = state.selection;
  if (ranges.length > 1 || !main.empty) return null;
  const line = state.doc.lineAt(main.head);
  const found = slashQuery(line.text.slice(0, main.head - line.from));
  if (found === null || isInCode(state, main.head)) return null;
  return { from: line.from + found.at, query: found.query };
}

function choose(view: EditorView, item: SlashItem, from: number) {
  const { state } = view;
  const line = state.doc.lineAt(from);
  const above = line.number > 1 ? state.doc.line(line.number - 1).text : "";
  const place = { at: from - line.from, to: state.selection.main.head - line.from };
  const edit = slashEdit(line.text, place, item.does, above.trim() !== "");
  view.dispatch({
    changes: { from: line.from + edit.from, to: line.from + edit.to, insert: edit.insert },
    selection: EditorSelection.cursor(line.from + edit.from + edit.caret),
    effects: close.of(null),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
  view.focus();
}

const inMenu = (act: (view: EditorView, menu: Menu) => void) => (view: EditorView) => {
  const { menu } = view.state.field(slash);
  if (menu === null || view.composing) return false;
  act(view, menu);
  return true;
};

const move = (by: number) =>
  inMenu((view, { matches, selected }) => {
    const next = (selected + by + matches.length) % matches.length;
    view.dispatch({ effects: select.of(next) });
  });

const keys = keymap.of([
  { key: "ArrowDown", run: move(1) },
  { key: "ArrowUp", run: move(-1) },
  {
    key: "Enter",
    run: inMenu((view, { matches, selected, from }) => {
      const item = matches[selected];
      if (item) choose(view, item, from);
    }),
  },
  { key: "Escape", run: inMenu((view) => view.dispatch({ effects: close.of(null) })) },
  {
    // Leads on from the text, and not into the menu, which is gone then.
    key: "Tab",
    run: (view) => {
      inMenu(() => view.dispatch({ effects: close.of(null) }))(view);
      return false;
    },
  },
]);

/** The phrase of the state that names the menu. */
export const SLASH_LABEL = "slash";

const LIST_ID = "slash-menu";
const optionId = (index: number) => `${LIST_ID}-${index}`;

function menuView(view: EditorView): TooltipView {
  const dom = document.createElement("div");
  dom.className = "cm-slash";
  dom.id = LIST_ID;
  dom.role = "listbox";
  // What scrolls can be reached (WCAG 2.1.1), although keys in the text do all there is to do.
  dom.tabIndex = 0;
  dom.ariaLabel = view.state.phrase(SLASH_LABEL);
  // The text keeps the focus, so that one goes on typing.
  dom.addEventListener("mousedown", (event) => event.preventDefault());
  let shown: readonly SlashItem[] = [];

  const draw = () => {
    const { menu } = view.state.field(slash);
    if (menu === null) return;
    if (menu.matches !== shown) {
      shown = menu.matches;
      dom.replaceChildren(...shown.map((item, index) => optionOf(view, item, index)));
    }
    Array.from(dom.children).forEach((option, index) => {
      option.ariaSelected = String(index === menu.selected);
      if (index === menu.selected) option.scrollIntoView({ block: "nearest" });
    });
  };
  draw();
  // The page scrolls, and not the editor, which does not hear of it.
  const place = () => repositionTooltips(view);
  window.addEventListener("scroll", place, { passive: true });
  const destroy = () => window.removeEventListener("scroll", place);
  return { dom, update: draw, mount: draw, destroy };
}

function optionOf(view: EditorView, item: SlashItem, index: number): HTMLElement {
  const option = document.createElement("div");
  option.role = "option";
  option.id = optionId(index);
  option.append(item.name);
  if (item.sign !== "") {
    const sign = document.createElement("span");
    sign.ariaHidden = "true";
    sign.append(item.sign);
    option.append(sign);
  }
  option.addEventListener("click", () => {
    const { menu } = view.state.field(slash);
    if (menu !== null) choose(view, item, menu.from);
  });
  return option;
}

const leaving = EditorView.domEventHandlers({
  blur: (_event, view) => {
    if (view.state.field(slash).menu !== null) view.dispatch({ effects: close.of(null) });
  },
});

/** Whether something is asked for now, such as by a slash just typed. */
export const isSlashOpen = (state: EditorState) => state.field(slash).menu !== null;

/** A menu for what Markdown can do, opened by a slash at the start of a line or after a space. */
export const slashMenu: Extension = [slash, Prec.highest(keys), leaving];
