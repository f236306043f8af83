/** As much as one reads in passing. */
const LONGEST = 1_200;

interface Excerpt {
  readonly text: string;
  readonly isCut: boolean;
}

/** The beginning of a text, up to the end of a line or a word, with what follows left out. */
export function excerptOf(body: string): Excerpt {
  const text = body.trim();
  if (text.length <= LONGEST) return { text, isCut: false };
  const start = text.slice(0, LONGEST);
  const end = Math.max(start.lastIndexOf("\n"), start.lastIndexOf(" "));
  const cut = end > LONGEST / 2 ? start.slice(0, end) : Array.from(start).slice(0, -1).join("");
  return { text: `${cut.trimEnd()} …`, isCut: true };
}
