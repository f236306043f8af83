"use client";

import { X } from "lucide-react";
import { useId, useRef } from "react";
import { useTranslations } from "use-intl";
import type { Correction, Item } from "./forms.ts";
import { writtenLook } from "./text-line.tsx";
import type { Pillar } from "./views.ts";

interface Props<T extends Item> {
  title: string;
  hint: string;
  /** What the line is called on which the next one is written. */
  add: string;
  items: readonly T[];
  pillars: readonly Pillar[];
  /** What a new one has besides its text. */
  begun?: Omit<T, keyof Item>;
  onChange: (items: readonly T[]) => void;
}

/** A list of lines with an empty one at its end: whoever writes on that has one more. */
export function RecapItems<T extends Item | Correction>(props: Props<T>) {
  const { title, hint, add, items, pillars, begun, onChange } = props;
  const t = useTranslations("dayFlow.recap");
  const id = useId();
  const list = useRef<HTMLUListElement>(null);

  const change = (index: number, part: Partial<Correction>) =>
    onChange(items.map((item, at) => (at === index ? { ...item, ...part } : item)));
  const write = (index: number, text: string) => {
    if (index < items.length) change(index, { text });
    // It has all that its kind has: `begun` is the rest.
    else onChange([...items, { text, pillarId: null, ...begun } as T]);
  };
  const drop = (index: number) => onChange(items.filter((_, at) => at !== index));
  const remove = (index: number) => {
    drop(index);
    // The line that comes in its place, or the empty one.
    list.current?.querySelectorAll("textarea")[index]?.focus();
  };

  return (
    <section aria-labelledby={id} className="grid gap-0.5">
      <h3 id={id} className="text-soft">
        {title} <span className="text-sm text-faint max-md:block md:ms-1">{hint}</span>
      </h3>
      <ul ref={list} className="grid">
        {[...items, null].map((item, index) => (
          // By their places, so that the line being written stays the same when it becomes one of them.
          <li
            key={index}
            className="flex flex-wrap items-end gap-x-3"
            onBlur={({ currentTarget, relatedTarget }) => {
              if (!currentTarget.contains(relatedTarget) && item?.text.trim() === "") drop(index);
            }}
          >
            {item !== null && "done" in item && (
              <label className="inline-flex size-11 shrink-0 cursor-pointer items-center justify-center max-sm:-ms-3">
                <input
                  type="checkbox"
                  aria-label={t("doneItem", { text: item.text })}
                  checked={item.done}
                  onChange={(event) => change(index, { done: event.target.checked })}
                  className="size-5 accent-accent"
                />
              </label>
            )}
            <textarea
              rows={1}
              aria-label={item === null ? add : title}
              value={item?.text ?? ""}
              placeholder={item === null ? add : undefined}
              onChange={(event) => write(index, event.target.value)}
              className={`${writtenLook} min-w-40 flex-1 ${item !== null && "done" in item && item.done ? "text-soft line-through" : ""}`}
            />
            {item !== null && (
              <div className="flex items-center gap-1 max-sm:basis-full">
                {pillars.length > 0 && (
                  <select
                    aria-label={t("pillarOf", { text: item.text })}
                    value={item.pillarId ?? ""}
                    onChange={(event) => change(index, { pillarId: event.target.value || null })}
                    className="h-11 max-w-44 rounded-md bg-transparent pe-1 text-sm text-soft hover:text-ink"
                  >
                    <option value="">{t("noPillar")}</option>
                    {pillars.map((pillar) => (
                      <option key={pillar.id} value={pillar.id}>
                        {pillar.name}
                      </option>
                    ))}
                  </select>
                )}
                <button
                  type="button"
                  aria-label={t("removeItem", { text: item.text })}
                  onClick={() => remove(index)}
                  className="inline-flex size-11 items-center justify-center rounded-md text-faint transition-colors hover:bg-wash hover:text-ink max-sm:ms-auto"
                >
                  <X aria-hidden className="size-4" />
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
