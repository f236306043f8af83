"use client";

import { useState } from "react";
import { Field } from "@/components/field.tsx";

interface Props {
  name: string;
  label: string;
  hint?: string;
  chosen: string;
  choices: readonly string[];
  fault?: string | undefined;
}

/** An emoji: typed, or one of a few. */
export function IconField({ name, label, hint, chosen, choices, fault }: Props) {
  const [icon, setIcon] = useState(chosen);
  return (
    <div className="grid gap-1.5">
      <Field
        name={name}
        label={label}
        hint={hint}
        fault={fault}
        value={icon}
        maxLength={16}
        autoComplete="off"
        onChange={(event) => setIcon(event.target.value)}
      />
      <div className="-mx-1.5 flex flex-wrap">
        {choices.map((choice) => (
          <button
            key={choice}
            type="button"
            aria-pressed={icon === choice}
            className="inline-flex size-11 items-center justify-center rounded-md text-title leading-none transition-colors hover:bg-wash aria-pressed:bg-wash aria-pressed:outline-2 aria-pressed:-outline-offset-2 aria-pressed:outline-accent"
            onClick={() => setIcon(icon === choice ? "" : choice)}
          >
            {choice}
          </button>
        ))}
      </div>
    </div>
  );
}
