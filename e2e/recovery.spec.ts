import { callAs } from "./support/journal.ts";
import { linkMailedTo } from "./support/mail.ts";
import { expect, test } from "./support/test.ts";
import { codeNow } from "./support/totp.ts";

const NEW_PASSWORD = "lanterns along the long quay";

test("a forgotten password is replaced by the mailed link, with the second factor where there is one", async ({
  journal: page,
  person,
}) => {
  const enrolled = await callAs(page, "POST", "/api/auth/mfa/totp/enroll", {});
  const { secret } = (await enrolled.json()) as { secret: string };
  const confirmed = await callAs(page, "POST", "/api/auth/mfa/totp/confirm", {
    code: codeNow(secret),
  });
  const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };

  // Signed in still, which nobody is afterwards.
  await page.goto("/forgot-password");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();

  const link = await linkMailedTo(person.email, "/reset-password");
  await page.goto(link);
  const password = page.getByLabel("New password", { exact: true });
  await password.fill("too short");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(password).toHaveAccessibleDescription(/9 of at least 12 characters/);
  await password.fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  const code = page.getByLabel("Code of your second factor");
  await code.fill("000000");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(code).toHaveAttribute("aria-invalid", "true");
  await code.fill(recoveryCodes[0] ?? "");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
  expect(page.url()).not.toContain("token");

  await page.getByRole("link", { name: "Sign in" }).last().click();
  await expect(page.getByRole("link", { name: "Forgot your password?" })).toBeVisible();
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(recoveryCodes[1] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/today");

  await page.goto(link);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(
    page.getByRole("heading", { name: "This link is used or has expired" }),
  ).toBeVisible();
});

test("an invitation is accepted after signing in, and the journal comes along", async ({
  journal: page,
  person,
  browser,
  baseURL,
}) => {
  const guest = { email: `guest-${person.email}`, password: person.password };
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const other = await context.newPage();
  await other.request.post("/api/auth/signup", { data: guest });
  await other.goto(await linkMailedTo(guest.email));
  await other.getByRole("button", { name: "Confirm and begin" }).click();
  await other.waitForURL("**/today");
  await context.clearCookies();

  await callAs(page, "POST", "/api/tenant/invitations", { email: guest.email, role: "member" });
  await other.goto(await linkMailedTo(guest.email, "/invite"));
  await other.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await other.getByLabel("E-mail address").fill(guest.email);
  await other.getByLabel("Password", { exact: true }).fill(guest.password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByRole("button", { name: "Accept the invitation" }).click();
  await expect(other.getByRole("heading", { name: /^You are in .+ now$/ })).toBeVisible();
  const members = await callAs(page, "GET", "/api/tenant/members");
  expect(await members.text()).toContain(guest.email);
  await context.close();
});
