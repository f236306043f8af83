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

type Translator<N extends Namespace> = Awaited<ReturnType<typeof translations<N>>>;

/** `generateMetadata` of a page whose title is among the words of a feature. */
export const titled =
  <const N extends Namespace>(namespace: N, titleOf: (t: Translator<N>) => string) =>
  async (): Promise<Metadata> => ({ title: titleOf(await translations(namespace)) });
