import compile from "icu-minify/compile";
import { de } from "@/messages/de/index.ts";
import { en } from "@/messages/en/index.ts";
import type { Locale } from "./locale.ts";

declare module "use-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof en;
  }
}

/** Messages as the pages get them: parsed ahead, so that no browser needs a parser. */
function compiled(messages: object): object {
  return Object.fromEntries(
    Object.entries(messages).map(([key, message]: [string, unknown]) => [
      key,
      typeof message === "string" ? compile(message) : compiled(message as object),
    ]),
  );
}

// As JSON, since what is sent to a browser is made of plain objects, and what the compiler makes is not.
const all = JSON.parse(JSON.stringify({ en: compiled(en), de: compiled(de) })) as Readonly<
  Record<Locale, typeof en>
>;

export const messagesIn = (locale: Locale) => all[locale];
