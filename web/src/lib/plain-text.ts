/** A text without what people leave out when they look for it: accents, and whether letters are large. */
export const plainText = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
