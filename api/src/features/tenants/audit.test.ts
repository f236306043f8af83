import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { SEEN } from "./audit.ts";

const SOURCE = join(import.meta.dirname, "../..");

/**
 * What an event can begin with that is not for administrators of a tenant: when somebody writes is theirs alone, and what
 * became of the platform is everybody's.
 */
const UNSEEN = ["key", "dek", "vault", "platform"];

/** First words of texts of the same form that are no actions: fields of a request, columns, codes of parsers. */
const NO_ACTIONS = [
  ...["body", "params", "query", "record"],
  ...["e", "r", "s", "u", "charset", "encoding", "request"],
];

/** The first words of all texts of the form of an action, `<thing>.<past participle>`. */
function firstWords(): string[] {
  const words = new Set<string>();
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const code = readFileSync(join(SOURCE, name), "utf8");
    for (const [, plain, made = plain] of code.matchAll(/"([a-z_]+)\.[a-z_]+"|`([a-z_]+)\.\$\{/g)) {
      if (made !== undefined) words.add(made);
    }
  }
  return [...words];
}

describe("what administrators of a tenant see", () => {
  it("is decided by name for every kind of event in the code", () => {
    const known = [...SEEN, ...UNSEEN, ...NO_ACTIONS];
    const found = firstWords();
    expect(found.filter((word) => !known.includes(word))).toEqual([]);
    // Nor is anything named that nothing records.
    expect(SEEN.filter((word) => !found.includes(word))).toEqual([]);
  });

  it("is nothing of keys and vaults", () => {
    expect(SEEN.filter((word) => UNSEEN.includes(word))).toEqual([]);
  });
});
