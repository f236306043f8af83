import type { Locator } from "@playwright/test";
import {
  addTo,
  articles,
  beginEntry,
  callAs,
  expectSaved,
  openAccountMenu,
  textOf,
} from "./support/journal.ts";
import { expectSound } from "./support/sound.ts";
import { expect, test } from "./support/test.ts";

test("the public pages are sound", async ({ page }) => {
  const token = "A".repeat(32);
  for (const path of [
    "/",
    "/sign-in?notice=ended",
    "/sign-up",
    "/forgot-password",
    `/reset-password#token=${token}`,
    "/invite",
    "/no/such/page",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectSound(page);
  }
  await page.goto(`/verify-email#token=${token}`);
  await expectSound(page);
  await page.getByRole("button", { name: "Confirm and begin" }).click();
  await expect(page.getByRole("heading", { name: "This link is used" })).toBeVisible();
  await expectSound(page);
});

test("the pages of a journal are sound, empty and written in", async ({ journal, context }) => {
  // Six pages full of things, each looked through twice.
  test.slow();
  await expect(journal.getByRole("button", { name: "New entry" })).toBeVisible();
  await expectSound(journal);
  const entry = await beginEntry(
    journal,
    "# Heading\n\n*Words* and `code`, [a link](https://example.org)\n\n> quote",
  );
  await entry
    .getByLabel("Add a tag")
    .fill("a-tag-that-is-rather-long-for-a-narrow-telephone-held-upright");
  await journal.keyboard.press("Enter");
  await expectSaved(entry);
  await expectSound(journal);

  const other = await context.newPage();
  await other.goto("/today");
  await addTo(articles(other).first(), " theirs");
  await expectSaved(articles(other).first());
  await other.close();
  await addTo(entry, " mine");
  await entry.getByRole("button", { name: "Compare and choose" }).click();
  await expectSound(journal);
  await journal.getByRole("button", { name: "Keep mine" }).click();
  await expectSaved(entry);

  for (const path of ["/calendar", "/day/2024-02-29"]) {
    await journal.goto(path);
    await expect(journal.getByRole("heading", { level: 1 })).toBeVisible();
    await expectSound(journal);
  }
  await openAccountMenu(journal);
  await expectSound(journal);
});

test("a whole day's writing needs no pointer", async ({ journal }) => {
  const press = (key: string) => journal.keyboard.press(key);
  await expect(journal.getByRole("button", { name: "New entry" })).toBeVisible();
  await press("Tab");
  await expect(journal.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await press("Enter");
  await press("Tab");
  await press("Enter");
  const entry = articles(journal).first();
  await expect(textOf(entry)).toBeFocused();
  await journal.keyboard.type("By hand alone.");
  await press("ControlOrMeta+s");
  await expectSaved(entry);
  await press("Shift+Tab");
  await expect(entry.getByLabel("Title")).toBeFocused();
  await journal.keyboard.type("Keys");
  await press("Enter");
  await expect(textOf(entry)).toBeFocused();
  // Past the mood and the pillars.
  const tag = entry.getByLabel("Add a tag");
  for (let stops = 0; stops < 4 && !(await isFocused(tag)); stops++) await press("Tab");
  await expect(tag).toBeFocused();
  await journal.keyboard.type("hands");
  await press("Enter");
  await expectSaved(entry);
  await expect(entry.getByRole("listitem")).toHaveText("hands");
});

const isFocused = (at: Locator) => at.evaluate((element) => element === document.activeElement);

test("every document is under the strict policy, and no answer of the journal is cached", async ({
  journal,
}) => {
  for (const path of ["/", "/today", "/no/such/page"]) {
    const answer = await journal.request.get(path);
    const headers = answer.headers();
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers).toMatchObject({
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(headers["cache-control"]).toContain("no-store");
    expect(headers["x-powered-by"]).toBeUndefined();
  }
  const answer = await callAs(journal, "GET", "/api/today");
  expect(answer.headers()["cache-control"]).toContain("no-store");
});

test("the theme is chosen by hand, and is there before the page is", async ({ journal }) => {
  await openAccountMenu(journal);
  await journal.getByText("Dark", { exact: true }).click();
  await journal.goto("/calendar");
  const html = await (await journal.request.get("/calendar")).text();
  expect(html).toContain('data-theme="dark"');
  expect(await journal.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(
    "dark",
  );
});
