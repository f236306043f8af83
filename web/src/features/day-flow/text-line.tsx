"use client";

import { useId } from "react";

interface Props {
  label: string;
  /** What it is for, while there is nothing. */
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}

/** A question and a line to answer it on, which grows with the answer. */
export function TextLine({ label, placeholder, value, onChange }: Props) {
  const id = useId();
  return (
    <div className="grid gap-0.5">
      <label htmlFor={id} className="text-soft">
        {label}
      </label>
      <textarea
        id={id}
        rows={1}
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        className={writtenLook}
      />
    </div>
  );
}

/** How what is written by hand looks: on a line of the page, and in no box. */
export const writtenLook =
  "field-sizing-content min-h-11 w-full resize-none rounded-none border-b border-edge/55 bg-transparent pt-1.5 pb-2 font-serif text-lg outline-none transition-colors hover:border-edge placeholder:italic focus:border-accent focus:shadow-[0_1px_0_var(--color-accent)]";
