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
  await journal.clock.setFixedTime(new Date("2026-11-21T01:20:00Z"));
  await callAs(journal, "PATCH", "/api/me", { timeZone: "UTC", dayStartHour: 4 });
  await journal.route("**/api/today", (route) =>
    route.fulfill({ json: { day: "2026-11-20", entries: [], isComplete: true } }),
  );
  await journal.reload();
  await expect(journal.getByRole("heading", { level: 1 })).toContainText("Friday");
  await expect(
    journal.getByText("It is 01:20. Your days begin at 04:00, so this is still Friday."),
  ).toBeVisible();
});

test("no such day is a page not found", async ({ journal }) => {
  await journal.goto("/day/2026-02-30");
  await expect(journal.getByRole("heading", { name: "This page is blank" })).toBeVisible();
});
