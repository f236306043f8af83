/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { createTranslator } from "use-intl/core";
import { de } from "@/messages/de/index.ts";
import { en } from "@/messages/en/index.ts";

/** Every message by its path. */
function leaves(messages: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(messages) as [string, string | object][]) {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") found.set(here, value);
    else for (const leaf of leaves(value, here)) found.set(...leaf);
  }
  return found;
}

/** What a message takes, and the marks in it. */
function partsOf(message: string): string[] {
  // The texts of a plural are in braces too.
  const outside = message.replace(/(?<!\w)(one|other|=\d+) \{[^{}]*\}/g, "");
  const values = Array.from(outside.matchAll(/\{(\w+)/g), ([, name]) => name);
  const marks = Array.from(message.matchAll(/<\w+>/g), ([mark]) => mark);
  return [...new Set([...values, ...marks])].map(String).sort();
}

describe("the messages", () => {
  const [english, german] = [leaves(en), leaves(de)];

  // That no key is missing or superfluous, the type check sees.
  it("take the same values in each language", () => {
    for (const [path, message] of english) {
      expect([path, partsOf(german.get(path) ?? "")]).toEqual([path, partsOf(message)]);
    }
  });

  it("can all be read", () => {
    for (const [locale, messages] of [
      ["en", en],
      ["de", de],
    ] as const) {
      const t = createTranslator<Record<string, never>>({
        locale,
        messages: messages as never,
        // They are given no values, which some lack.
        onError: ({ message }) => {
          if (!message.startsWith("FORMATTING_ERROR")) throw new Error(message);
        },
      }) as unknown as (path: string, values: object) => string;
      for (const path of english.keys()) expect(t(path, {})).not.toBe("");
    }
  });
});
