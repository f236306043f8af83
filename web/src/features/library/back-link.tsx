import { ChevronLeft } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { buttonLook } from "@/components/button.tsx";

/** Leads from one of several to all of them. */
export function BackLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={`${buttonLook("quiet")} -ms-2.5 mb-2 min-h-11`}>
      <ChevronLeft aria-hidden className="size-4.5" />
      {children}
    </Link>
  );
}
