import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
}

/** A part of a page that has a matter of its own. */
export function Section({ title, hint, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-5 border-t border-line pt-8">
      <div className="grid gap-1.5">
        <h2 id={id} className="font-serif text-title font-medium">
          {title}
        </h2>
        {hint && <p className="text-soft">{hint}</p>}
      </div>
      {children}
    </section>
  );
}
