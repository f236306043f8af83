import type { ReactNode } from "react";

/** What a chart says of the point that is pointed at, read out when keys move to it. */
export function Reading({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div
      role="status"
      className="rounded-md border border-line bg-raised px-2.5 py-1.5 text-sm shadow-raised"
    >
      <p className="text-soft">{title}</p>
      <p className="font-medium text-ink tabular-nums">{children}</p>
    </div>
  );
}
