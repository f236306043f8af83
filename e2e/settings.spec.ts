import type { Locator, Page } from "@playwright/test";
import { openAccountMenu, signIn } from "./support/journal.ts";
import { linkMailedTo } from "./support/mail.ts";
import { expectSound } from "./support/sound.ts";
import { expect, test } from "./support/test.ts";
import { codeNow } from "./support/totp.ts";

const button = (page: Page | Locator, name: string | RegExp) =>
  page.getByRole("button", { name, exact: true });

async function signOut(page: Page): Promise<void> {
  await openAccountMenu(page);
  await button(page, "Sign out").click();
  await page.waitForURL("**/sign-in**");
}

/** Enters the password, and stops at the question for a second factor. */
async function enterPassword(page: Page, person: { email: string; password: string }) {
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await button(page, "Sign in").click();
}

test("two-factor sign-in is turned on, used, and its recovery codes made anew", async ({
  journal,
  person,
}) => {
  await openAccountMenu(journal);
  await journal.getByRole("link", { name: "Settings" }).click();
  await journal.getByRole("link", { name: "Security" }).click();
  await button(journal, "Set up an authenticator app").click();
  await expect(journal.getByRole("img", { name: /^QR code/ })).toBeVisible();
  const secret = (await journal.getByTestId("totp-secret").innerText()).replaceAll(" ", "");
  const code = journal.getByLabel("Code from the app");
  await code.fill("000000");
  await button(journal, "Turn it on").click();
  await expect(code).toBeFocused();
  await expect(code).toHaveAccessibleDescription(/not right/);
  // The code of the step before, so that the one of now is unused when signing in.
  await code.fill(codeNow(secret, -1));
  await button(journal, "Turn it on").click();

  await expect(journal.getByRole("heading", { name: "Your recovery codes" })).toBeFocused();
  const codes = await journal.getByRole("listitem").filter({ hasText: /^\d+-/ }).allInnerTexts();
  expect(codes).toHaveLength(10);
  const download = journal.waitForEvent("download");
  await button(journal, "Download").click();
  expect((await download).suggestedFilename()).toBe("timos-recovery-codes.txt");
  await button(journal, "I have kept them").click();
  await expect(journal.getByText("10 recovery codes are left")).toBeVisible();

  await signOut(journal);
  await enterPassword(journal, person);
  await journal.getByLabel("Code from your authenticator app").fill(codeNow(secret));
  await button(journal, "Sign in").click();
  await journal.waitForURL("**/today");
  await signOut(journal);
  await enterPassword(journal, person);
  await button(journal, "Use a recovery code").click();
  await journal.getByLabel("Recovery code").fill(codes[0] ?? "");
  await button(journal, "Sign in").click();
  await journal.waitForURL("**/today");

  await journal.goto("/settings/security");
  await expect(journal.getByText("9 recovery codes are left")).toBeVisible();
  await button(journal, "Make new recovery codes").click();
  await button(
    journal.getByRole("dialog", { name: "Make new recovery codes?" }),
    "Make new recovery codes",
  ).click();
  await expect(journal.getByRole("heading", { name: "Your recovery codes" })).toBeFocused();
  await journal.goto("/settings/activity");
  await expect(journal.getByText("Recovery code used")).toBeVisible();
});

test("what wants a fresh proof asks for it, and then goes on with what was begun", async ({
  journal,
  person,
}) => {
  await journal.goto("/settings/tokens");
  await journal.getByLabel("What is it for?").fill("A script");
  await journal.getByLabel("Read your journal").check();
  // A session is believed for some minutes; this one as if they were over.
  await journal.route(
    "**/api/tokens",
    (route) =>
      route.fulfill({
        status: 401,
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "reauth_required", methods: ["password"] }),
      }),
    { times: 1 },
  );
  await button(journal, "Make a token").click();
  const dialog = journal.getByRole("dialog", { name: "Is it you?" });
  const password = dialog.getByLabel("Password", { exact: true });
  await expect(password).toBeFocused();
  await password.fill("not the password at all");
  await journal.keyboard.press("Enter");
  await expect(password).toHaveAccessibleDescription(/do not match/);
  await password.fill(person.password);
  await journal.keyboard.press("Enter");
  await expect(dialog).toBeHidden();

  const token = await journal.getByRole("status").locator("code").innerText();
  const read = (path: string) =>
    journal.request.get(path, { headers: { authorization: `Bearer ${token}` } });
  expect((await read("/api/entries")).status()).toBe(200);
  expect((await read("/api/auth/sessions")).status()).toBe(403);
  await button(journal, "Revoke A script").click();
  await button(journal.getByRole("dialog", { name: "Revoke “A script”?" }), "Revoke").click();
  await expect(journal.getByText("You have none.")).toBeVisible();
  expect((await read("/api/entries")).status()).toBe(401);
});

test("another device is seen, and ended", async ({ journal, person, browser, baseURL }) => {
  const elsewhere = await browser.newContext({ baseURL: baseURL ?? "" });
  const other = await elsewhere.newPage();
  await signIn(other, person);
  await journal.goto("/settings/devices");
  const sessions = journal.getByRole("list", { name: "Where you are signed in" });
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  await expect(sessions.getByText("This device")).toHaveCount(1);
  await sessions.getByRole("button", { name: /^End the session of/ }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await other.goto("/today");
  await other.waitForURL("**/sign-in**");
  await elsewhere.close();
});

test("somebody reads German, in Zurich, and their days begin at four", async ({ journal }) => {
  await journal.goto("/settings");
  await journal.getByLabel("Language and region").selectOption("de-CH");
  await button(journal, "Save").click();
  await expect(journal.getByRole("heading", { name: "Profil" })).toBeVisible();
  await expect(journal.locator("html")).toHaveAttribute("lang", "de");
  await journal.getByRole("link", { name: "Tag und Zone" }).click();
  await journal.getByLabel("Zeitzone").selectOption("Europe/Zurich");
  await journal.getByLabel("Ein Tag beginnt um").selectOption("04:00");
  await expect(journal.getByText(/^Dort ist es \d\d:\d\d/)).toBeVisible();
  await button(journal, "Speichern").click();
  await expect(journal.getByText("Gespeichert.")).toBeVisible();
  await journal.goto("/today");
  await expect(button(journal, "Neuer Eintrag")).toBeVisible();
  await button(journal, "Ada").click();
  await button(journal, "Abmelden").click();
  // The language stays with the browser.
  await expect(journal.getByRole("heading", { name: "Anmelden" })).toBeVisible();
});

test("an organisation is named, and somebody invited and not any more", async ({
  journal,
  person,
}) => {
  const guest = `guest-${person.email}`;
  await journal.goto("/tenant");
  await journal.getByLabel("Name").fill("The harbour");
  await button(journal, "Save").click();
  await expect(journal.getByRole("heading", { name: "The harbour" })).toBeVisible();
  await journal.getByRole("link", { name: "Invitations" }).click();
  await journal.getByLabel("E-mail address").fill(guest);
  await button(journal, "Send the invitation").click();
  await expect(journal.getByRole("listitem").filter({ hasText: guest })).toBeVisible();
  expect(await linkMailedTo(guest, "/invite")).toContain("#token=");
  await button(journal, `Withdraw the invitation of ${guest}`).click();
  await expect(journal.getByText("None is open.")).toBeVisible();
  await journal.getByRole("link", { name: "Activity" }).click();
  await expect(journal.getByText("Invitation taken back")).toBeVisible();
  await journal.goto("/admin");
  await expect(journal.getByRole("heading", { name: "This page is not for you" })).toBeVisible();
});

test("who erases their account is left with a receipt, and nothing else", async ({
  journal,
  person,
}) => {
  await journal.goto("/settings/data");
  await expect(journal.getByText(/It holds all|Nothing was written/)).toBeVisible();
  await button(journal, "Erase my account").click();
  const dialog = journal.getByRole("dialog", { name: "Erase everything, for good?" });
  const confirm = dialog.getByLabel(`Type ${person.email} to confirm`);
  await confirm.fill("somebody@else.example");
  await journal.keyboard.press("Enter");
  await expect(confirm).toHaveAccessibleDescription(/not the address/);
  await confirm.fill(person.email);
  await journal.keyboard.press("Enter");
  await journal.waitForURL("**/erased#**");
  await expect(journal.getByText("Receipt", { exact: true })).toBeVisible();
  await expectSound(journal);
  await journal.goto("/today");
  await journal.waitForURL("**/sign-in**");
});

test("the pages about account and organisation are sound", async ({ journal }) => {
  test.setTimeout(120_000);
  for (const path of [
    "/settings",
    "/settings/day",
    "/settings/security",
    "/settings/connections",
    "/settings/devices",
    "/settings/tokens",
    "/settings/activity",
    "/settings/data",
    "/tenant",
    "/tenant/members",
    "/tenant/invitations",
  ]) {
    await journal.goto(path);
    await expect(journal.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(journal.getByText("Loading", { exact: true })).toHaveCount(0);
    await expectSound(journal);
  }
});
