"use client";

import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import type { Choice } from "./choices.ts";

export interface ChoiceGroup {
  readonly name: string;
  readonly choices: readonly Choice[];
}

interface Props {
  id: string;
  groups: readonly ChoiceGroup[];
  /** The one that Enter chooses. */
  active: string | undefined;
  isBusy: boolean;
  onActivate: (id: string) => void;
}

export const optionId = (listId: string, choiceId: string) => `${listId}-${choiceId}`;

/** The list of a combobox; the focus stays in its field. */
export function ChoiceList({ id, groups, active, isBusy, onActivate }: Props) {
  const t = useTranslations("search");
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const option = list.current?.querySelector("[aria-selected='true']");
    option?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label={t("results")}
      aria-busy={isBusy}
      onMouseDown={(event) => event.preventDefault()}
      className="grid gap-3"
    >
      {groups.map(({ name, choices }) => (
        <div key={name} role="group" aria-label={name}>
          <div aria-hidden className="px-3 pb-1 text-sm text-faint">
            {name}
          </div>
          {choices.map((choice) => (
            <div
              key={choice.id}
              id={optionId(id, choice.id)}
              role="option"
              aria-selected={choice.id === active}
              onClick={choice.run}
              onPointerMove={() => choice.id !== active && onActivate(choice.id)}
              className="scroll-my-2 flex min-h-10 cursor-pointer items-center rounded-md px-3 py-1.5 aria-selected:bg-wash pointer-coarse:min-h-11"
            >
              {choice.content}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
