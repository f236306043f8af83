import { type TextareaHTMLAttributes, useId } from "react";

interface Props extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  label: string;
  hint?: string;
  fault?: string | undefined;
}

/** A labelled input of several lines; its hint or its fault is read with it. */
export function TextArea({ label, hint, fault, className = "", ...area }: Props) {
  const id = useId();
  const note = fault ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        {...area}
        aria-describedby={note ? `${id}-note` : undefined}
        aria-invalid={fault !== undefined}
        className={`field-sizing-content max-h-[60dvh] min-h-20 w-full resize-y rounded-md border bg-raised px-3 py-2 text-base focus-visible:border-accent focus-visible:-outline-offset-1 max-sm:text-[1rem] ${fault ? "border-danger" : "border-edge"} ${className}`}
      />
      {note && (
        <p id={`${id}-note`} className={`text-sm ${fault ? "text-danger" : "text-faint"}`}>
          {note}
        </p>
      )}
    </div>
  );
}
