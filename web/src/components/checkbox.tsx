import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  name: string;
  children: ReactNode;
  hint?: string;
}

export function Checkbox({ children, hint, ...input }: Props) {
  const id = useId();
  return (
    <div className="grid grid-cols-[auto_1fr] items-start gap-x-2.5">
      <input
        id={id}
        {...input}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-5 accent-accent"
      />
      <label htmlFor={id}>{children}</label>
      {hint && (
        <p id={`${id}-hint`} className="col-start-2 text-sm text-faint">
          {hint}
        </p>
      )}
    </div>
  );
}
