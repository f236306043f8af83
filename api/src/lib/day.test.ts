import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isDay } from "../contract/values.ts";
import { addDays, dayAt, dayNumber, dayOf, daysBetween, daysOfMonth, weekdaysFrom } from "./day.ts";

const FIRST = -719_162;
const LAST = 2_932_896;
const anyNumber = fc.integer({ min: FIRST, max: LAST });

/** The same by the calendar of the runtime, from numbers only. */
function runtimeNumber(year: number, month: number, date: number): number {
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, date);
  return midnight.getTime() / 86_400_000;
}

describe("the number of a day", () => {
  it.each([
    ["1970-01-01", 0],
    ["1969-12-31", -1],
    ["0001-01-01", FIRST],
    ["9999-12-31", LAST],
    ["2000-02-29", 11_016],
    ["2000-03-01", 11_017],
    ["1900-02-28", -25_509],
    ["1900-03-01", -25_508],
    ["2026-11-21", 20_778],
  ])("of %s is %d, and back", (day, number) => {
    expect(dayNumber(day)).toBe(number);
    expect(dayOf(number)).toBe(day);
  });

  it("is what the runtime's calendar says, for every day there is", () => {
    let expected = FIRST;
    for (let year = 1; year <= 9999; year++) {
      const next = runtimeNumber(year + 1, 1, 1);
      const first = `${String(year).padStart(4, "0")}-01-01`;
      expect(dayNumber(first)).toBe(expected);
      expected = next;
    }
    expect(expected).toBe(LAST + 1);
    fc.assert(
      fc.property(anyNumber, (number) => {
        const day = dayOf(number);
        const [year, month, date] = day.split("-").map(Number) as [number, number, number];
        expect(runtimeNumber(year, month, date)).toBe(number);
      }),
    );
  });

  it("leads back to the day, which is one of the calendar and sorts like its number", () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        expect(dayNumber(dayOf(a))).toBe(a);
        expect(isDay(dayOf(a))).toBe(true);
        expect(dayOf(a) < dayOf(b)).toBe(a < b);
      }),
    );
  });
});

describe("adding days", () => {
  it.each([
    ["2024-02-28", 1, "2024-02-29"],
    ["2023-02-28", 1, "2023-03-01"],
    ["1900-02-28", 1, "1900-03-01"],
    ["2000-02-28", 1, "2000-02-29"],
    ["2100-03-01", -1, "2100-02-28"],
    ["2026-12-31", 1, "2027-01-01"],
    ["2026-01-01", -1, "2025-12-31"],
    ["2026-11-21", 0, "2026-11-21"],
    ["2026-11-21", 30, "2026-12-21"],
    ["0001-01-02", -1, "0001-01-01"],
    ["9999-12-30", 1, "9999-12-31"],
    ["2000-01-01", 146_097, "2400-01-01"],
  ])("to %s, %d of them, gives %s", (day, count, outcome) => {
    expect(addDays(day, count)).toBe(outcome);
  });

  it("is undone by taking as many away", () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (number, other) => {
        const count = other - number;
        expect(addDays(dayOf(number), count)).toBe(dayOf(other));
        expect(addDays(dayOf(other), -count)).toBe(dayOf(number));
      }),
    );
  });
});

describe("a range of days", () => {
  it("holds both of its ends", () => {
    expect(daysBetween("2024-02-27", "2024-03-01")).toEqual([
      "2024-02-27",
      "2024-02-28",
      "2024-02-29",
      "2024-03-01",
    ]);
    expect(daysBetween("2026-11-21", "2026-11-21")).toEqual(["2026-11-21"]);
  });

  it("is empty when it ends before it begins", () => {
    expect(daysBetween("2026-11-21", "2026-11-20")).toEqual([]);
  });

  it("holds each of its days once, in order", () => {
    fc.assert(
      fc.property(anyNumber, fc.integer({ min: 1, max: 800 }), (number, most) => {
        const length = Math.min(most, LAST - number + 1);
        const days = daysBetween(dayOf(number), dayOf(number + length - 1));
        expect(days).toHaveLength(length);
        expect(days).toEqual([...new Set(days)].sort());
      }),
    );
  });
});

describe("the days of a month", () => {
  it.each([
    ["2026-11", 30],
    ["2026-12", 31],
    ["2023-02", 28],
    ["2024-02", 29],
    ["1900-02", 28],
    ["2000-02", 29],
    ["0001-01", 31],
    ["0004-02", 29],
    ["9999-12", 31],
  ])("of %s are %d", (month, length) => {
    const days = daysOfMonth(month);
    expect(days).toHaveLength(length);
    expect(days[0]).toBe(`${month}-01`);
    expect(days.at(-1)).toBe(`${month}-${length}`);
    expect(days.every(isDay)).toBe(true);
  });
});

describe("the day that it is", () => {
  // Instant, zone, hour at which the day begins, the day.
  const cases: [string, string, number, string][] = [
    ["2026-11-21T23:59:59.999Z", "UTC", 0, "2026-11-21"],
    ["2026-11-22T00:00:00.000Z", "UTC", 0, "2026-11-22"],
    ["2026-11-22T00:00:30.000Z", "UTC", 0, "2026-11-22"],
    ["2026-11-22T00:00:30.000Z", "UTC", 3, "2026-11-21"],
    ["2026-11-22T02:59:59.999Z", "UTC", 3, "2026-11-21"],
    ["2026-11-22T03:00:00.000Z", "UTC", 3, "2026-11-22"],
    ["2026-11-22T05:59:59.999Z", "UTC", 6, "2026-11-21"],
    ["2026-11-22T06:00:00.000Z", "UTC", 6, "2026-11-22"],
    ["2026-01-01T01:30:00.000Z", "UTC", 3, "2025-12-31"],
    ["2024-03-01T01:30:00.000Z", "UTC", 3, "2024-02-29"],
    // Ten hours behind, five and a half ahead, fourteen ahead: three days at the same time.
    ["2026-11-21T09:59:59.000Z", "Pacific/Honolulu", 0, "2026-11-20"],
    ["2026-11-21T10:00:00.000Z", "Pacific/Honolulu", 0, "2026-11-21"],
    ["2026-11-21T18:29:59.000Z", "Asia/Kolkata", 0, "2026-11-21"],
    ["2026-11-21T18:30:00.000Z", "Asia/Kolkata", 0, "2026-11-22"],
    ["2026-11-21T21:29:59.000Z", "Asia/Kolkata", 3, "2026-11-21"],
    ["2026-11-21T21:30:00.000Z", "Asia/Kolkata", 3, "2026-11-22"],
    ["2026-11-21T09:59:59.000Z", "Pacific/Kiritimati", 0, "2026-11-21"],
    ["2026-11-21T10:00:00.000Z", "Pacific/Kiritimati", 0, "2026-11-22"],
    ["2026-11-21T10:59:59.000Z", "Pacific/Auckland", 0, "2026-11-21"],
    ["2026-11-21T11:00:00.000Z", "Pacific/Auckland", 0, "2026-11-22"],
    ["2026-07-21T11:59:59.000Z", "Pacific/Auckland", 0, "2026-07-21"],
    ["2026-07-21T12:00:00.000Z", "Pacific/Auckland", 0, "2026-07-22"],
    ["2026-11-21T07:59:59.000Z", "America/Los_Angeles", 0, "2026-11-20"],
    ["2026-11-21T08:00:00.000Z", "America/Los_Angeles", 0, "2026-11-21"],
    // São Paulo, 2018-11-04: midnight never came, the clock went from 23:59:59 to 01:00.
    ["2018-11-04T02:59:59.000Z", "America/Sao_Paulo", 0, "2018-11-03"],
    ["2018-11-04T03:00:00.000Z", "America/Sao_Paulo", 0, "2018-11-04"],
    ["2018-11-04T03:00:00.000Z", "America/Sao_Paulo", 1, "2018-11-04"],
    ["2018-11-04T03:30:00.000Z", "America/Sao_Paulo", 2, "2018-11-03"],
    ["2018-11-04T04:00:00.000Z", "America/Sao_Paulo", 2, "2018-11-04"],
    // And 2018-02-18, when the hour before midnight came twice.
    ["2018-02-18T01:59:59.000Z", "America/Sao_Paulo", 0, "2018-02-17"],
    ["2018-02-18T02:00:00.000Z", "America/Sao_Paulo", 0, "2018-02-17"],
    ["2018-02-18T03:00:00.000Z", "America/Sao_Paulo", 0, "2018-02-18"],
    ["2018-02-18T04:30:00.000Z", "America/Sao_Paulo", 2, "2018-02-17"],
    // Berlin, 2026-03-29: the clock went from 02:00 to 03:00.
    ["2026-03-29T00:59:59.000Z", "Europe/Berlin", 2, "2026-03-28"],
    ["2026-03-29T01:00:00.000Z", "Europe/Berlin", 2, "2026-03-29"],
    ["2026-03-29T01:00:00.000Z", "Europe/Berlin", 3, "2026-03-29"],
    ["2026-03-29T01:30:00.000Z", "Europe/Berlin", 4, "2026-03-28"],
    ["2026-03-29T02:00:00.000Z", "Europe/Berlin", 4, "2026-03-29"],
    // Berlin, 2026-10-25: the hour from 02:00 came twice.
    ["2026-10-24T21:59:59.000Z", "Europe/Berlin", 0, "2026-10-24"],
    ["2026-10-24T22:00:00.000Z", "Europe/Berlin", 0, "2026-10-25"],
    ["2026-10-25T00:00:00.000Z", "Europe/Berlin", 2, "2026-10-25"],
    ["2026-10-25T01:00:00.000Z", "Europe/Berlin", 2, "2026-10-25"],
    ["2026-10-25T01:00:00.000Z", "Europe/Berlin", 3, "2026-10-24"],
    ["2026-10-25T01:59:59.000Z", "Europe/Berlin", 3, "2026-10-24"],
    ["2026-10-25T02:00:00.000Z", "Europe/Berlin", 3, "2026-10-25"],
    ["2026-10-25T04:59:59.000Z", "Europe/Berlin", 6, "2026-10-24"],
    ["2026-10-25T05:00:00.000Z", "Europe/Berlin", 6, "2026-10-25"],
    // Apia went from 2011-12-29 to 2011-12-31.
    ["2011-12-30T09:59:59.999Z", "Pacific/Apia", 0, "2011-12-29"],
    ["2011-12-30T10:00:00.000Z", "Pacific/Apia", 0, "2011-12-31"],
    ["2011-12-30T11:30:00.000Z", "Pacific/Apia", 3, "2011-12-29"],
    ["2011-12-30T13:00:00.000Z", "Pacific/Apia", 3, "2011-12-31"],
    // Lord Howe turns its clock by half an hour: 2026-04-05 from 02:00 back to 01:30, 2026-10-04 from 02:00 to 02:30.
    ["2026-04-04T14:59:59.000Z", "Australia/Lord_Howe", 2, "2026-04-04"],
    ["2026-04-04T15:29:59.000Z", "Australia/Lord_Howe", 2, "2026-04-04"],
    ["2026-04-04T15:30:00.000Z", "Australia/Lord_Howe", 2, "2026-04-05"],
    ["2026-10-03T15:29:59.000Z", "Australia/Lord_Howe", 2, "2026-10-03"],
    ["2026-10-03T15:30:00.000Z", "Australia/Lord_Howe", 2, "2026-10-04"],
    ["2026-10-03T16:15:00.000Z", "Australia/Lord_Howe", 4, "2026-10-03"],
    // St. John's once turned its clock at 00:01: with the day beginning at midnight the day goes back with the clock.
    ["2010-11-07T02:30:30.000Z", "America/St_Johns", 0, "2010-11-07"],
    ["2010-11-07T02:31:00.000Z", "America/St_Johns", 0, "2010-11-06"],
    ["2010-11-07T02:30:30.000Z", "America/St_Johns", 1, "2010-11-06"],
    ["2010-11-07T02:31:00.000Z", "America/St_Johns", 1, "2010-11-06"],
  ];

  it.each(cases)("at %s in %s with the day beginning at %d is %s", (at, zone, startHour, day) => {
    expect(dayAt(new Date(at), zone, startHour)).toBe(day);
  });

  it("is never one that the zone skipped", () => {
    const from = Date.UTC(2011, 11, 29);
    for (let startHour = 0; startHour <= 6; startHour++) {
      const days = new Set(
        Array.from({ length: 6 * 48 }, (_, i) =>
          dayAt(new Date(from + i * 1_800_000), "Pacific/Apia", startHour),
        ),
      );
      expect(days).toContain("2011-12-29");
      expect(days).toContain("2011-12-31");
      expect(days).not.toContain("2011-12-30");
    }
  });
});

const ZONES = [
  "UTC",
  "Africa/Cairo",
  "America/Los_Angeles",
  "America/Sao_Paulo",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "Europe/Berlin",
  "Pacific/Apia",
  "Pacific/Auckland",
  "Pacific/Honolulu",
  "Pacific/Kiritimati",
];

const clocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }),
  ]),
);

/** The local clock as minutes since 1970, read in another way than the code under test does. */
function minutesAt(at: number, zone: string): number {
  const [day = "", time = ""] = clocks.get(zone)?.format(at).split(" ") ?? [];
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return dayNumber(day) * 1440 + hour * 60 + minute;
}

describe("the beginning of a day", () => {
  it("never lies after that of a later instant", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2040, 0) }),
        fc.integer({ min: 0, max: 86_400_000 }),
        (zone, startHour, at, gap) => {
          const day = dayAt(new Date(at), zone, startHour);
          expect(dayAt(new Date(at + gap), zone, startHour) >= day).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  // The weeks of 2018 in which each of these clocks was turned.
  const spans = [
    [Date.UTC(2018, 1, 15), Date.UTC(2018, 3, 5)],
    [Date.UTC(2018, 8, 25), Date.UTC(2018, 10, 10)],
  ] as const;
  const step = 30 * 60_000;

  it.each(ZONES)("in %s comes when the local clock reaches or leaps over the hour", (zone) => {
    for (const [from, to] of spans) {
      for (const startHour of [0, 1, 2, 3, 4, 6]) {
        let day = dayAt(new Date(from), zone, startHour);
        let count = 0;
        for (let at = from + step; at < to; at += step) {
          const next = dayAt(new Date(at), zone, startHour);
          if (next === day) continue;
          const begins = dayNumber(next) * 1440 + startHour * 60;
          expect(next).toBe(addDays(day, 1));
          expect(minutesAt(at - step, zone)).toBeLessThan(begins);
          expect(minutesAt(at, zone)).toBeGreaterThanOrEqual(begins);
          day = next;
          count++;
        }
        expect(count).toBeGreaterThan(40);
      }
    }
  });
});

describe("the days of a week", () => {
  it.each([
    [0, [7, 1, 2, 3, 4, 5, 6]],
    [1, [1, 2, 3, 4, 5, 6, 7]],
    [2, [2, 3, 4, 5, 6, 7, 1]],
    [6, [6, 7, 1, 2, 3, 4, 5]],
  ])("that begins on %d, of which 0 is Sunday, are %j", (start, order) => {
    expect(weekdaysFrom(start)).toEqual(order);
  });
});
