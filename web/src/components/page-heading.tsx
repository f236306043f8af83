import type { ReactNode } from "react";

/** What a page is, and in a sentence what for. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="grid gap-2 pb-8">
      <h1 className="font-serif text-heading font-medium tracking-[-0.01em]">{title}</h1>
      {children && <p className="max-w-[36rem] text-lg text-soft">{children}</p>}
    </header>
  );
}
