"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useLocale } from "use-intl";
import { LOCALE_COOKIE, localeFor } from "@/i18n/locale.ts";
import { useTimos } from "@/lib/client.tsx";
import { useUser } from "./use-user.ts";

/** What an account says before somebody has chosen. */
const UNCHOSEN = "en";

/**
 * Has the pages come in the language of whoever is signed in, from now on in this browser. Whose account says none yet
 * is given that of the browser.
 */
export function OwnLanguage() {
  const { api, session } = useTimos();
  const router = useRouter();
  const shown = useLocale();
  const { locale } = useUser();
  const own = localeFor(locale);
  useEffect(() => {
    const { language } = navigator;
    if (locale !== UNCHOSEN || localeFor(language) === localeFor(UNCHOSEN)) return;
    // Where it does not work, the next page tries again.
    api.account.patch({ body: { locale: language } }).then(session.update, () => undefined);
  }, [locale, api, session]);
  useEffect(() => {
    if (own === shown) return;
    document.cookie = `${LOCALE_COOKIE}=${own}; path=/; max-age=31536000; samesite=lax`;
    router.refresh();
  }, [own, shown, router]);
  return null;
}
