/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { formatDays } from "./format-days.ts";

describe("a range of days", () => {
  it.each([
    ["2026-11-16", "2026-11-22", "en-GB", "16–22 November 2026"],
    ["2026-11-30", "2026-12-06", "en-GB", "30 November–6 December 2026"],
    ["2026-12-28", "2027-01-03", "en-GB", "28 December 2026–3 January 2027"],
    ["2026-12-28", "2027-01-03", "de", "28. Dezember 2026–3. Januar 2027"],
    ["2026-11-16", "2026-11-22", "de-CH", "16.–22. November 2026"],
    ["2026-11-16", "2026-11-22", "en-US", "November 16–22, 2026"],
  ])("from %s to %s in %s", (from, to, locale, text) => {
    // Whether spaces stand around the dash, and which, changes from one runtime to the next.
    expect(formatDays(from, to, locale).replaceAll(/\s*–\s*/g, "–")).toBe(text);
  });
});
