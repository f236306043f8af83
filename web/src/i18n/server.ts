import type { Metadata } from "next";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import {
  createTranslator,
  type Messages,
  type NamespaceKeys,
  type NestedKeyOf,
} from "use-intl/core";
import { type Locale, LOCALE_COOKIE, localeOf } from "./locale.ts";
import { messagesIn } from "./messages.ts";

type Namespace = NamespaceKeys<Messages, NestedKeyOf<Messages>>;

/** The language of the answer that is being made. */
export const pageLocale = cache(async (): Promise<Locale> => {
  const cookie = (await cookies()).get(LOCALE_COOKIE)?.value;
  return localeOf(cookie, (await headers()).get("accept-language") ?? "");
});

/** The words of one feature, for what is rendered on the server. */
export async function translations<const N extends Namespace>(namespace: N) {
  const locale = await pageLocale();
  return createTranslator<Messages, N>({ locale, messages: messagesIn(locale), namespace });
}

/** `generateMetadata` of a page whose title is the word at `key` of a feature. */
export const titled =
  <const N extends Namespace>(
    namespace: N,
    key: Parameters<Awaited<ReturnType<typeof translations<N>>>["raw"]>[0],
  ) =>
  async (): Promise<Metadata> => {
    const t = await translations(namespace);
    return { title: String(t.raw(key)) };
  };
