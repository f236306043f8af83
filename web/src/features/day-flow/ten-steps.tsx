"use client";

import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";

interface Props {
  /** What is given from 1 to 10. */
  label: string;
  /** Stands in the place of the label where there is more to show. */
  heading?: ReactNode;
  value: number | null;
  onChange: (value: number | null) => void;
  /** What the ends of the scale mean. */
  ends?: readonly [low: string, high: string];
}

const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/**
 * A row of ten, of which one is chosen by a tap, by an arrow key, or by its digit (0 is ten). The one that is chosen is
 * let go of by another tap, and by Delete.
 */
export function TenSteps({ label, heading, value, onChange, ends }: Props) {
  const name = useId();
  const row = useRef<HTMLDivElement>(null);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const chosen = chosenBy(event.key, value);
    if (chosen === undefined) return;
    event.preventDefault();
    onChange(chosen);
    row.current?.querySelector<HTMLElement>(`input[value="${chosen ?? value ?? 1}"]`)?.focus();
  };

  return (
    <fieldset className="min-w-0" onKeyDown={onKeyDown}>
      <legend className={heading === undefined ? "pb-1.5 text-soft" : "w-full pb-1.5"}>
        {heading ?? label}
        {heading !== undefined && <span className="sr-only">{label}</span>}
      </legend>
      <div ref={row} className="grid max-w-[32rem] grid-cols-10 overflow-clip rounded-md">
        {STEPS.map((step) => (
          <label
            key={step}
            className={`relative flex h-11 cursor-pointer items-center justify-center tabular-nums transition-colors has-focus-visible:z-1 has-focus-visible:rounded-md has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent ${lookOf(step, value)}`}
          >
            <input
              type="radio"
              name={name}
              value={step}
              checked={step === value}
              onChange={() => onChange(step)}
              onClick={() => step === value && onChange(null)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {step}
          </label>
        ))}
      </div>
      {ends && (
        <div aria-hidden className="flex max-w-[32rem] justify-between pt-1 text-sm text-faint">
          {ends.map((end) => (
            <span key={end}>{end}</span>
          ))}
        </div>
      )}
    </fieldset>
  );
}

function lookOf(step: number, value: number | null): string {
  if (value === null || step > value) return "border-y border-line text-soft hover:bg-wash";
  if (step < value) return "border-y border-transparent bg-wash text-accent";
  return "rounded-e-md bg-accent font-semibold text-on-accent";
}

/** What a key chooses: a step, null for none, undefined for a key that means nothing here. */
export function chosenBy(key: string, value: number | null): number | null | undefined {
  if (/^\d$/.test(key)) return key === "0" ? 10 : Number(key);
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return Math.min(10, (value ?? 0) + 1);
    case "ArrowLeft":
    case "ArrowUp":
      return Math.max(1, (value ?? 11) - 1);
    case "Home":
      return 1;
    case "End":
      return 10;
    case "Delete":
    case "Backspace":
      return null;
    default:
      return undefined;
  }
}
