import type { Page } from "@playwright/test";
import { callAs } from "./support/journal.ts";
import { expectSound } from "./support/sound.ts";
import { expect, test } from "./support/test.ts";

const rows = (page: Page, name: string) =>
  page.getByRole("list", { name, exact: true }).locator("> li");
const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: true });

/** What is in the menu of a row. */
async function choose(page: Page, of: string, action: string): Promise<void> {
  await button(page, `More for ${of}`).click();
  await button(page, action).click();
}

async function idOf(page: Page, path: string): Promise<string> {
  const answer = await callAs(page, "GET", path);
  const { items } = (await answer.json()) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}

test("pillars are taken up, put into order by keys, archived, deleted and brought back", async ({
  journal,
}) => {
  await journal.getByRole("link", { name: "Pillars", exact: true }).click();
  await expect(journal.getByText("What does your life stand on?")).toBeVisible();
  await button(journal, "Add Family").click();
  await expect(rows(journal, "Pillars")).toHaveCount(1);
  await button(journal, "Add Health").click();
  await expect(rows(journal, "Pillars")).toHaveCount(2);

  await button(journal, "New pillar").click();
  const dialog = journal.getByRole("dialog", { name: "New pillar" });
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await dialog.getByLabel("Name").fill("Music");
  await dialog.getByRole("button", { name: "🎨" }).click();
  await expectSound(journal);
  // What was typed does not go by a slip of the finger.
  await journal.keyboard.press("Escape");
  await expect(dialog.getByText("What you changed is not saved.")).toBeVisible();
  await dialog.getByRole("button", { name: "Go on writing" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(rows(journal, "Pillars")).toHaveText([/Family/, /Health/, /Music/]);

  await button(journal, "Move Music").focus();
  for (const key of ["Enter", "ArrowUp", "ArrowUp", "ArrowUp"]) await journal.keyboard.press(key);
  await expect(journal.getByText("Music: 1 of 3.")).toBeAttached();
  await expect(button(journal, "Move Music")).toBeFocused();
  const reordered = journal.waitForResponse("**/api/pillars/reorder");
  await journal.keyboard.press("Enter");
  expect((await reordered).status()).toBe(204);
  await button(journal, "Move Music").focus();
  for (const key of ["Enter", "End", "Escape"]) await journal.keyboard.press(key);
  await expect(rows(journal, "Pillars")).toHaveText([/Music/, /Family/, /Health/]);
  await journal.reload();
  await expect(rows(journal, "Pillars")).toHaveText([/Music/, /Family/, /Health/]);

  const handle = await button(journal, "Move Music").boundingBox();
  const last = await rows(journal, "Pillars").last().boundingBox();
  await journal.mouse.move((handle?.x ?? 0) + 10, (handle?.y ?? 0) + 20);
  await journal.mouse.down();
  await journal.mouse.move(0, (last?.y ?? 0) + (last?.height ?? 0) - 4, { steps: 6 });
  await journal.mouse.up();
  await expect(rows(journal, "Pillars")).toHaveText([/Family/, /Health/, /Music/]);

  await choose(journal, "Health", "Archive");
  await expect(rows(journal, "Pillars")).toHaveCount(2);
  await journal.getByText(/^Archived\s*1$/).click();
  await button(journal, "Bring back Health").click();
  await expect(rows(journal, "Pillars")).toHaveCount(3);

  // One that a score names is kept, archived; one that nothing names goes to the trash.
  const family = await idOf(journal, "/api/pillars?limit=1");
  await callAs(journal, "PUT", `/api/pillars/${family}/scores/2026-01-05`, { score: 7 });
  for (const [name, said] of [
    ["Family", "“Family” is archived, not deleted: what you wrote names it, and keeps it."],
    ["Music", "“Music” is in the trash."],
  ] as const) {
    await choose(journal, name, "Delete");
    await journal.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(journal.getByText(said)).toBeVisible();
  }
  await expect(rows(journal, "Pillars")).toHaveText([/Health/]);
  await expectSound(journal);

  await journal.getByRole("link", { name: "Trash", exact: true }).click();
  await expect(rows(journal, "Trash")).toHaveText([/Music.*Pillar · Kept until .* at least/]);
  await expectSound(journal);
  await button(journal, "Restore Music").click();
  await expect(journal.getByText("The trash is empty")).toBeVisible();
  await button(journal, "Undo").click();
  await button(journal, "Delete Music for good").click();
  const purge = journal.getByRole("dialog", { name: "Delete “Music” for good?" });
  await purge.getByRole("button", { name: "Delete for good" }).click();
  await expect(journal.getByText("The trash is empty")).toBeVisible();
  await callAs(journal, "GET", `/api/pillars/${family}`);
});

test("a habit is checked on a former day, a reminder is set, a mood put away", async ({
  journal,
}) => {
  await journal.goto("/habits");
  await button(journal, "New habit").click();
  const dialog = journal.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Water");
  await dialog.getByLabel("Goal").selectOption("at_least");
  await dialog.getByLabel("How much").fill("6");
  await dialog.getByLabel("Unit").fill("glasses");
  await dialog.getByLabel("How often").selectOption("weekdays");
  await dialog.getByText("Sun", { exact: true }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(rows(journal, "Habits")).toHaveText([
    /Water\s*At least 6 glasses · Mon, Tue, Wed, Thu, Fri, Sun/,
  ]);

  await journal.getByRole("link", { name: "Water" }).click();
  await journal.getByRole("button", { name: "Month before" }).click();
  await journal.getByRole("button", { name: /^\w+, 5 .*: not due$/ }).click();
  await expect(journal.getByText(/^This day is before you began the habit/)).toBeVisible();
  await journal.getByText("Done", { exact: true }).click();
  await journal.getByLabel("glasses").fill("7");
  await button(journal, "Save").click();
  await expect(journal.getByRole("button", { name: /^\w+, 5 .*: done$/ })).toBeVisible();
  // The year of days is looked at where insights are; all of its links take their time.
  await button(journal, "Table").click();
  await expectSound(journal);
  await journal.getByText("Nothing", { exact: true }).click();
  await button(journal, "Take it back").click();
  await expect(journal.getByRole("button", { name: /^\w+, 5 .*: not due$/ })).toBeVisible();

  await journal.goto("/reminders");
  await expect(journal.getByText("TimOS does not send reminders yet.")).toBeVisible();
  await button(journal, "New reminder").click();
  await journal.getByLabel("At", { exact: true }).fill("20:30");
  for (const day of ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]) {
    await dialog.getByText(day, { exact: true }).click();
  }
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Choose at least one day.")).toBeVisible();
  await expectSound(journal);
  await dialog.getByText("Mon", { exact: true }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(rows(journal, "Reminders")).toHaveText([/20:30 · Look back on the day\s*Monday/]);

  await journal.goto("/moods");
  await choose(journal, "Angry", "Hide");
  await expect(rows(journal, "Moods")).toHaveCount(8);
  await expectSound(journal);
});

test("a week is written about, saved by itself, and gone on with by another tab", async ({
  journal,
  context,
}) => {
  await journal.goto("/week/2024-W53");
  await expect(journal.getByRole("heading", { name: "This page is blank" })).toBeVisible();
  await journal.goto("/week/2025-W01");
  await expect(journal.getByText(/^30 December 2024 – 5 January 2025$/)).toBeVisible();
  await journal.getByLabel("Note", { exact: true }).fill("A quiet turn of the year.");
  await journal.getByRole("textbox", { name: "A win" }).fill("Slept");
  await expect(journal.getByText(/^Saved \d\d:\d\d$/)).toBeVisible();
  await journal.reload();
  await expect(journal.getByLabel("Note", { exact: true })).toHaveValue(
    "A quiet turn of the year.",
  );
  await expect(journal.getByRole("textbox", { name: "Wins" })).toHaveValue("Slept");
  await expectSound(journal);

  // What a tab that is gone could not send, the next one sends.
  await journal.route("**/api/weekly-recaps/**", (route) =>
    route.request().method() === "PUT" ? route.abort() : route.fallback(),
  );
  await journal.getByLabel("Note", { exact: true }).fill("Snow at the turn of the year.");
  await expect(journal.getByText("Saved on this device")).toBeVisible();
  await journal.close({ runBeforeUnload: false });
  const next = await context.newPage();
  await next.goto("/week/2024-W52");
  await expect(next.getByRole("heading", { name: "Week 52" })).toBeVisible();
  await next.getByRole("link", { name: "Week after" }).click();
  await expect(next.getByLabel("Note", { exact: true })).toHaveValue(
    "Snow at the turn of the year.",
  );
  await expect(async () => {
    const stored = await callAs(next, "GET", "/api/weekly-recaps/by-week/2025-W01");
    expect(await stored.json()).toMatchObject({
      note: "Snow at the turn of the year.",
      wins: ["Slept"],
    });
  }).toPass();
});

test("templates and former days are sound, and a phone has a way to all of them", async ({
  journal,
}) => {
  const { day } = (await (await callAs(journal, "GET", "/api/today")).json()) as { day: string };
  const year = Number(day.slice(0, 4)) - 1;
  const before = `${year}-${day.slice(5) === "02-29" ? "02-28" : day.slice(5)}`;
  await callAs(journal, "POST", "/api/entries", {
    day: before,
    title: "The last day",
    body: "river ".repeat(300),
  });
  await journal.setViewportSize({ width: 360, height: 740 });
  await button(journal, "More").click();
  const sheet = journal.getByRole("dialog", { name: "More" });
  await expectSound(journal);
  await sheet.getByRole("link", { name: "On this day" }).click();
  await expect(sheet).toBeHidden();
  await expect(journal.getByRole("heading", { name: "A year ago" })).toBeVisible();
  await expectSound(journal);
  await journal.getByRole("link", { name: "Read on in The last day" }).click();
  await expect(journal).toHaveURL(new RegExp(`/day/${before}$`));

  await journal.goto("/templates");
  await button(journal, "New template").click();
  const dialog = journal.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Three lines");
  await dialog.getByLabel("Text").fill("**What happened**\n\n**What I leave here**\n");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(rows(journal, "Templates")).toHaveText([/Three lines/]);
  await expectSound(journal);
  const saved = await callAs(journal, "GET", "/api/templates");
  expect(await saved.json()).toMatchObject({
    items: [{ body: "**What happened**\n\n**What I leave here**\n" }],
  });
  await choose(journal, "Three lines", "Delete");
  await expect(rows(journal, "Templates")).toHaveCount(0);
  await button(journal, "Undo").click();
  await expect(rows(journal, "Templates")).toHaveText([/Three lines/]);
});
