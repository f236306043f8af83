import type { ReactNode } from "react";

export interface LegendItem {
  readonly look: string;
  readonly mark: string;
  readonly name: ReactNode;
}

/** What the fills and marks of days mean. */
export function Legend({ items }: { items: readonly LegendItem[] }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1.5 text-sm text-soft">
      {items.map(({ look, mark, name }, index) => (
        <li key={index} className="flex items-center gap-2">
          <span
            aria-hidden
            className={`flex size-5.5 shrink-0 items-center justify-center rounded-[0.1875rem] text-[0.625rem] leading-none font-medium ${look}`}
          >
            {mark}
          </span>
          {name}
        </li>
      ))}
    </ul>
  );
}
