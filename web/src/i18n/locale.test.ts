/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { dateLocaleOf, localeAccepted, localeFor, localeOf } from "./locale.ts";

describe("the language of a page", () => {
  it.each([
    ["", "en"],
    ["de", "de"],
    ["de-CH,de;q=0.9,en;q=0.8", "de"],
    ["fr-FR, en;q=0.7, de;q=0.9", "de"],
    ["fr,*;q=0.1", "en"],
    ["de;q=0, en;q=0.1", "en"],
    ["DE-at", "de"],
  ])("is read from Accept-Language: %s", (header, locale) => {
    expect(localeAccepted(header)).toBe(locale);
  });

  it("is what was chosen in this browser, if that is one there is", () => {
    expect(localeOf("en", "de")).toBe("en");
    expect(localeOf("xx", "de")).toBe("de");
    expect(localeOf(undefined, "de")).toBe("de");
  });

  it("is English for somebody whose own is not there", () => {
    expect(localeFor("de-CH")).toBe("de");
    expect(localeFor("fr")).toBe("en");
  });
});

describe("how dates are written", () => {
  it.each([
    ["de-CH", "de", "de-CH"],
    ["en-US", "en", "en-US"],
    ["en", "en", "en-GB"],
    ["de", "de", "de"],
    // The words are English, and so are the months among them.
    ["fr-FR", "en", "en-GB"],
    ["de-CH", "en", "en-GB"],
  ] as const)("for %s on a page in %s is as in %s", (tag, locale, written) => {
    expect(dateLocaleOf(tag, locale)).toBe(written);
  });
});
