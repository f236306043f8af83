import { type ReactNode, useId } from "react";

interface Props {
  name: string;
  children: ReactNode;
  hint?: string;
}

export function Checkbox({ name, children, hint }: Props) {
  const id = useId();
  return (
    <div className="grid grid-cols-[auto_1fr] items-start gap-x-2.5">
      <input
        id={id}
        name={name}
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
