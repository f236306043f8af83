import Link from "next/link";
import type { ReactNode } from "react";
import { Wordmark } from "@/components/mark.tsx";

export default function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="mx-auto flex w-full max-w-wide items-center justify-between px-5 py-5 sm:px-8">
        <Link href="/" className="rounded-sm py-1">
          <Wordmark />
          <span className="sr-only">, to the beginning</span>
        </Link>
        <nav aria-label="Account" className="flex items-center gap-1 text-base font-medium">
          <Link href="/sign-in" className="rounded-md px-3 py-2 text-soft hover:text-ink">
            Sign in
          </Link>
        </nav>
      </header>
      {children}
    </div>
  );
}
