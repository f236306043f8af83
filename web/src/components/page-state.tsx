import type { ReactNode } from "react";

interface Props {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  level?: 1 | 2;
}

/** A whole view that has something to say instead of something to show. */
export function PageState({ title, children, actions, level = 1 }: Props) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="grid max-w-form gap-4 py-10">
      <Heading className="font-serif text-heading font-medium">{title}</Heading>
      <div className="grid gap-2 text-lg text-soft">{children}</div>
      {actions && <div className="mt-2 flex flex-wrap gap-3">{actions}</div>}
    </div>
  );
}
