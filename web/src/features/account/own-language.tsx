"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useLocale } from "use-intl";
import { LOCALE_COOKIE, localeFor } from "@/i18n/locale.ts";
import { useUser } from "./use-user.ts";

/** Has the pages come in the language of whoever is signed in, from now on in this browser. */
export function OwnLanguage() {
  const router = useRouter();
  const shown = useLocale();
  const own = localeFor(useUser().locale);
  useEffect(() => {
    if (own === shown) return;
    document.cookie = `${LOCALE_COOKIE}=${own}; path=/; max-age=31536000; samesite=lax`;
    router.refresh();
  }, [own, shown, router]);
  return null;
}
