import {
  addTo,
  articles,
  beginEntry,
  callAs,
  expectSaved,
  openAccountMenu,
  signIn,
  textOf,
} from "./support/journal.ts";
import { linkMailedTo, openMailedLink } from "./support/mail.ts";
import { expect, test } from "./support/test.ts";
import { codeNow } from "./support/totp.ts";

test("somebody signs up, confirms, writes, and finds it again", async ({ page, person }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Begin your journal" }).click();
  await page.getByLabel("What should TimOS call you?").fill(person.name);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create your journal" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeFocused();
  await expect(page.getByText(person.email)).toBeVisible();
  await expect(page.getByRole("link", { name: "Open the development outbox" })).toBeVisible();

  await openMailedLink(page, person.email);
  await page.waitForURL("**/today");
  await expect(page.getByText(`, ${person.name}.`)).toBeVisible();

  const entry = await beginEntry(page, "The first line of it.");
  await expectSaved(entry);
  await entry.getByLabel("Title").fill("A beginning");
  await expectSaved(entry);

  await page.reload();
  await expect(textOf(articles(page).first())).toHaveText("The first line of it.");
  await expect(articles(page).first().getByLabel("Title")).toHaveValue("A beginning");

  await openAccountMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in**");
  await expect(page.getByText("You are signed out.")).toBeVisible();
  // It knows the browser again, against strangers' failures, and signs nobody in.
  const left = (await page.context().cookies()).map(({ name }) => name);
  expect(left).toEqual(["timos_dev"]);

  await signIn(page, person);
  await expect(textOf(articles(page).first())).toHaveText("The first line of it.");
});

test("the token leaves the address bar, and works once", async ({ page, journal, person }) => {
  await expect(journal).toHaveURL(/\/today$/);
  await openMailedLink(page, person.email);
  await expect(
    page.getByRole("heading", { name: "This link is used or has expired" }),
  ).toBeVisible();
  expect(page.url()).not.toContain("token");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByRole("button", { name: "Send a new link" }).click();
  await expect(page.getByText("Look into your mail")).toBeVisible();
});

test("a link is not used up by a program that looks into mails and opens it", async ({
  page,
  person,
}) => {
  await page.request.post("/api/auth/signup", {
    data: { email: person.email, password: person.password },
  });
  await page.goto(await linkMailedTo(person.email));
  await expect(page.getByRole("button", { name: "Confirm and begin" })).toBeEnabled();
  await page.goto("/sign-in");
  await openMailedLink(page, person.email);
  await page.waitForURL("**/today");
});

test("a link of a stranger's sign-up takes a password of whoever opens it", async ({
  page,
  person,
}) => {
  await page.request.post("/api/auth/signup", {
    data: { email: person.email, password: "the stranger's password", displayName: "Eve" },
  });
  await page.context().clearCookies();
  await openMailedLink(page, person.email);
  await expect(page.getByRole("heading", { name: "Which password was chosen?" })).toBeFocused();
  const password = page.getByLabel("Password", { exact: true });
  await password.fill(person.password);
  await page.getByRole("button", { name: "Confirm and begin" }).click();
  await expect(password).toHaveAccessibleDescription(/Nobody signed up/);
  await page.getByRole("button", { name: "Choose a new password" }).click();
  await password.fill(person.password);
  await page.getByRole("button", { name: "Confirm and begin" }).click();
  await page.waitForURL("**/today");
  await expect(page.getByText(`, ${person.email.split("@")[0]}.`)).toBeVisible();
});

test("faults are said at the field they belong to", async ({ page, person }) => {
  await page.goto("/sign-up");
  await page.getByLabel("E-mail address").fill(person.email);
  const password = page.getByLabel("Password", { exact: true });
  await password.fill("too short");
  await page.getByRole("button", { name: "Create your journal" }).click();
  await expect(password).toBeFocused();
  await expect(password).toHaveAccessibleDescription(/9 of at least 12 characters/);
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");
});

test("a wrong password, and an address not confirmed, are told apart from each other", async ({
  page,
  person,
}) => {
  await page.request.post("/api/auth/signup", {
    data: { email: person.email, password: person.password },
  });
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").first()).toContainText("do not match");
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Send the link again" })).toBeVisible();
});

test("with a second factor on, signing in asks for it once, and not again where it is told so", async ({
  journal,
  person,
}) => {
  const enrolled = await callAs(journal, "POST", "/api/auth/mfa/totp/enroll", {});
  const { secret } = (await enrolled.json()) as { secret: string };
  const code = codeNow(secret);
  const confirmed = await callAs(journal, "POST", "/api/auth/mfa/totp/confirm", { code });
  const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };
  const signOut = async () => {
    await openAccountMenu(journal);
    await journal.getByRole("button", { name: "Sign out" }).click();
    await journal.waitForURL("**/sign-in**");
  };
  await signOut();
  await journal.getByLabel("E-mail address").fill(person.email);
  await journal.getByLabel("Password", { exact: true }).fill(person.password);
  await journal.getByRole("button", { name: "Sign in" }).click();
  const field = journal.getByLabel("Code from your authenticator app");
  await expect(field).toBeFocused();
  await field.fill(code);
  await journal.getByRole("button", { name: "Sign in" }).click();
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleDescription(/was used already/);
  await journal.getByRole("button", { name: "Use a recovery code" }).click();
  await journal.getByLabel("Recovery code").fill((recoveryCodes[4] ?? "").toLowerCase());
  await journal.getByLabel("Do not ask for a code here for 30 days").check();
  await journal.getByRole("button", { name: "Sign in" }).click();
  await journal.waitForURL("**/today");

  await signOut();
  await signIn(journal, person);
});

test("who comes back from a provider is asked for the second factor, and led on", async ({
  journal,
  person,
  context,
  baseURL,
}) => {
  const enrolled = await callAs(journal, "POST", "/api/auth/mfa/totp/enroll", {});
  const { secret } = (await enrolled.json()) as { secret: string };
  const confirmed = await callAs(journal, "POST", "/api/auth/mfa/totp/confirm", {
    code: codeNow(secret),
  });
  const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };
  await openAccountMenu(journal);
  await journal.getByRole("button", { name: "Sign out" }).click();
  await journal.waitForURL("**/sign-in**");
  const asked = await journal.request.post("/api/auth/login", {
    data: { email: person.email, password: person.password },
  });
  const { mfaToken } = (await asked.json()) as { mfaToken: string };
  // As the way back from there sets it.
  await context.addCookies([
    { name: "timos_mfa", value: mfaToken, url: baseURL ?? "", httpOnly: true, sameSite: "Lax" },
  ]);
  await journal.goto("/sign-in?step=mfa&to=/calendar");
  await expect(journal.getByLabel("Code from your authenticator app")).toBeFocused();
  await journal.getByRole("button", { name: "Use a recovery code" }).click();
  await journal.getByLabel("Recovery code").fill(recoveryCodes[0] ?? "");
  await journal.getByRole("button", { name: "Sign in" }).click();
  await journal.waitForURL((url) => url.pathname === "/calendar");
  expect((await context.cookies()).map(({ name }) => name)).not.toContain("timos_mfa");
});

test("signing out in one tab takes the others along", async ({ journal, context }) => {
  const other = await context.newPage();
  await other.goto("/calendar");
  await expect(other.getByRole("grid")).toBeVisible();
  // A browser draws the tab that is looked at; where nothing is drawn, nothing can be pressed.
  await journal.bringToFront();
  await openAccountMenu(journal);
  await journal.getByRole("button", { name: "Sign out" }).click();
  await journal.waitForURL("**/sign-in**");
  await other.waitForURL("**/sign-in**");
});

test("text typed after the session ended is kept, and saved after signing in again, here or in another tab", async ({
  journal,
  context,
  person,
}) => {
  const dialog = journal.getByRole("dialog", { name: "Sign in again to save" });
  const endBehindThePage = () =>
    journal.request.post("/api/auth/logout", {
      data: {},
      headers: { "sec-fetch-site": "same-origin" },
    });
  const entry = await beginEntry(journal, "Before.");
  await expectSaved(entry);
  await endBehindThePage();
  await addTo(entry, " After.");
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Password", { exact: true }).fill(person.password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expectSaved(entry);

  await endBehindThePage();
  await addTo(entry, " And after that.");
  await expect(dialog).toBeVisible();
  const opened = context.waitForEvent("page");
  await dialog.getByRole("link", { name: "sign in in another tab" }).click();
  await signIn(await opened, person);
  await expect(dialog).toBeHidden();
  await expectSaved(entry);
  await journal.reload();
  await expect(textOf(articles(journal).first())).toHaveText("Before. After. And after that.");
});

test("nothing of the journal is readable in the browser's storage", async ({ journal }) => {
  const entry = await beginEntry(journal, "marker-kingfisher");
  await expectSaved(entry);
  const stored = await journal.evaluate(async () => ({
    local: JSON.stringify(localStorage),
    session: JSON.stringify(sessionStorage),
    caches: await caches.keys(),
    databases: await indexedDB.databases(),
    cookie: document.cookie,
  }));
  expect(JSON.stringify(stored)).not.toContain("kingfisher");
  // What is in the database is sealed: offline.spec.ts.
  expect(stored).toMatchObject({
    session: "{}",
    caches: [],
    databases: [{ name: "timos" }],
    cookie: "",
  });
});
