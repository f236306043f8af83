import { type Locator, type Page, expect } from "@playwright/test";

export const articles = (page: Page): Locator => page.getByRole("article");
export const textOf = (entry: Locator): Locator => entry.getByRole("textbox", { name: "Text" });

/** Begins an entry and types `text` into it; does not wait for it to be saved. */
export async function beginEntry(page: Page, text: string): Promise<Locator> {
  const before = await articles(page).count();
  await page.getByRole("button", { name: "New entry" }).click();
  const entry = articles(page).nth(before);
  await expect(textOf(entry)).toBeFocused();
  await page.keyboard.insertText(text);
  return entry;
}

/** Types at the end of an entry's text. */
export async function addTo(entry: Locator, text: string): Promise<void> {
  await textOf(entry).click();
  await entry.page().keyboard.press("ControlOrMeta+End");
  await entry.page().keyboard.insertText(text);
}

/** Its button has the person's name, or the word where there is no room for one. */
export const openAccountMenu = (page: Page) =>
  page
    .getByRole("navigation", { name: "Main" })
    .getByRole("button", { name: /^(Ada|Account)$/ })
    .click();

export async function expectSaved(entry: Locator): Promise<void> {
  await expect(entry.getByText(/^Saved \d\d:\d\d$/)).toBeVisible({ timeout: 15_000 });
}

export async function signIn(page: Page, person: { email: string; password: string }) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/today");
}

/** Calls the API as the person signed in on `page`, past everything the page does. */
export async function callAs(page: Page, method: string, path: string, body?: unknown) {
  const refreshed = await page.request.post("/api/auth/refresh", {
    data: {},
    headers: { "sec-fetch-site": "same-origin" },
  });
  const { accessToken } = (await refreshed.json()) as { accessToken: string };
  const answer = await page.request.fetch(path, {
    method,
    headers: { authorization: `Bearer ${accessToken}` },
    ...(body !== undefined && { data: body }),
  });
  expect(answer.ok(), `${method} ${path}: ${answer.status()}`).toBe(true);
  return answer;
}
