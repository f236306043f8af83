"use client";

import { GripVertical } from "lucide-react";
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslations } from "use-intl";
import { inOrder, movedTo, placeAt } from "./reorder.ts";

interface Held {
  readonly id: string;
  readonly order: readonly string[];
  readonly by: "keys" | "pointer";
}

interface Props<R> {
  label: string;
  items: readonly R[];
  nameOf: (item: R) => string;
  /** Without it they stand as they are. */
  onReorder?: ((ids: string[]) => void) | undefined;
  children: (item: R, handle: ReactNode) => ReactNode;
}

/**
 * Rows that are put into order by their handles: dragged by a pointer, or taken hold of with Enter and moved by the arrow
 * keys. Each step is announced.
 */
export function SortableRows<R extends { readonly id: string }>(props: Props<R>) {
  const { label, items, nameOf, onReorder, children } = props;
  const t = useTranslations("library.order");
  const howToId = useId();
  const list = useRef<HTMLUListElement>(null);
  const [held, setHeld] = useState<Held | null>(null);
  const [said, setSaid] = useState("");
  const shown = held === null ? items : inOrder(items, held.order);

  // A row that is moved in the document loses the focus.
  useLayoutEffect(() => {
    if (held?.by !== "keys") return;
    list.current?.querySelector<HTMLElement>("[data-held] [data-handle]")?.focus();
  }, [held]);

  const say = (message: "taken" | "moved" | "dropped", { id, order }: Held) => {
    const item = items.find((each) => each.id === id);
    if (item === undefined) return;
    const position = order.indexOf(id) + 1;
    setSaid(t(message, { name: nameOf(item), position, count: order.length }));
  };

  const take = (id: string, by: Held["by"]) => {
    const next: Held = { id, order: items.map((item) => item.id), by };
    setHeld(next);
    say("taken", next);
  };
  const move = (to: number) => {
    if (held === null) return;
    const order = movedTo(held.order, held.id, to);
    if (order.indexOf(held.id) === held.order.indexOf(held.id)) return;
    const next = { ...held, order };
    setHeld(next);
    say("moved", next);
  };
  const drop = () => {
    if (held === null) return;
    setHeld(null);
    say("dropped", held);
    if (held.order.some((id, place) => items[place]?.id !== id)) onReorder?.([...held.order]);
  };
  const cancel = (name: string) => {
    setHeld(null);
    setSaid(t("cancelled", { name }));
  };

  const onKeyDown = (event: KeyboardEvent, item: R) => {
    if (held === null) return;
    const place = held.order.indexOf(held.id);
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: held.order.length }[
      event.key
    ];
    if (event.key === "Escape") cancel(nameOf(item));
    else if (to !== undefined) move(to);
    else return;
    event.preventDefault();
  };

  // The list has the pointer, since a row that is moved in the document would lose it.
  const onPointerDown = (event: PointerEvent, id: string) => {
    if (event.button !== 0) return;
    list.current?.setPointerCapture(event.pointerId);
    take(id, "pointer");
  };
  const onPointerMove = (event: PointerEvent) => {
    if (held?.by !== "pointer") return;
    const others = Array.from(list.current?.querySelectorAll(":scope > li:not([data-held])") ?? []);
    const middles = others.map((row) => {
      const { top, height } = row.getBoundingClientRect();
      return top + height / 2;
    });
    move(placeAt(middles, event.clientY));
  };

  const handleOf = (item: R) => (
    <button
      type="button"
      data-handle
      aria-label={t("handle", { name: nameOf(item) })}
      aria-describedby={howToId}
      aria-pressed={held?.id === item.id}
      className="-ms-2 inline-flex h-11 w-8 shrink-0 cursor-grab touch-none items-center justify-center rounded-md text-faint hover:text-ink aria-pressed:bg-wash aria-pressed:text-accent"
      onPointerDown={(event) => onPointerDown(event, item.id)}
      // Of keys and of what presses for them: a pointer's press ends at the list.
      onClick={() => (held === null ? take(item.id, "keys") : drop())}
      onKeyDown={(event) => onKeyDown(event, item)}
      onBlur={(event) => {
        if (held?.by === "keys" && event.relatedTarget !== null) drop();
      }}
    >
      <GripVertical aria-hidden className="size-5" />
    </button>
  );

  return (
    <>
      <ul
        ref={list}
        aria-label={label}
        className="divide-y divide-line border-y border-line"
        onPointerMove={onPointerMove}
        onPointerUp={() => held?.by === "pointer" && drop()}
        onPointerCancel={() => setHeld(null)}
      >
        {shown.map((item) => (
          <li
            key={item.id}
            data-held={held?.id === item.id ? "" : undefined}
            className="relative data-held:bg-wash"
          >
            {children(item, onReorder && handleOf(item))}
          </li>
        ))}
      </ul>
      {onReorder && (
        <>
          <p id={howToId} className="sr-only">
            {t("howTo")}
          </p>
          <p role="status" className="sr-only">
            {said}
          </p>
        </>
      )}
    </>
  );
}
