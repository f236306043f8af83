import { addTo, articles, beginEntry, callAs, expectSaved, textOf } from "./support/journal.ts";
import { expect, test } from "./support/test.ts";

const ENTRIES = "**/api/entries/**";

test("two tabs at one entry: both versions are shown, and both are kept", async ({
  journal,
  context,
}) => {
  const mine = await beginEntry(journal, "Common ground.");
  await expectSaved(mine);
  const other = await context.newPage();
  await other.goto("/today");
  const theirs = articles(other).first();
  await addTo(theirs, "\nFrom the other tab.");
  await expectSaved(theirs);
  await other.close();

  await addTo(mine, "\nFrom this tab.");
  await expect(mine.getByText("Changed elsewhere")).toBeVisible();
  await addTo(mine, " And more of it.");
  await mine.getByRole("button", { name: "Compare and choose" }).click();
  const dialog = journal.getByRole("dialog");
  await expect(dialog.getByRole("region", { name: "Yours, not saved" })).toContainText(
    "And more of it.",
  );
  await expect(dialog.getByRole("region", { name: "Saved elsewhere" })).toContainText(
    "From the other tab.",
  );
  await dialog.getByRole("button", { name: "Keep both" }).click();

  await expect(articles(journal)).toHaveCount(2);
  await expectSaved(articles(journal).nth(0));
  await expectSaved(articles(journal).nth(1));
  await journal.reload();
  await expect(articles(journal)).toHaveCount(2);
  await expect(journal.getByRole("main")).toContainText("From the other tab.");
  await expect(journal.getByRole("main")).toContainText("From this tab. And more of it.");
});

test("an API that is gone: never `Saved`, and by itself once it is back", async ({ journal }) => {
  const entry = await beginEntry(journal, "Written before.");
  await expectSaved(entry);
  await journal.route(ENTRIES, (route) => route.abort());
  await addTo(entry, " Written into the void.");
  await expect(entry.getByText("Saved on this device")).toBeVisible();
  await expect(entry.getByText(/^Saved \d/)).toBeHidden();
  // Other pages say so too.
  await expect(journal.getByText(/1 change waits/)).toBeVisible();
  await journal.unroute(ENTRIES);
  await expectSaved(entry);
  await expect(journal.getByText(/1 change waits/)).toBeHidden();
  await journal.reload();
  await expect(textOf(articles(journal).first())).toHaveText(
    "Written before. Written into the void.",
  );
});

test("an answer that is lost on the way makes no conflict", async ({ journal }) => {
  let lost = 0;
  await journal.route(ENTRIES, async (route) => {
    if (lost >= 2) return route.fallback();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  const entry = await beginEntry(journal, "Arrived, unheard.");
  await expectSaved(entry);
  expect(lost).toBe(2);
  await journal.reload();
  await expect(articles(journal)).toHaveCount(1);
});

test("the page warns before it is left only while something would be lost with it", async ({
  journal,
}) => {
  // A browser that keeps nothing, as in a private window.
  await journal.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("refused", "SecurityError");
    };
  });
  await journal.reload();
  const entry = await beginEntry(journal, "One.");
  await expectSaved(entry);
  await journal.route(ENTRIES, (route) => route.abort());
  await addTo(entry, " Two.");
  await expect(entry.getByText("Not saved — retrying")).toBeVisible();
  await expect(journal.getByText(/^This browser keeps nothing/)).toBeVisible();
  const asked = journal.waitForEvent("dialog");
  void journal.evaluate(() => location.reload());
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await journal.unroute(ENTRIES);
  await expectSaved(entry);
  await journal.reload();
  await expect(textOf(articles(journal).first())).toHaveText("One. Two.");
});

test("unsaved text outlives the way to another page", async ({ journal }) => {
  const entry = await beginEntry(journal, "Kept in mind.");
  await expectSaved(entry);
  await journal.route(ENTRIES, (route) => route.abort());
  await addTo(entry, " Still.");
  await journal.getByRole("link", { name: "Calendar" }).click();
  await expect(journal.getByRole("grid")).toBeVisible();
  await expect(journal.getByText(/1 change waits/)).toBeVisible();
  await journal.getByRole("link", { name: "Today", exact: true }).click();
  await expect(textOf(articles(journal).first())).toHaveText("Kept in mind. Still.");
  await journal.unroute(ENTRIES);
  await expectSaved(articles(journal).first());
});

test("text comes back byte for byte", async ({ journal }) => {
  const body = "  leading\r\nreturn\rlone \u0000\u200b\u2028 👩🏽‍🚀 e\u0301 é\t\n\ntrailing  \n\n";
  const id = "5b0c9b56-3a0e-4f55-9a7b-0c8b5f6f1e01";
  const { day } = (await (await callAs(journal, "GET", "/api/today")).json()) as { day: string };
  await callAs(journal, "PUT", `/api/entries/${id}`, { day, title: " A title ", body });
  await journal.reload();
  const entry = articles(journal).first();
  await expect(textOf(entry)).toContainText("leading");
  await addTo(entry, "end");
  await expectSaved(entry);
  await entry.getByRole("button", { name: "Starred" }).click();
  await expect(entry.getByText("Unsaved changes")).toBeHidden();
  await expectSaved(entry);
  await expect(async () => {
    const read: unknown = await (await callAs(journal, "GET", `/api/entries/${id}`)).json();
    expect(read).toMatchObject({ body: `${body}end`, title: " A title ", starred: true });
  }).toPass();
});

test("tags, marks and time are kept", async ({ journal }) => {
  const entry = await beginEntry(journal, "With everything.");
  await entry.getByLabel("Add a tag").fill("sea");
  await journal.keyboard.press("Enter");
  await journal.keyboard.type("fog,");
  await entry.getByRole("button", { name: "Completed" }).click();
  await entry.getByLabel("Time").fill("06:40");
  await expectSaved(entry);
  await journal.reload();
  const again = articles(journal).first();
  await expect(again.getByRole("list", { name: "Tags" }).getByRole("listitem")).toHaveText([
    "sea",
    "fog",
  ]);
  await expect(again.getByRole("button", { name: "Completed" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await expect(again.getByLabel("Time")).toHaveValue("06:40");
});

test("what was moved to the trash by mistake is put back", async ({ journal }) => {
  const entry = await beginEntry(journal, "Not so fast.");
  await expectSaved(entry);
  await entry.getByRole("button", { name: "Move to the trash" }).click();
  await expect(articles(journal)).toHaveCount(0);
  await journal.getByRole("button", { name: "Undo" }).click();
  await expectSaved(articles(journal).first());
  await journal.reload();
  await expect(textOf(articles(journal).first())).toHaveText("Not so fast.");
});

test("what the API will not take is said, and kept", async ({ journal }) => {
  const entry = await beginEntry(journal, "Small.");
  await expectSaved(entry);
  await textOf(entry).click();
  await journal.keyboard.insertText("é".repeat(530_000));
  await expect(entry.getByText(/^Not saved\./)).toBeVisible({ timeout: 15_000 });
  await journal.keyboard.press("ControlOrMeta+z");
  await expectSaved(entry);
});
