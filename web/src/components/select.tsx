import { type ReactNode, type SelectHTMLAttributes, useId } from "react";

interface Props extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  hint?: string;
  fault?: string | undefined;
  children: ReactNode;
}

/** A labelled choice of one; its hint or its fault is read with it. */
export function Select({ label, hint, fault, children, className = "", ...select }: Props) {
  const id = useId();
  const note = fault ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        {...select}
        aria-describedby={note ? `${id}-note` : undefined}
        aria-invalid={fault !== undefined}
        className={`${selectLook} w-full ${className}`}
      >
        {children}
      </select>
      {note && (
        <p id={`${id}-note`} className={`text-sm ${fault ? "text-danger" : "text-faint"}`}>
          {note}
        </p>
      )}
    </div>
  );
}

export const selectLook =
  "min-h-11 rounded-md border border-edge bg-raised px-2.5 text-base disabled:opacity-55 max-sm:text-[1rem]";
