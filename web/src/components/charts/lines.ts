/** As many letters stand beside a chart on a phone. */
const LONGEST_LINE = 11;

/** A name in two lines at most, broken between words; what is longer is cut off. */
export function linesOf(name: string): string[] {
  const lines: string[] = [];
  for (const word of name.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && (lines.length === 2 || fits(`${last} ${word}`))) {
      lines.splice(-1, 1, `${last} ${word}`);
    } else lines.push(word);
  }
  return lines.map((line) =>
    fits(line)
      ? line
      : `${lettersOf(line)
          .slice(0, LONGEST_LINE - 1)
          .join("")
          .trimEnd()}…`,
  );
}

const fits = (line: string) => lettersOf(line).length <= LONGEST_LINE;

/** Letters as they are read: an emoji is one, of however many parts it is made. */
const lettersOf = (text: string) =>
  Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
