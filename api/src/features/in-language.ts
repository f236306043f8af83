/** Picks what there is in the language of a locale, such as `de-CH`; in English where there is nothing. */
export const inLanguage =
  <T>(texts: { readonly en: T; readonly de: T }) =>
  (locale: string): T =>
    locale.split("-")[0] === "de" ? texts.de : texts.en;
