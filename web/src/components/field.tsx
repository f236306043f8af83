import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  /** Stands at the end of the input, inside its frame. */
  trailing?: ReactNode;
}

/** A labelled input; its hint and its fault are read with it. */
export function Field({ label, hint, fault, trailing, ...input }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div
        className={`flex min-h-11 items-center rounded-md border bg-raised transition-colors focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent ${fault ? "border-danger" : "border-edge"}`}
      >
        <input
          id={id}
          {...input}
          aria-invalid={fault !== undefined}
          aria-describedby={described || undefined}
          className="min-w-0 flex-1 bg-transparent px-3 py-2 text-base outline-none max-sm:text-[1rem]"
        />
        {trailing}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-faint">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="text-sm text-danger">
          {fault}
        </p>
      )}
    </div>
  );
}
