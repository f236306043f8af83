import { randomUUID } from "node:crypto";
import { articles, beginEntry, callAs, expectSaved } from "./support/journal.ts";
import { expectSound } from "./support/sound.ts";
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

test("all that was written is gone through, page by page, by keys, on paper and in German", async ({
  journal,
}) => {
  await journal.goto("/entries");
  await expect(journal.getByText("Nothing is written yet")).toBeVisible();
  const ops = Array.from({ length: 130 }, (_, n) => ({
    op: "put",
    kind: "entries",
    id: randomUUID(),
    record: {
      day: new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10),
      time: "08:15",
      title: n % 2 === 0 ? `Entry ${n}` : "",
      body: `Words of **day** ${n}. `.repeat(1 + (n % 9)),
      tags: n % 3 === 0 ? ["harbour"] : [],
      starred: n === 129,
    },
  }));
  await callAs(journal, "POST", "/api/sync", { ops });

  // What is older does not come at first.
  const older = /\/api\/entries\?.*cursor=/;
  await journal.route(older, (route) =>
    route.fulfill({ status: 500, json: { code: "internal", detail: "Not now." } }),
  );
  await journal.reload();
  const links = journal.getByRole("main").getByRole("link");
  await expect(journal.getByRole("heading", { name: "May 2024" })).toBeVisible();
  await expect(links.first()).toContainText("Words of day 129.");
  await links.first().focus();
  await journal.keyboard.press("ArrowDown");
  await expect(links.nth(1)).toBeFocused();
  await expect(links.nth(1)).toContainText("Entry 128");

  const beginning = journal.getByText("This is where your journal begins.");
  const again = journal.getByRole("button", { name: "Try again" });
  const scroll = () => journal.mouse.wheel(0, 4000);
  await journal.mouse.move(400, 300);
  await expect(async () => {
    await scroll();
    await expect(again).toBeVisible({ timeout: 300 });
  }).toPass();
  await expectSound(journal);
  await journal.unroute(older);
  await again.click();
  await expect(again).toBeHidden();
  await expect(async () => {
    await scroll();
    await expect(beginning).toBeInViewport({ timeout: 300 });
  }).toPass();
  expect(await links.count()).toBeLessThan(60);
  await expect(links.last()).toContainText("Entry 0");

  await journal.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await expect(links).toHaveCount(130);
  await journal.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await links.last().click();
  await expect(journal).toHaveURL(/\/day\/2024-01-01#entry-/);

  await callAs(journal, "PATCH", "/api/me", { locale: "de" });
  await journal.goto("/entries");
  await expect(journal.getByRole("heading", { name: "Einträge", level: 1 })).toBeVisible();
  await expect(journal.getByRole("heading", { name: "Mai 2024" })).toBeVisible();
});
