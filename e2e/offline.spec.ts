import type { Page } from "@playwright/test";
import {
  addTo,
  articles,
  beginEntry,
  callAs,
  expectSaved,
  openAccountMenu,
  textOf,
} from "./support/journal.ts";
import { expect, test } from "./support/test.ts";

// Each is several visits, and tabs that wait for each other.
test.describe.configure({ timeout: 60_000 });

const API = "**/api/**";
const NEEDLE = "heron under the third bridge";

/** The databases of the browser, and which of these needles a script can read in anything that it keeps. */
const keptBy = (page: Page, ...needles: string[]) =>
  page.evaluate(async (wanted) => {
    const found: string[] = [];
    const decoder = new TextDecoder();
    const read = (value: unknown): string => {
      if (value instanceof ArrayBuffer || value instanceof Uint8Array) {
        return `${decoder.decode(value)} ${new TextDecoder("utf-16le").decode(value)}`;
      }
      if (typeof value !== "object" || value === null) return String(value);
      return Object.entries(value)
        .map(([name, member]) => `${name} ${read(member)}`)
        .join(" ");
    };
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("refused"));
      });
    const databases = await indexedDB.databases();
    for (const { name = "" } of databases) {
      const database = await asked(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const rows = await asked(database.transaction(store).objectStore(store).getAll());
        found.push(`${name} ${store}: ${rows.map(read).join(" ")}`);
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const text = (await (await cache.match(request))?.text()) ?? "";
        found.push(`${name} ${request.url}: ${text}`);
      }
    }
    found.push(
      JSON.stringify(Object.entries(localStorage)),
      JSON.stringify(Object.entries(sessionStorage)),
    );
    const text = found.join("\n");
    return {
      databases: databases.map(({ name }) => name),
      found: wanted.filter((needle) => text.includes(needle)),
    };
  }, needles);

/** Until what was typed is kept here, and no `Saved` of the server is waited for. */
const expectKept = (page: Page) =>
  expect(articles(page).first().getByText("Saved on this device")).toBeVisible({ timeout: 10_000 });

/** Ends a tab as a crash does, which tells it nothing before. */
async function kill(page: Page) {
  await page.evaluate(() =>
    Object.defineProperty(document, "visibilityState", { value: "visible" }),
  );
  await page.close({ runBeforeUnload: false });
}

/** Whether the worker keeps the document of a page. */
const keepsPage = (page: Page, path: string) =>
  page.evaluate(async (wanted) => {
    const names = (await caches.keys()).filter((name) => name.startsWith("timos-pages-"));
    const found = await Promise.all(
      names.map(async (name) => (await caches.open(name)).match(wanted, { ignoreVary: true })),
    );
    return found.some((each) => each !== undefined);
  }, path);

/** What waits is sent at once, and not when its time comes. */
const sendNow = (page: Page) =>
  articles(page).first().getByRole("button", { name: "Try now" }).click();

test("what was typed in tabs that were killed is back, sealed meanwhile, and none is lost", async ({
  journal,
  context,
  person,
}) => {
  const entry = await beginEntry(journal, "Before.");
  await expectSaved(entry);

  // Killed while the API is out of reach: sealed meanwhile, and back in its place.
  await context.route(API, (route) => route.abort());
  await addTo(entry, ` ${NEEDLE}`);
  await expectKept(journal);
  const killed = await keptBy(journal, NEEDLE, "Before.", person.email);
  expect(killed).toEqual({ databases: ["timos"], found: [] });
  await kill(journal);
  await context.unroute(API);
  const page = await context.newPage();
  await page.goto("/today");
  await expect(textOf(articles(page).first())).toHaveText(`Before. ${NEEDLE}`);
  await expectSaved(articles(page).first());

  // A second tab has its own words: none takes those of the other while it lives.
  const other = await context.newPage();
  await other.goto("/today");
  await context.route("**/api/entries/**", (route) => route.abort());
  await addTo(articles(page).first(), " One.");
  await expectKept(page);
  await addTo(articles(other).first(), " Two.");
  await expectKept(other);
  const third = await context.newPage();
  await third.goto("/today");
  await expect(textOf(articles(third).first())).toHaveText(`Before. ${NEEDLE}`);
  await third.close();
  await kill(other);
  await context.unroute("**/api/entries/**");
  await sendNow(page);
  await expectSaved(articles(page).first());

  // The tab that was closed left the second text: it is shown beside the first, and neither is lost.
  await page.reload();
  await expect(page.getByText("Changed elsewhere")).toBeVisible();
  await page.getByRole("button", { name: "Compare and choose" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep both" }).click();
  await expect(articles(page)).toHaveCount(2);
  await expectSaved(articles(page).nth(0));
  await expectSaved(articles(page).nth(1));
});

test("words outlive a session that ends, and a sign-out leaves nothing behind", async ({
  journal: page,
  context,
  person,
}) => {
  await expectSaved(await beginEntry(page, `Before the ${NEEDLE}.`));
  // The session ends on the server while something is typed; whoever signs in again finds it, and it is saved.
  await callAs(page, "POST", "/api/auth/logout-all", { exceptThis: false });
  await addTo(articles(page).first(), " Typed too late.");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/This device keeps it, sealed/)).toBeVisible({ timeout: 15_000 });
  await dialog.getByRole("button", { name: "Leave, and go on later" }).click();
  await page.waitForURL("**/sign-in**");
  expect((await keptBy(page, NEEDLE, "Typed too late")).found).toEqual([]);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/today");
  await expect(textOf(articles(page).first())).toContainText("Typed too late.");
  await expectSaved(articles(page).first());

  // Signing out asks first where something would be lost, and leaves nothing behind.
  await context.route("**/api/entries/**", (route) => route.abort());
  await addTo(articles(page).first(), " Never sent.");
  await expectKept(page);
  await openAccountMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("Not everything is saved")).toBeVisible();
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await context.unroute("**/api/entries/**");
  await sendNow(page);
  await expectSaved(articles(page).first());
  await openAccountMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in**");
  await expect
    .poll(() => keptBy(page, "heron", "timos.remembered", person.email))
    .toEqual({ databases: [], found: [] });
});

test.describe("without a connection", () => {
  test.use({ serviceWorkers: "allow" });

  test("the journal opens, is read and written in, and all of it is on the server afterwards", async ({
    journal: page,
    context,
    person,
  }) => {
    await callAs(page, "POST", "/api/habits", { name: "Barefoot" });
    await expectSaved(await beginEntry(page, `Before the ${NEEDLE}.`));
    await page.reload();
    // Everything it takes is there once the worker keeps the documents.
    await expect.poll(() => keepsPage(page, "/calendar"), { timeout: 20_000 }).toBe(true);

    await context.setOffline(true);
    await page.reload();
    await expect(page.getByText(/^No connection to TimOS\./)).toBeVisible();
    await expect(textOf(articles(page).first())).toHaveText(`Before the ${NEEDLE}.`);
    await beginEntry(page, "Written in the tunnel.");
    await expect(articles(page).nth(1).getByText("Saved on this device")).toBeVisible();
    const barefoot = page.getByRole("button", { name: "Barefoot", exact: true });
    await barefoot.click();
    await expect(page.getByText(/2 changes wait on this device/)).toBeVisible();
    await page.reload();
    await expect(textOf(articles(page).nth(1))).toHaveText("Written in the tunnel.");
    await expect(barefoot).toHaveAttribute("aria-pressed", "true");
    const kept = await keptBy(page, NEEDLE, "in the tunnel", "Barefoot", person.email);
    expect(kept).toEqual({ databases: ["timos"], found: [] });

    await context.setOffline(false);
    await expectSaved(articles(page).nth(1));
    await expect(page.getByText(/waits? on this device/)).toBeHidden();
    const view: unknown = await (await callAs(page, "GET", "/api/today")).json();
    expect(view).toMatchObject({
      entries: [{ body: `Before the ${NEEDLE}.` }, { body: "Written in the tunnel." }],
      habits: [{ habit: { name: "Barefoot" }, check: { state: "done" } }],
    });
  });
});
