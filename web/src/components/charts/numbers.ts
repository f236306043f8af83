/** A figure of the API, which has two places at most. */
export const figure = (value: number, locale: string): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);

/** The same to one place, for sentences. */
export const rounded = (value: number, locale: string): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);

/** A figure around nought, such as a mood or a change, with its sign. */
export const signed = (value: number, locale: string, places = 2): string =>
  new Intl.NumberFormat(locale, {
    maximumFractionDigits: places,
    signDisplay: "exceptZero",
  }).format(value);
