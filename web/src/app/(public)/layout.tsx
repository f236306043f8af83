import Link from "next/link";
import type { ReactNode } from "react";
import { Wordmark } from "@/components/mark.tsx";
import { translations } from "@/i18n/server.ts";
import { Words } from "@/i18n/words.tsx";

export default async function PublicLayout({ children }: { children: ReactNode }) {
  const t = await translations("common");
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="mx-auto flex w-full max-w-wide items-center justify-between px-5 py-5 sm:px-8">
        <Link href="/" className="rounded-sm py-1">
          <Wordmark />
          <span className="sr-only">{t("toBeginning")}</span>
        </Link>
        <nav aria-label={t("account")} className="flex items-center gap-1 text-base font-medium">
          <Link href="/sign-in" className="rounded-md px-3 py-2 text-soft hover:text-ink">
            {t("signIn")}
          </Link>
        </nav>
      </header>
      <Words of={["auth", "join"]}>{children}</Words>
    </div>
  );
}
