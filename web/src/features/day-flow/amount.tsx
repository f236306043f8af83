"use client";

import { Minus, Plus } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import { amountOf, stepOf, stepped } from "./goals.ts";
import type { Goal } from "./views.ts";

interface Props {
  name: string;
  goal: Exclude<Goal, { type: "yes_no" }>;
  value: number | null;
  onChange: (value: number) => void;
}

const buttonLook =
  "inline-flex size-11 items-center justify-center rounded-md text-soft transition-colors enabled:hover:bg-wash enabled:hover:text-ink disabled:opacity-40";

/** How much of something: by steps, or typed. */
export function Amount({ name, goal, value, onChange }: Props) {
  const t = useTranslations("dayFlow.habits");
  const { dateLocale } = useUser();
  /** What is being typed, until it is taken. */
  const [typed, setTyped] = useState<string | null>(null);
  const step = stepOf(goal.value);
  const shown = typed ?? (value === null ? "" : value.toLocaleString(dateLocale, PLAIN));
  const words = { goal: goal.value.toLocaleString(dateLocale), unit: goal.unit };

  const take = () => {
    const amount = typed === null ? null : amountOf(typed);
    if (amount !== null && amount !== value) onChange(amount);
    setTyped(null);
  };
  const move = (direction: 1 | -1) => {
    setTyped(null);
    onChange(stepped((typed === null ? null : amountOf(typed)) ?? value ?? 0, direction, step));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") take();
    else if (event.key === "Escape") setTyped(null);
    else if (event.key === "ArrowUp") move(1);
    else if (event.key === "ArrowDown") move(-1);
    else return;
    event.preventDefault();
  };

  return (
    <div
      role="group"
      aria-label={name}
      className="flex items-center @max-lg:order-last @max-lg:basis-full @max-lg:ps-6"
    >
      <button
        type="button"
        aria-label={t("less", { name })}
        disabled={value === null || value === 0}
        onClick={() => move(-1)}
        className={buttonLook}
      >
        <Minus aria-hidden className="size-4" />
      </button>
      <input
        inputMode="decimal"
        aria-label={t("amount", { name })}
        value={shown}
        placeholder="–"
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={onKeyDown}
        className="field-sizing-content min-h-11 min-w-6 max-w-20 rounded-sm bg-transparent text-center tabular-nums"
      />
      <span className="ps-1 text-sm text-faint">
        {t(goal.type === "at_least" ? "atLeast" : "atMost", words).trim()}
      </span>
      <button
        type="button"
        aria-label={t("moreOf", { name })}
        onClick={() => move(1)}
        className={buttonLook}
      >
        <Plus aria-hidden className="size-4" />
      </button>
    </div>
  );
}

/** As it can be typed again. */
const PLAIN = { useGrouping: false, maximumFractionDigits: 6 } as const;
