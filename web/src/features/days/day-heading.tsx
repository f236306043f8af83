import type { ReactNode } from "react";
import { formatDay } from "@/lib/day.ts";

interface Props {
  day: string;
  locale: string;
  /** Stands above the day. */
  lead: ReactNode;
  /** Stands below it. */
  children?: ReactNode;
}

export function DayHeading({ day, locale, lead, children }: Props) {
  return (
    <header className="grid gap-2 pb-6 sm:ps-[7.375rem]">
      <div className="text-base text-soft">{lead}</div>
      <h1 className="flex flex-wrap items-baseline gap-x-4 font-serif text-display font-medium tracking-[-0.02em]">
        {formatDay(day, locale, { weekday: "long" })}{" "}
        <span className="font-sans text-lg font-normal tracking-normal text-soft">
          {formatDay(day, locale, { day: "numeric", month: "long", year: "numeric" })}
        </span>
      </h1>
      {children}
    </header>
  );
}
