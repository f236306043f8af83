import { type Page } from "@playwright/test";
import {
  articles,
  beginEntry,
  callAs,
  expectSaved,
  openAccountMenu,
  textOf,
} from "./support/journal.ts";
import { expectSound } from "./support/sound.ts";
import { expect, test } from "./support/test.ts";

const menu = (page: Page) => page.getByRole("listbox", { name: "Insert" });
const palette = (page: Page) => page.getByRole("dialog", { name: "Search" });

async function bodyOfFirst(page: Page): Promise<string> {
  const { items } = (await (await callAs(page, "GET", "/api/entries")).json()) as {
    items: { body: string }[];
  };
  return items[0]?.body ?? "";
}

test("an entry is written by keyboard alone: slash menu, template, lists, and out again", async ({
  journal,
}) => {
  // A key at a time, and two looks by axe: long on a busy machine.
  test.slow();
  const { keyboard } = journal;
  const template = { name: "Three lines", body: "**What happened**\n\n" };
  await callAs(journal, "POST", "/api/templates", template);
  const entry = await beginEntry(journal, "");
  const text = textOf(entry);

  await keyboard.type("/head");
  await expect(menu(journal).getByRole("option")).toHaveText([/^Heading/, /^Subheading/]);
  await expect(text).toHaveAttribute("aria-activedescendant", /.+/);
  await expectSound(journal);
  await expect(menu(journal)).toBeVisible();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(menu(journal)).toBeHidden();
  await keyboard.type("Rain and/or fog, 1/2 the day");
  await expect(menu(journal)).toBeHidden();
  await keyboard.press("Enter");

  // A slash that is meant as one stays one.
  await keyboard.type("either / or");
  await keyboard.press("Enter");
  await keyboard.type("keep this /");
  await expect(menu(journal)).toBeVisible();
  await keyboard.press("Escape");
  await expect(menu(journal)).toBeHidden();
  await keyboard.press("Enter");

  await keyboard.type("/list");
  await keyboard.press("Enter");
  await keyboard.type("one");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await keyboard.type("below");
  await keyboard.press("Enter");
  await keyboard.press("Shift+Tab");
  await keyboard.type("two");
  await keyboard.press("Enter");
  await keyboard.press("Enter");
  await keyboard.type("/todo");
  await keyboard.press("Enter");
  await keyboard.type("call");
  await keyboard.press("ControlOrMeta+Enter");
  await keyboard.press("Enter");
  await keyboard.press("Enter");
  const odd = "\tTabs, trailing  \n\n\n   שלום עולם 👩🏽‍🚀 e\u0301\n* * *\n1) x ~~a~~ <b>\n";
  await keyboard.insertText(odd);
  await keyboard.type("/thr");
  await expect(menu(journal).getByRole("option", { name: "Template: Three lines" })).toBeVisible();
  await keyboard.press("Enter");
  await keyboard.type("- last");

  // From a list, Tab leads on only after Escape.
  await keyboard.press("Tab");
  await expect(text).toBeFocused();
  await keyboard.press("Escape");
  await keyboard.press("Tab");
  await expect(text).not.toBeFocused();
  await expectSaved(entry);
  const written = [
    "## Rain and/or fog, 1/2 the day",
    "either / or",
    "keep this /",
    "- one",
    "  - below",
    "- two",
    "- [x] call",
    `${odd}${template.body}- last`,
  ].join("\n");
  expect(await bodyOfFirst(journal)).toBe(written);
});

test("mood, pillars and tags used before stand beside a text; pictures are not swallowed silently", async ({
  journal,
}) => {
  await callAs(journal, "POST", "/api/pillars", { name: "Family" });
  const { day } = (await (await callAs(journal, "GET", "/api/today")).json()) as { day: string };
  await callAs(journal, "POST", "/api/entries", {
    day: "2024-05-03",
    body: "b",
    tags: ["seaside"],
  });
  const entry = await beginEntry(journal, "Beside the sea.");
  await entry.getByRole("button", { name: "Mood" }).click();
  await entry.getByText("Calm").click();
  await expect(entry.getByRole("button", { name: "Mood: Calm" })).toBeVisible();
  await entry.getByRole("button", { name: "Pillars" }).click();
  await entry.getByRole("checkbox", { name: "Family" }).check();
  await journal.keyboard.press("Escape");
  await entry.getByRole("combobox", { name: "Add a tag" }).fill("sea");
  await expect(entry.getByRole("option", { name: "seaside" })).toBeVisible();
  await journal.keyboard.press("ArrowDown");
  await journal.keyboard.press("Enter");
  await expect(entry.getByRole("list", { name: "Tags" })).toHaveText("seaside");

  await textOf(entry).evaluate((element) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(["x"], "sea.png", { type: "image/png" }));
    clipboardData.setData("text/plain", " With words.");
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
  });
  await expect(journal.getByText("Pictures and files cannot be kept yet.")).toBeVisible();
  await expect(textOf(entry)).toContainText("With words.");
  await expectSaved(entry);
  await journal.reload();
  await expect(articles(journal).getByRole("button", { name: "Mood: Calm" })).toBeVisible();
  await expect(articles(journal).getByRole("button", { name: "Pillars: Family" })).toBeVisible();
  await expectSound(journal);
  const { items } = (await (
    await callAs(journal, "GET", `/api/entries?from=${day}&to=${day}`)
  ).json()) as { items: { tags: string[]; moodId: string | null; pillarIds: string[] }[] };
  expect(items[0]).toMatchObject({ tags: ["seaside"] });
  expect([items[0]?.moodId, items[0]?.pillarIds.length]).toEqual([expect.any(String), 1]);
});

test("the palette finds an entry and opens it; an earlier version comes back, and goes again", async ({
  journal,
}) => {
  const addresses: string[] = [];
  journal.on("request", (request) => void addresses.push(request.url()));
  const id = "7d0c9b56-3a0e-4f55-9a7b-0c8b5f6f1e02";
  const put = (body: string) =>
    callAs(journal, "PUT", `/api/entries/${id}`, {
      day: "2024-05-03",
      title: "By the river",
      body,
    });
  await put("A kingfisher on the old bridge.");
  await put("A kingfisher on the new bridge.\n\nTwice.");

  await expect(journal.getByRole("heading", { level: 1 })).toBeVisible();
  await journal.keyboard.press("ControlOrMeta+k");
  const field = palette(journal).getByRole("combobox", { name: /Search/ });
  await expect(field).toBeFocused();
  await expect(palette(journal).getByRole("option", { name: "Calendar" })).toBeVisible();
  await field.fill("3 may 2024");
  await expect(palette(journal).getByRole("option", { name: /^Go to .*3 May 2024/ })).toBeVisible();
  await field.fill("kingfi");
  const found = palette(journal).getByRole("option", { name: /By the river/ });
  await expect(found.locator("mark")).toHaveText("kingfi");
  await expectSound(journal);
  await palette(journal).getByRole("button", { name: "Filters" }).click();
  await palette(journal).getByLabel("From").fill("2024-05-04");
  await expect(palette(journal).getByText("Nothing found for “kingfi”")).toBeVisible();
  await palette(journal).getByRole("button", { name: "Clear the filters" }).click();
  await expect(found).toBeVisible();
  await field.press("Enter");
  await journal.waitForURL(/\/day\/2024-05-03#/);
  await expect(palette(journal)).toBeHidden();
  const entry = articles(journal).first();
  await expect(textOf(entry)).toContainText("Twice.");

  await entry.getByRole("button", { name: "Earlier versions" }).click();
  const dialog = journal.getByRole("dialog", { name: "Earlier versions" });
  await expect(dialog.locator("del")).toContainText("old");
  await expect(dialog.locator("ins").first()).toContainText("new");
  await expectSound(journal);
  await dialog.getByRole("button", { name: "Restore this version" }).click();
  await expect(dialog).toBeHidden();
  await expect(textOf(entry)).toHaveText("A kingfisher on the old bridge.");
  await journal.getByRole("button", { name: "Undo" }).click();
  await expect(textOf(entry)).toContainText("Twice.");
  await expectSaved(entry);

  // Nothing that was looked for is in an address, or stays on this device.
  expect(addresses.filter((address) => address.includes("kingfi"))).toEqual([]);
  const kept = await journal.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
  expect(kept).not.toContain("kingfi");
});

test("the map of the keyboard is a key away, and single keys can be turned off", async ({
  journal,
}) => {
  const keys = journal.getByRole("dialog", { name: "Keyboard" });
  const { keyboard } = journal;
  await openAccountMenu(journal);
  await keyboard.press("Escape");
  await keyboard.press("?");
  await expect(keys.getByText("Out of the text, also from a list")).toBeVisible();
  await expectSound(journal);
  await keys.getByRole("checkbox", { name: "Use them" }).uncheck();
  await keyboard.press("Escape");
  await expect(keys).toBeHidden();
  await keyboard.press("?");
  await keyboard.press("n");
  await expect(keys).toBeHidden();
  await expect(articles(journal)).toHaveCount(0);
  await keyboard.press("ControlOrMeta+/");
  await keys.getByRole("checkbox", { name: "Use them" }).check();
  await keyboard.press("Escape");
  await keyboard.press("c");
  await journal.waitForURL("**/calendar");
  // An entry is begun from anywhere, today; in its text a letter is a letter.
  await keyboard.press("n");
  await expect(textOf(articles(journal).first())).toBeFocused();
  await keyboard.type("c?");
  await expect(textOf(articles(journal).first())).toHaveText("c?");

  await journal.goto("/search");
  await journal.getByRole("combobox", { name: /Search/ }).fill("zzz");
  await expect(journal.getByText("Nothing found for “zzz”")).toBeVisible();
  await expectSound(journal);
});
