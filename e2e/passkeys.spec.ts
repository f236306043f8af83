import type { CDPSession, Page } from "@playwright/test";
import { callAs, openAccountMenu } from "./support/journal.ts";
import { expect, test } from "./support/test.ts";
import { codeNow } from "./support/totp.ts";

// Passkeys belong to a domain; the launcher prints an address, and answers to both.
const base = new URL(process.env["E2E_BASE_URL"] ?? "http://127.0.0.1:3000");
base.hostname = "localhost";
test.use({ baseURL: base.origin });

/** Gives the browser an authenticator of its own that says yes to everything, as a phone's owner would. */
async function addAuthenticator(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

/** Adds a passkey as a page of settings does. */
async function addPasskey(page: Page, name: string): Promise<void> {
  const begun = await callAs(page, "POST", "/api/auth/passkeys/register/options", {});
  const credential: unknown = await page.evaluate(
    async (options) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      const made = await navigator.credentials.create({ publicKey });
      return (made as PublicKeyCredential).toJSON();
    },
    (await begun.json()) as PublicKeyCredentialCreationOptionsJSON,
  );
  await callAs(page, "POST", "/api/auth/passkeys/register/verify", { name, credential });
}

/**
 * Prepares the page for the next time that the browser refuses it a passkey. Returns how to wait for that, and its name:
 * the button can be pressed before the page has begun to ask, too.
 */
async function nextRefusal(page: Page): Promise<() => Promise<string>> {
  const refusal = await page.evaluateHandle(() => {
    const { credentials } = navigator;
    const ask = credentials.get.bind(credentials);
    const refused = new Promise<string>((tell) => {
      credentials.get = async (options) => {
        try {
          return await ask(options);
        } catch (error) {
          tell(error instanceof DOMException ? error.name : String(error));
          throw error;
        }
      };
    });
    return { refused };
  });
  return () => refusal.evaluate(({ refused }) => refused);
}

async function signOut(page: Page): Promise<void> {
  await openAccountMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in**");
}

const passkeyButton = (page: Page) => page.getByRole("button", { name: "Sign in with a passkey" });

test("a passkey signs in without a password, and no code is asked for", async ({
  journal,
  person,
}) => {
  const { cdp, authenticatorId } = await addAuthenticator(journal);
  const enrolled = await callAs(journal, "POST", "/api/auth/mfa/totp/enroll", {});
  const { secret } = (await enrolled.json()) as { secret: string };
  await callAs(journal, "POST", "/api/auth/mfa/totp/confirm", { code: codeNow(secret) });
  await addPasskey(journal, "A phone");

  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  expect(credentials).toMatchObject([
    { isResidentCredential: true, rpId: "localhost", userName: person.email },
  ]);

  await signOut(journal);
  await passkeyButton(journal).click();
  await journal.waitForURL("**/today");
  await expect(journal.getByText(`, ${person.name}.`)).toBeVisible();

  const listed = await callAs(journal, "GET", "/api/auth/passkeys");
  const { items } = (await listed.json()) as { items: { name: string; lastUsedAt: string }[] };
  expect(items).toMatchObject([{ name: "A phone", lastUsedAt: expect.any(String) }]);
  const { items: sessions } = (await (
    await callAs(journal, "GET", "/api/auth/sessions")
  ).json()) as { items: { current: boolean; amr: string[]; assurance: number }[] };
  expect(sessions.find(({ current }) => current)).toMatchObject({ assurance: 2 });
});

test("a passkey that was removed signs nobody in, and the page says so", async ({ journal }) => {
  await addAuthenticator(journal);
  await addPasskey(journal, "Lost");
  const listed = await callAs(journal, "GET", "/api/auth/passkeys");
  const { items } = (await listed.json()) as { items: { id: string }[] };
  await callAs(journal, "DELETE", `/api/auth/passkeys/${items[0]?.id ?? ""}`);
  await signOut(journal);
  await passkeyButton(journal).click();
  await expect(journal.getByRole("alert").first()).toContainText("That passkey was not accepted");
  await expect(journal).toHaveURL(/\/sign-in/);
});

test("somebody who is not verified by their authenticator is not signed in", async ({
  journal,
}) => {
  const { cdp, authenticatorId } = await addAuthenticator(journal);
  await addPasskey(journal, "A phone");
  await signOut(journal);
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  const refusal = await nextRefusal(journal);
  await passkeyButton(journal).click();
  // The browser asks no further: to the page that is the same as somebody who said no.
  expect(await refusal()).toBe("NotAllowedError");
  await expect(passkeyButton(journal)).toBeEnabled();
  await expect(journal).toHaveURL(/\/sign-in/);
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await passkeyButton(journal).click();
  await journal.waitForURL("**/today");
});

test.describe("at an address, which cannot have passkeys", () => {
  const address = new URL(base);
  address.hostname = "127.0.0.1";
  test.use({ baseURL: address.origin });

  test("none is offered", async ({ page }) => {
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeEnabled();
    await expect(passkeyButton(page)).toBeHidden();
  });
});
