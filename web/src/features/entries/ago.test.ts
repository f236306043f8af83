import { expect, it } from "@jest/globals";
import { ago } from "./ago.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");

it.each([
  [0, "en-GB", "now"],
  [-5, "en-GB", "now"],
  [59, "en-GB", "now"],
  [60, "en-GB", "1 minute ago"],
  [12 * 60 + 59, "en-GB", "12 minutes ago"],
  [3 * 3600, "de", "vor 3 Stunden"],
  [24 * 3600, "en-GB", null],
])("%i seconds ago in %s", (seconds, locale, expected) => {
  expect(ago(NOW - seconds * 1000, NOW, locale)).toBe(expected);
});
