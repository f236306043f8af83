/** Whose password it is to be: what somebody who guesses would try first. */
export interface PasswordContext {
  readonly email: string;
  readonly displayName?: string | undefined;
  readonly tenantName?: string | undefined;
}

const PRODUCT = "timos";
/** Of how many characters at least a password must be that cannot be foretold from those before or from whose it is. */
const MIN_FREE = 8;
const MIN_WORD = 4;
/** From how many characters on a sequence is one. */
const RUN = 3;

const ADVICE = "a few words that have nothing to do with each other are stronger";

/** Rows and columns of keyboards, and orders that everybody knows; each is read backwards too. */
const SEQUENCES = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop[]",
  "asdfghjkl;'",
  "zxcvbnm,./",
  "qwertzuiop",
  "yxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  "!@#$%^&*()_+",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
].flatMap((sequence) => [sequence, Array.from(sequence).reverse().join("")]);

const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "9": "g",
  "@": "a",
  $: "s",
  "!": "i",
  "+": "t",
};

let common: Promise<ReadonlySet<string>> | undefined;

/** The passwords that are most used, unpacked when the first is asked for. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) =>
      new Set(dictionary["passwords-common"].map((password) => password.toLowerCase())),
  );
  return common;
}

/**
 * What makes a password easy to guess: it is one that many use, or would be without what people put around it, in place
 * of its letters or twice; it follows from its own first characters; or it is made of what everybody knows of its owner.
 *
 * @returns what is wrong, and what to do; null when nothing is.
 */
export async function tooEasy(password: string, context: PasswordContext): Promise<string | null> {
  const list = await commonPasswords();
  const lower = password.toLowerCase();
  if (lower.includes(context.email)) return "must not contain your e-mail address";
  const words = contextWords(context);
  for (const form of new Set(readings(lower))) {
    if (list.has(form)) return `is one of the most used passwords; ${ADVICE}`;
    const once = period(form);
    const pieces = without(once, words);
    const core = coreOf(once);
    const known = core.length >= MIN_WORD && readings(core).some((reading) => list.has(reading));
    const rest = known ? once.split(core) : [once];
    if (freedom(rest) < MIN_FREE) {
      return known
        ? `is one of the most used passwords with something around it; ${ADVICE}`
        : `must not be made of repeated or consecutive characters; ${ADVICE}`;
    }
    const left = coreOf(pieces.join(" "));
    if (pieces.length > 1 && (freedom(pieces) < MIN_FREE || list.has(left))) {
      return `must not be made of your name, your address or the name of this site; ${ADVICE}`;
    }
  }
  return null;
}

/** A text as it is, and with digits and signs in place of letters read as those. */
const readings = (text: string) => [text, unleet(text, "i"), unleet(text, "l")];

const unleet = (text: string, one: string) =>
  Array.from(text, (sign) => (sign === "1" ? one : (LEET[sign] ?? sign))).join("");

/** Without the digits and signs at both ends. */
const coreOf = (text: string) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");

/** The part that a text is a repetition of, or the text. */
function period(text: string): string {
  // A text is a repetition when it is found in itself twice over before its end.
  const length = (text + text).indexOf(text, 1);
  return text.slice(0, length);
}

/** How many characters of it are free: a run of equal ones, or of a sequence, counts as one, and so does each gap. */
function freedom(pieces: readonly string[]): number {
  let free = pieces.length - 1;
  for (const piece of pieces) {
    const signs = Array.from(piece);
    for (let at = 0; at < signs.length; free++) {
      let end = at + 1;
      while (end < signs.length && isRun(signs.slice(at, end + 1))) end++;
      at = end - at >= RUN ? end : at + 1;
    }
  }
  return free;
}

/** Whether these belong together as far as they go; two always do. */
function isRun(signs: readonly string[]): boolean {
  const text = signs.join("");
  return (
    signs.every((sign) => sign === signs[0]) ||
    SEQUENCES.some((sequence) => sequence.includes(text))
  );
}

function without(text: string, words: readonly string[]): string[] {
  return words.reduce((pieces, word) => pieces.flatMap((piece) => piece.split(word)), [text]);
}

/** The words that say whose it is, and where; the longest first. */
function contextWords({ email, displayName = "", tenantName = "" }: PasswordContext): string[] {
  const [local = "", domain = ""] = email.split("@");
  const names = [displayName, tenantName].map((name) => name.normalize("NFKC").toLowerCase());
  const texts = [local, domain, ...names];
  const words = [...texts, ...texts.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))];
  return [...new Set([PRODUCT, ...words])]
    .filter((word) => word.length >= MIN_WORD)
    .sort((a, b) => b.length - a.length);
}
