import { plainText } from "@/lib/plain-text.ts";

const MOST_SUGGESTED = 6;

/** Tags used before that go on from what is typed, those that begin with it first; none that is there already. */
export function tagsLike(
  typed: string,
  used: readonly string[],
  there: readonly string[],
): readonly string[] {
  const wanted = plainText(typed.trim());
  const free = used.filter((tag) => !there.includes(tag) && tag !== typed.trim());
  const begins = free.filter((tag) => plainText(tag).startsWith(wanted));
  const holds = free.filter((tag) => !begins.includes(tag) && plainText(tag).includes(wanted));
  return [...begins, ...holds].slice(0, MOST_SUGGESTED);
}
