const LONGEST = 60;

/**
 * What a stranger called themselves or their tenant, as it may stand in a mail of ours: short, and without what programs
 * that show mails make a link of. Whoever invites somebody must not write them a letter of their own in our name.
 */
export function named(name: string): string {
  const harmless = name
    // Marks that turn the direction of what follows.
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, "")
    // What it stands in.
    .replace(/["“”„«»]/gu, "'")
    // A dot within a word, in any script, would make a domain of it.
    .replace(/[.\u2024\u3002\uFF0E\uFF61](?=\S)/gu, ". ")
    .replace(/[:@/\\\uFF1A\uFF20\uFF0F]/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
  const characters = Array.from(harmless);
  if (characters.length <= LONGEST) return harmless === "" ? "..." : harmless;
  return `${characters.slice(0, LONGEST - 3).join("")}...`;
}
