import { describe, expect, it } from "@jest/globals";
import { deviceName, whence } from "./whence.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
const at = new Date("2026-11-21T20:00:00.000Z");

describe("the name of a device", () => {
  it.each([
    [FIREFOX, "Firefox on Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
      "Microsoft Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
      "Safari on iPhone",
    ],
    [
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
      "Chrome on Android",
    ],
    ["SomethingNew/1.0 (X11; Linux x86_64)", "A browser on Linux"],
    ["", "An unknown device"],
    ["curl/8.5.0", "An unknown device"],
  ])("is one that a person recognises: %s", (userAgent, name) => {
    expect(deviceName(userAgent, "en")).toBe(name);
  });

  it("is said in their language", () => {
    expect(deviceName(FIREFOX, "de-CH")).toBe("Firefox unter Linux");
    expect(deviceName("", "de")).toBe("Ein unbekanntes Gerät");
  });

  it.each([
    "Call +1-555-0100 now/1.0 ",
    "<img src=x>/1.0 (X11; Linux x86_64) x/2 ",
    "Visit https://evil.example/1.0 (Linux) ",
    "A".repeat(255),
    "\u0000\u202e/\u0000 ",
  ])("is never what a stranger wrote into the header: %j", (userAgent) => {
    expect(["An unknown device", "A browser on Linux"]).toContain(deviceName(userAgent, "en"));
  });
});

describe("whence something was done", () => {
  it.each([
    ["Europe/Zurich", "en", "November 21, 2026 at 09:00 PM GMT+1"],
    ["Europe/Zurich", "de-CH", "21. November 2026 um 21:00 MEZ"],
    ["Asia/Kathmandu", "en", "November 22, 2026 at 01:45 AM GMT+5:45"],
    ["UTC", "ja", "November 21, 2026 at 08:00 PM UTC"],
    ["UTC", "de-x", "21. November 2026 um 20:00 UTC"],
  ])("is told by the clock of the reader: %s, %s", (timeZone, locale, expected) => {
    expect(whence(FIREFOX, timeZone, locale, at).at.replace(/\u202f/g, " ")).toBe(expected);
  });
});
