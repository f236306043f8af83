import type { Me } from "@timos/api/contract";
import { useLocale } from "use-intl";
import { dateLocaleOf } from "@/i18n/locale.ts";
import { useSession } from "@/lib/client.tsx";

/** Whose journal this is. For private pages only. */
export function useUser(): Me & { readonly dateLocale: string } {
  const state = useSession();
  const locale = useLocale();
  if (!("user" in state)) throw new Error("useUser is called outside of the private pages");
  return { ...state.user, dateLocale: dateLocaleOf(state.user.locale, locale) };
}
