import { describe, expect, it } from "@jest/globals";
import { newSecret, otpauthUrl, stepOf } from "./totp.ts";

/** RFC 6238, appendix B: the secret of its SHA-1 vectors in base32; of eight digits apps show the last six. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const at = (second: number) => new Date(second * 1000);

describe("a code of an authenticator app", () => {
  it.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("is that of RFC 6238 at second %i", (second, code) => {
    expect(stepOf(SECRET, code, at(second))).toBe(Math.floor(second / 30));
  });

  // The code of the step from 1234567890 to 1234567919.
  const CODE = "005924";
  it.each([
    ["five seconds before its time", 1_234_567_885, true],
    ["six seconds before its time", 1_234_567_884, false],
    ["at its last second", 1_234_567_919, true],
    ["a step later", 1_234_567_949, true],
    ["two steps later", 1_234_567_950, false],
  ])("%s: %i", (_when, second, isTaken) => {
    expect(stepOf(SECRET, CODE, at(second)) !== null).toBe(isTaken);
  });

  it("is taken as people type it", () => {
    for (const typed of ["005 924", " 005924 ", "005-924"]) {
      expect(stepOf(SECRET, typed, at(1_234_567_890))).toBe(41_152_263);
    }
  });

  it.each([
    "",
    "5924",
    "0059240",
    "00592a",
    "00592４",
    "٠٠٥٩٢٤",
    "1e5000",
    "-05924x",
    "\u0000".repeat(6),
  ])("is not %j", (typed) => {
    expect(stepOf(SECRET, typed, at(1_234_567_890))).toBeNull();
  });

  it("is of a secret with 160 bits, which no two share", () => {
    const secrets = Array.from({ length: 50 }, newSecret);
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it("is handed to the app with whose it is, and by whom", () => {
    const url = new URL(otpauthUrl("ada+b@example.org", SECRET));
    expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual([
      "otpauth:",
      "totp",
      "/TimOS:ada+b@example.org",
    ]);
    expect(Object.fromEntries(url.searchParams)).toEqual({ secret: SECRET, issuer: "TimOS" });
  });
});
