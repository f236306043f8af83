import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Day, Id, isDay, Page, text, TimeOfDay, TimeZone } from "./values.ts";

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe("a day", () => {
  it("is every one that the calendar has, and none that it has not", () => {
    for (const year of [1, 4, 100, 400, 1900, 2000, 2023, 2024, 2100, 9999]) {
      for (let month = 0; month <= 13; month++) {
        for (let date = 0; date <= 32; date++) {
          const parts = [String(year).padStart(4, "0"), month, date];
          const day = parts.map((part) => String(part).padStart(2, "0")).join("-");
          // The runtime takes what is too much over into the next month; a day that stays is real.
          const real = new Date(0);
          real.setUTCFullYear(year, month - 1, date);
          const isReal = real.getUTCMonth() === month - 1 && real.getUTCDate() === date;
          expect([day, isDay(day)]).toEqual([day, isReal]);
        }
      }
    }
  });

  it.each(["0001-01-01", "9999-12-31", "2024-02-29", "2000-02-29", "0004-02-29"])(
    "may be %s",
    (day) => {
      expect(accepts(Day, day)).toBe(true);
    },
  );

  it.each([
    "2026-02-30",
    "2026-02-29",
    "2023-02-29",
    "1900-02-29",
    "2026-04-31",
    "2026-00-10",
    "2026-13-01",
    "2026-01-00",
    "0000-01-01",
    "0000-12-31",
    "10000-01-01",
    "999-01-01",
    "-001-01-01",
    "+2026-01-01",
    "2026-1-1",
    "2026-11-21 ",
    " 2026-11-21",
    "2026-11-21\n",
    "2026-11-21\0",
    "2026-11-21T00:00:00Z",
    "20261121",
    "2026/11/21",
    "2026-11-21-01",
    "2026‑11‑21",
    "２０２６-11-21",
    "٢٠٢٦-١١-٢١",
    "today",
    "",
  ])("is not %j", (day) => {
    expect(accepts(Day, day)).toBe(false);
    expect(isDay(day)).toBe(false);
  });

  it.each([20261121, null, undefined, ["2026-11-21"], { day: "2026-11-21" }, true])(
    "is text, not %j",
    (value) => {
      expect(accepts(Day, value)).toBe(false);
    },
  );
});

describe("a time of day", () => {
  it.each(["00:00", "08:30", "09:59", "19:00", "20:00", "23:59"])("may be %s", (time) => {
    expect(accepts(TimeOfDay, time)).toBe(true);
  });

  it.each([
    "24:00",
    "23:60",
    "8:30",
    "08:3",
    "08.30",
    "0830",
    "08:30:00",
    "08:30\n",
    " 08:30",
    "-1:00",
    "٠٨:٣٠",
    "",
  ])("is not %j", (time) => {
    expect(accepts(TimeOfDay, time)).toBe(false);
  });
});

describe("text", () => {
  it.each([
    ["a letter", "a", 1],
    ["an umlaut", "ü", 2],
    ["a sign of the euro", "€", 3],
    ["an emoji", "😀", 4],
    ["a family of emoji", "👨‍👩‍👧‍👦", 25],
    ["a combining mark", "e\u0301", 3],
    ["NUL", "\0", 1],
    ["a line break", "\r\n", 2],
  ])("is measured in bytes of UTF-8: %s", (_, unit, bytes) => {
    for (const count of [1, 7, 100]) {
      expect(accepts(text(bytes * count), unit.repeat(count))).toBe(true);
      expect(accepts(text(bytes * count - 1), unit.repeat(count))).toBe(false);
    }
  });

  it("of any length fits exactly as many bytes as it has, and comes out as it went in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (value) => {
        const bytes = Buffer.byteLength(value);
        expect(text(bytes).parse(value)).toBe(value);
        if (bytes > 0) expect(accepts(text(bytes - 1), value)).toBe(false);
      }),
    );
  });

  it.each(["\ud83d", "\ude00", "a\ud83db", "\ude00\ud83d", "😀\ud83d"])(
    "has no half of a surrogate pair: %j",
    (value) => {
      expect(accepts(text(1000), value)).toBe(false);
    },
  );
});

describe("an id", () => {
  it("is random, and put in lower case", () => {
    expect(Id.parse("0B5E0C6E-27A7-4F3B-9A76-1E6C8F0D2A11")).toBe(
      "0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11",
    );
    fc.assert(
      fc.property(fc.uuid({ version: 4 }), (id) => {
        expect(Id.parse(id.toUpperCase())).toBe(id);
      }),
    );
  });

  it("is not one that says when or where it was made, nor nothing, nor everything", () => {
    fc.assert(
      fc.property(fc.uuid({ version: [1, 2, 3, 5, 6, 7, 8] }), (id) => {
        expect(accepts(Id, id)).toBe(false);
      }),
    );
  });

  it.each([
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "0b5e0c6e-27a7-4f3b-7a76-1e6c8f0d2a11",
    "0b5e0c6e-27a7-4f3b-ca76-1e6c8f0d2a11",
    "0b5e0c6e27a74f3b9a761e6c8f0d2a11",
    "{0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11}",
    "urn:uuid:0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11",
    "0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11\n",
    "0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a1",
    "gb5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11",
    "1",
    "",
  ])("is not %j", (id) => {
    expect(accepts(Id, id)).toBe(false);
  });
});

describe("a page", () => {
  it("has fifty items unless told otherwise", () => {
    expect(Page.parse({})).toEqual({ limit: 50 });
  });

  it.each([
    ["1", 1],
    ["200", 200],
    ["50", 50],
  ])("may have %s", (limit, expected) => {
    expect(Page.parse({ limit, cursor: "c" })).toEqual({ limit: expected, cursor: "c" });
  });

  it.each([
    [{ limit: "0" }],
    [{ limit: "201" }],
    [{ limit: "-1" }],
    [{ limit: "1.5" }],
    [{ limit: "many" }],
    [{ limit: "" }],
    [{ limit: "Infinity" }],
    [{ limit: "NaN" }],
    [{ limit: ["10", "20"] }],
    [{ cursor: "c".repeat(513) }],
    [{ cursor: ["a", "b"] }],
    [{ offset: "10" }],
  ])("is not described by %j", (query) => {
    expect(accepts(Page, query)).toBe(false);
  });
});

describe("a time zone", () => {
  it.each([
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Calcutta",
    "America/Argentina/Buenos_Aires",
    "Australia/Lord_Howe",
    "Etc/GMT+12",
    "Pacific/Kiritimati",
  ])("may be %s", (zone) => {
    expect(TimeZone.parse(zone)).toBe(zone);
  });

  it.each([
    "",
    " ",
    "Mars/Olympus_Mons",
    "Europe/Berlin ",
    "Europe/Berlin\0",
    "Europe",
    "+01:00",
    "-05",
    "01:00",
    "../../etc/passwd",
    "a".repeat(65),
  ])("is not %j", (zone) => {
    expect(accepts(TimeZone, zone)).toBe(false);
  });

  it.each([1, null, undefined, {}])("is text, not %j", (zone) => {
    expect(accepts(TimeZone, zone)).toBe(false);
  });
});
