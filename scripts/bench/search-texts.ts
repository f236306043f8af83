/** Entries of 1.5 KiB to search in: words by the frequency that they have in languages, some Chinese, always the same. */

const WORDS = 30_000;
const BODY_BYTES = 1536;
/** One of so many entries has a line of Chinese. */
const CHINESE_EVERY = 10;

export interface Text {
  readonly day: string;
  readonly title: string;
  readonly body: string;
}

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ONSETS = [
  "b",
  "br",
  "c",
  "ch",
  "d",
  "f",
  "g",
  "gr",
  "h",
  "j",
  "k",
  "l",
  "m",
  "n",
  "p",
].concat(["pl", "qu", "r", "s", "sh", "st", "t", "th", "tr", "v", "w", "wh", "z"]);
const VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ou", "ee"];
const CODAS = ["", "", "n", "r", "s", "t", "l", "nd", "ck", "ng", "st"];
const CHINESE = "今天下雨我在家读书朋友来了一起喝茶散步很开心晚上早睡明继续工作跑学习山水花月风云";

/** The words of the language, the most frequent first, which are also the shortest. */
export const LANGUAGE: readonly string[] = makeWords();

function makeWords(): string[] {
  const random = randomOf(1);
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? "";
  const words = new Set<string>();
  while (words.size < WORDS) {
    const syllables = 1 + Math.floor(random() * (words.size < 200 ? 1.3 : 3.4));
    let word = "";
    for (let i = 0; i < syllables; i++) word += pick(ONSETS) + pick(VOWELS) + pick(CODAS);
    words.add(word);
  }
  return [...words];
}

/** The nth word of the language, by Zipf's law: the nth most frequent occurs a nth as often as the first. */
const SUMS = LANGUAGE.reduce<number[]>((sums, _word, i) => {
  sums.push((sums.at(-1) ?? 0) + 1 / (i + 2.7));
  return sums;
}, []);

function wordAt(share: number): string {
  const wanted = share * (SUMS.at(-1) ?? 0);
  let [low, high] = [0, SUMS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((SUMS[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return LANGUAGE[low] ?? "";
}

/** Makes `count` entries, one after the other. */
export function* textsOf(count: number): Generator<Text> {
  const random = randomOf(2);
  const sentence = () => {
    const words = Array.from({ length: 5 + Math.floor(random() * 12) }, () => wordAt(random()));
    const [first = "", ...rest] = words;
    return `${first.charAt(0).toUpperCase()}${[first.slice(1), ...rest].join(" ")}.`;
  };
  for (let n = 0; n < count; n++) {
    let body = "";
    if (n % CHINESE_EVERY === 0) {
      body = Array.from({ length: 20 }, () => CHINESE.charAt(random() * CHINESE.length)).join("");
      body += "。\n\n";
    }
    while (Buffer.byteLength(body) < BODY_BYTES) body += `${sentence()} `;
    const date = new Date(Date.UTC(2026, 10, 21) - Math.floor(n / 3) * 86_400_000);
    yield { day: date.toISOString().slice(0, 10), title: sentence().slice(0, 60), body };
  }
}

/** What is looked for, by the way it is said. Each call asks for something else. */
export function queriesOf(texts: readonly Text[]): Readonly<Record<string, () => string>> {
  const random = randomOf(3);
  const word = () => LANGUAGE[100 + Math.floor(random() * 4900)] ?? "";
  const long = (shortest: number) => {
    for (;;) {
      const found = word();
      if (found.length >= shortest) return found;
    }
  };
  const misspelt = () => {
    const right = long(6);
    return right.slice(0, 2) + right.charAt(3) + right.charAt(2) + right.slice(4);
  };
  const inText = () => texts[Math.floor(random() * texts.length)]?.body ?? "";
  return {
    word: () => word(),
    prefix: () => long(5).slice(0, 4),
    AND: () => `${word()} ${word()}`,
    OR: () => `${word()} OR ${word()}`,
    exclude: () => `${word()} -${word()}`,
    phrase: () => `"${inText().split(" ").slice(20, 23).join(" ")}"`,
    "fuzzy~": () => `${long(5)}~`,
    misspelt,
    Chinese: () => {
      const at = Math.floor(random() * (CHINESE.length - 2));
      return CHINESE.slice(at, at + 2);
    },
  };
}
