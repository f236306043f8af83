import { articles, beginEntry, callAs, expectSaved } from "./support/journal.ts";
import { expect, test } from "./support/test.ts";

test("the calendar counts entries, moves by keys, and opens days", async ({ journal }) => {
  for (const title of ["one", "two", "three"]) {
    await callAs(journal, "POST", "/api/entries", { day: "2024-02-29", title });
  }
  await journal.goto("/calendar?month=2024-02");
  await expect(journal.getByRole("heading", { name: "February 2024" })).toBeVisible();
  await expect(journal.getByText("3 entries on 1 day.")).toBeVisible();
  const leapDay = journal.getByRole("link", {
    name: /29 February, 3 entries|February 29, 3 entries/,
  });
  await leapDay.focus();

  await journal.getByRole("grid").locator("a[tabindex='0']").focus();
  await journal.keyboard.press("PageDown");
  await expect(journal.getByRole("heading", { name: "March 2024" })).toBeVisible();
  await journal.keyboard.press("PageUp");
  await expect(journal.getByRole("heading", { name: "February 2024" })).toBeVisible();
  await journal.keyboard.press("Home");
  await journal.keyboard.press("ArrowRight");
  await expect(journal.getByRole("grid").locator("a:focus")).toHaveAccessibleName(/^Tuesday/);

  await leapDay.click();
  await journal.waitForURL("**/day/2024-02-29");
  await expect(journal.getByRole("heading", { level: 1 })).toContainText("Thursday");
  await expect(articles(journal)).toHaveCount(3);
  await journal.getByRole("link", { name: /^Day after/ }).click();
  await journal.waitForURL("**/day/2024-03-01");
  const entry = await beginEntry(journal, "Written later.");
  await expectSaved(entry);
  await expect(entry.getByLabel("Time")).toHaveValue("");
  await journal.getByRole("link", { name: "March 2024" }).click();
  await expect(journal.getByText("1 entry on 1 day.")).toBeVisible();
});

test("the week begins where the person says", async ({ journal }) => {
  await callAs(journal, "PATCH", "/api/me", { weekStartsOn: 0 });
  await journal.goto("/calendar");
  await expect(journal.getByRole("columnheader").first()).toContainText("Sunday");
});

test("before the day-start hour it is still the day before, and Today says so", async ({
  journal,
}) => {
  const { timeZone, weekday } = whereItIsOneAtNight();
  await callAs(journal, "PATCH", "/api/me", { timeZone, dayStartHour: 4 });
  await journal.reload();
  await expect(journal.getByRole("heading", { level: 1 })).toContainText(weekday);
  await expect(
    journal.getByText(
      new RegExp(`^It is 0[12]:\\d\\d. Your days begin at 04:00, so this is still ${weekday}.$`),
    ),
  ).toBeVisible();
});

/** A zone where it is past one at night now, and the day of the week that ended there an hour ago. */
function whereItIsOneAtNight(): { timeZone: string; weekday: string } {
  const now = new Date();
  const hoursEast = ((1 - now.getUTCHours() + 36) % 24) - 12;
  const yesterday = new Date(now.getTime() + (hoursEast - 24) * 3_600_000);
  return {
    // These are named by how far west they are.
    timeZone: `Etc/GMT${hoursEast > 0 ? "-" : "+"}${Math.abs(hoursEast)}`,
    weekday: yesterday.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" }),
  };
}

test("no such day is a page not found", async ({ journal }) => {
  await journal.goto("/day/2026-02-30");
  await expect(journal.getByRole("heading", { name: "This page is blank" })).toBeVisible();
});
