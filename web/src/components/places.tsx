"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

interface Props {
  label: string;
  places: readonly { readonly href: string; readonly name: string }[];
  children: ReactNode;
}

/** Pages that belong together: their list beside them, or above them where there is no room. */
export function Places({ label, places, children }: Props) {
  const pathname = usePathname();
  return (
    <div className="grid gap-8 lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-12">
      <nav aria-label={label} className="lg:sticky lg:top-14 lg:self-start">
        <p className="hidden pb-2 ps-3 text-sm text-faint lg:block">{label}</p>
        <ul className="-mx-1 flex flex-wrap gap-x-1 gap-y-0.5 lg:mx-0 lg:flex-col">
          {places.map(({ href, name }) => (
            <li key={href}>
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
