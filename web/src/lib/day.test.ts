/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { isDay as isDayOfApi } from "@timos/api/contract";
import fc from "fast-check";
import {
  addDays,
  addMonths,
  clockIn,
  dayFor,
  dayInMonth,
  daysBetween,
  formatDay,
  isDay,
  instantOn,
  lastDayOf,
  monthOf,
  weekdayOf,
  weeksOf,
} from "./day.ts";

const day = fc.integer({ min: -719_162, max: 2_932_896 }).map((n) => addDays("1970-01-01", n));

describe("days", () => {
  it("are those of the API", () => {
    const two = fc.integer({ min: 0, max: 40 }).map((n) => String(n).padStart(2, "0"));
    const year = fc.constantFrom("0000", "0001", "1900", "2000", "2023", "2024", "9999", "999");
    fc.assert(
      fc.property(year, two, two, (...parts) => {
        const text = parts.join("-");
        expect([text, isDay(text)]).toEqual([text, isDayOfApi(text)]);
      }),
      { numRuns: 500 },
    );
    for (const text of ["", "2024-02-30", " 2024-02-01", "2024-02-01\n", "2024-2-1"]) {
      expect([text, isDay(text)]).toEqual([text, false]);
    }
  });

  it("counts across months, leap years and centuries", () => {
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
    expect(addDays("2100-02-28", 1)).toBe("2100-03-01");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
    expect(addDays("0001-12-31", 1)).toBe("0002-01-01");
    expect(addDays("9999-12-30", 1)).toBe("9999-12-31");
  });

  it("stays within the calendar, and comes back", () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 5000 }), (from, days) => {
        fc.pre(from > "0020");
        expect(isDay(from)).toBe(true);
        const to = addDays(from, -days);
        expect(daysBetween(to, from)).toBe(days);
        expect(addDays(to, days)).toBe(from);
      }),
    );
  });

  it("knows weekdays before and after 1970", () => {
    expect(weekdayOf("2026-11-21")).toBe(6);
    expect(weekdayOf("1970-01-01")).toBe(4);
    expect(weekdayOf("1969-12-28")).toBe(0);
    expect(weekdayOf("0001-01-01")).toBe(1);
  });

  it("writes out the same day in whatever zone the machine is", () => {
    const options = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
    expect(formatDay("2026-11-21", "en-GB", options)).toBe("Saturday, 21 November 2026");
    expect(formatDay("0099-03-01", "en-GB", { month: "long", day: "numeric" })).toBe("1 March");
  });
});

describe("months", () => {
  it("go on over the turn of the year", () => {
    expect(addMonths("2026-12", 1)).toBe("2027-01");
    expect(addMonths("2026-01", -1)).toBe("2025-12");
    expect(addMonths("2026-01", -13)).toBe("2024-12");
  });

  it("end where they end", () => {
    expect(lastDayOf("2024-02")).toBe("2024-02-29");
    expect(lastDayOf("2026-12")).toBe("2026-12-31");
    expect(dayInMonth("2026-01-31", "2026-02")).toBe("2026-02-28");
    expect(dayInMonth("2026-01-15", "2026-02")).toBe("2026-02-15");
  });

  it("are shown in whole weeks that begin where the person says", () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 6 }), (of, weekStartsOn) => {
        const month = monthOf(of);
        const weeks = weeksOf(month, weekStartsOn);
        const days = weeks.flat();
        expect(
          weeks.every((week) => week.length === 7 && weekdayOf(week[0] ?? "") === weekStartsOn),
        ).toBe(true);
        expect(days.filter((each) => monthOf(each) === month)).toHaveLength(
          Number(lastDayOf(month).slice(8)),
        );
        // No week is shown that has no day of the month.
        expect(weeks.every((week) => week.some((each) => monthOf(each) === month))).toBe(true);
      }),
    );
  });
});

describe("the clock of a zone", () => {
  const at = (instant: string, zone: string) => clockIn(zone, new Date(instant));

  it("shows day and time there", () => {
    expect(at("2026-11-21T23:30:00Z", "Pacific/Auckland")).toEqual({
      day: "2026-11-22",
      hour: 12,
      time: "12:30",
    });
    expect(at("2026-11-21T00:05:00Z", "America/Los_Angeles")).toEqual({
      day: "2026-11-20",
      hour: 16,
      time: "16:05",
    });
    expect(at("2026-11-21T00:00:00Z", "UTC").time).toBe("00:00");
  });

  it("skips the day Samoa skipped", () => {
    expect(at("2011-12-30T09:59:59Z", "Pacific/Apia").day).toBe("2011-12-29");
    expect(at("2011-12-30T10:00:00Z", "Pacific/Apia").day).toBe("2011-12-31");
  });

  it("gives the day before until the day-start hour", () => {
    const clock = (hour: number) => ({ day: "2026-03-01", hour, time: "" });
    expect(dayFor(clock(3), 4)).toBe("2026-02-28");
    expect(dayFor(clock(4), 4)).toBe("2026-03-01");
    expect(dayFor(clock(0), 0)).toBe("2026-03-01");
  });

  it.each([
    ["2026-11-21", "08:05", "Europe/Berlin", "2026-11-21T07:05:00.000Z"],
    // Before the day-start hour, a day's time is past midnight.
    ["2026-11-21", "01:30", "Europe/Berlin", "2026-11-22T00:30:00.000Z"],
    ["2026-11-21", "23:59", "Pacific/Auckland", "2026-11-21T10:59:00.000Z"],
    ["2026-03-08", "12:00", "America/Los_Angeles", "2026-03-08T19:00:00.000Z"],
    ["2026-10-25", "04:00", "Europe/Berlin", "2026-10-25T03:00:00.000Z"],
  ])("shows %s %s in %s at %s", (day, time, zone, instant) => {
    const found = instantOn(day, time, 4, zone);
    expect(found.toISOString()).toBe(instant);
    const clock = clockIn(zone, found);
    expect([dayFor(clock, 4), clock.time]).toEqual([day, time]);
  });
});
