import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { isAllowed, licenceFaults, Lock } from "./licence-rules.ts";

describe("licences", () => {
  it("of every locked package are allowed", () => {
    const file = join(import.meta.dirname, "../../package-lock.json");
    expect(licenceFaults(Lock.parse(JSON.parse(readFileSync(file, "utf8"))))).toEqual([]);
  });

  it.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0-only)", true],
    ["GPL-3.0-only OR MIT", true],
    ["MIT AND (GPL-3.0-only OR ISC)", true],
    ["MIT AND GPL-3.0-only", false],
    ["MIT OR ISC AND GPL-3.0-only", true],
    ["(MIT OR ISC) AND GPL-3.0-only", false],
    ["AGPL-3.0-only", false],
    ["UNLICENSED", false],
    ["SEE LICENSE IN LICENSE", false],
    ["(MIT", false],
    ["MIT)", false],
    ["", false],
  ])("%s is allowed: %s", (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
  });

  it("names a package that says nothing of its licence, and one in another's folder", () => {
    const packages = {
      "": {},
      web: { license: "GPL-3.0-only" },
      "node_modules/web": { link: true },
      "node_modules/unsaid": { version: "1.0.0" },
      "node_modules/fine/node_modules/@of/other": { version: "2.0.0", license: "SSPL-1.0" },
    };
    expect(licenceFaults({ packages })).toEqual([
      "unsaid 1.0.0: no licence is known",
      "@of/other 2.0.0: SSPL-1.0",
    ]);
  });
});
