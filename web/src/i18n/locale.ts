/** The languages the pages are written in. */
export const LOCALES = ["en", "de"] as const;

export type Locale = (typeof LOCALES)[number];

/** Set when somebody's language is not the one that their browser asks for. */
export const LOCALE_COOKIE = "locale";

const isLocale = (text: string | undefined): text is Locale =>
  LOCALES.some((locale) => locale === text);

const languageOf = (tag: string) => tag.split("-")[0]?.toLowerCase();

/** The language of the pages for somebody whose language is `tag`, such as `de-CH`. English for any that is not here. */
export function localeFor(tag: string): Locale {
  const language = languageOf(tag);
  return isLocale(language) ? language : "en";
}

/** The first language of an `Accept-Language` header (RFC 9110, 12.5.4) that the pages are written in. */
export function localeAccepted(header: string): Locale {
  const wanted = header
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { language: languageOf(tag), weight: weight ? Number(weight.slice(2)) : 1 };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight);
  return wanted.map(({ language }) => language).find(isLocale) ?? "en";
}

/** What a cookie says, or else the browser. */
export const localeOf = (cookie: string | undefined, acceptLanguage: string): Locale =>
  isLocale(cookie) ? cookie : localeAccepted(acceptLanguage);

/** What dates and numbers are written by: the person's own language tag, as far as it fits the words around. */
export function dateLocaleOf(tag: string, locale: Locale): string {
  if (localeFor(tag) === locale && languageOf(tag) === locale && tag.includes("-")) return tag;
  return locale === "en" ? "en-GB" : locale;
}
