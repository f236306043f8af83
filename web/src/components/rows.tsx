import type { ReactNode } from "react";

/** Things below each other, with a line between. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y divide-line border-y border-line">
      {children}
    </ul>
  );
}

interface Props {
  title: ReactNode;
  /** What else is to know of it, in small. What is empty is left out. */
  details?: readonly (string | false | null | undefined)[];
  /** What can be done with it. */
  actions?: ReactNode;
}

export function Row({ title, details = [], actions }: Props) {
  const shown = details.filter((detail) => typeof detail === "string" && detail !== "");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3.5 sm:flex-nowrap">
      <div className="grid min-w-0 gap-0.5">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1 font-medium">{title}</div>
        {shown.length > 0 && (
          <p className="min-w-0 text-sm text-soft [overflow-wrap:anywhere]">{shown.join(" · ")}</p>
        )}
      </div>
      {actions && (
        <div className="flex shrink-0 flex-wrap items-center gap-2 max-sm:[&>button:first-child]:-ms-2.5">
          {actions}
        </div>
      )}
    </li>
  );
}

/** A word that marks one of several. */
export function Badge({ children }: { children: ReactNode }) {
  return (
    <span className="rounded-sm bg-wash px-1.5 text-sm font-medium text-accent">{children}</span>
  );
}
