"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  label: string;
  places: readonly { readonly href: string; readonly name: string }[];
  children: ReactNode;
}

/** Pages that belong together: their list beside them, or above them where there is no room. */
export function Places({ label, places, children }: Props) {
  const pathname = usePathname();
  const list = useRef<HTMLUListElement>(null);
  // Where they stand in a line, the one that is open may be beyond the edge.
  useEffect(() => {
    const current = list.current?.querySelector("[aria-current]");
    current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <div className="grid gap-8 lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-12">
      <nav aria-label={label} className="min-w-0 lg:sticky lg:top-14 lg:self-start">
        <p className="hidden pb-2 ps-3 text-sm text-faint lg:block">{label}</p>
        <ul
          ref={list}
          className="-mx-5 flex gap-1 overflow-x-auto border-b border-line px-4 pb-2 sm:-mx-8 sm:px-6 md:-mx-10 md:px-8 lg:mx-0 lg:flex-col lg:gap-0.5 lg:border-0 lg:p-0"
        >
          {places.map(({ href, name }) => (
            <li key={href} className="shrink-0">
              <Link
                href={href}
                aria-current={pathname === href ? "page" : undefined}
                className="flex min-h-9 items-center rounded-md px-2.5 text-sm text-soft transition-colors hover:text-ink aria-[current]:bg-wash aria-[current]:font-medium aria-[current]:text-accent lg:px-3 lg:text-base lg:hover:bg-wash"
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="grid min-w-0 content-start">{children}</div>
    </div>
  );
}
