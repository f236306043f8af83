import { describe, expect, it } from "@jest/globals";
import type { Request } from "express";
import { assertSameSite } from "./same-site.ts";

const OURS = "https://timos.example";
const request = (site: string | undefined, origin: string | undefined) =>
  ({
    get: (name: string) => ({ "sec-fetch-site": site, origin })[name],
  }) as unknown as Request;

const isLetIn = (site: string | undefined, origin: string | undefined) => {
  try {
    assertSameSite(request(site, origin), [OURS]);
    return true;
  } catch {
    return false;
  }
};

/** What a browser says of where a request comes from, by `Sec-Fetch-Site` (down) and `Origin` (across). */
describe.each([
  // site, no Origin, ours, another's, null
  ["same-origin", true, true, true, true],
  ["none", true, true, true, true],
  ["same-site", false, true, false, false],
  ["cross-site", false, true, false, false],
  ["Same-Origin", false, true, false, false],
  ["same-origin, cross-site", false, true, false, false],
  ["", false, true, false, false],
  // Old browsers, and programs that are none.
  [undefined, true, true, false, false],
] as const)("a request that says Sec-Fetch-Site: %s", (site, ...expected) => {
  it.each([
    [undefined, expected[0]],
    [OURS, expected[1]],
    ["https://evil.example", expected[2]],
    ["null", expected[3]],
  ])("and Origin: %s", (origin, isAllowed) => {
    expect(isLetIn(site, origin)).toBe(isAllowed);
  });
});

describe("an origin that only looks like ours", () => {
  it.each([
    "http://timos.example",
    "https://timos.example.evil.example",
    "https://timos.example:8443",
    "https://a.timos.example",
    "https://TIMOS.example",
    "https://timos.example/",
    "https://timos.example, https://evil.example",
    "",
  ])("is not: %j", (origin) => {
    expect(isLetIn(undefined, origin)).toBe(false);
  });
});
