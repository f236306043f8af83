import type { ReactNode } from "react";

interface Props {
  title: string;
  hint: string;
  children?: ReactNode;
}

/** Stands where nothing is yet, and invites. */
export function Empty({ title, hint, children }: Props) {
  return (
    <div className="grid max-w-form gap-4 border-s-2 border-margin py-2 ps-6">
      <div className="grid gap-1.5">
        <p className="font-serif text-title">{title}</p>
        <p className="text-soft">{hint}</p>
      </div>
      {children}
    </div>
  );
}
