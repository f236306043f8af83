import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openBrowser } from "../../../test/oidc/browser.ts";
import { asMe, openSite, refresh, type Site } from "../../../test/oidc/site.ts";
import { linkToken } from "../../../test/people.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const COMPLETE = "http://127.0.0.1:3000/auth/complete?to=%2Ftoday";
const TENANT = "11111111-2222-4333-8444-555555555555";

const verifyEmail = (browser: ReturnType<typeof openBrowser>, email: string) =>
  browser.call("POST", "/api/auth/verify-email", { body: { token: linkToken(site.app, email) } });

const userOf = async (email: string) =>
  (await site.app.sql("platform", "SELECT * FROM users WHERE email = ?", [email]))[0];

describe("signing in with Google", () => {
  const gmail = {
    sub: "g-1",
    claims: { email: "Ada@gmail.com", email_verified: true, name: "Ada" },
  };

  it("makes an account that is signed in, with its address proven and its own key", async () => {
    const browser = openBrowser(site.app);
    const page = await site.signIn("google", gmail, browser);
    expect(page.href).toBe(COMPLETE);
    const { body } = await refresh(browser);
    expect(body["user"]).toMatchObject({ email: "ada@gmail.com", displayName: "Ada" });
    const entry = { day: "2026-11-21", title: "One", body: "text" };
    expect((await asMe(browser, "POST", "/api/entries", entry)).status).toBe(201);
    const [session] = await site.app.sql(
      "platform",
      "SELECT amr, assurance FROM auth_sessions ORDER BY created_at DESC LIMIT 1",
    );
    expect(session).toEqual({ amr: "fed", assurance: 1 });
  });

  it("is by `sub`: with another address later it is the same account", async () => {
    const browser = openBrowser(site.app);
    const claims = { email: "someone.else@gmail.com", email_verified: true };
    expect((await site.signIn("google", { sub: "g-1", claims }, browser)).href).toBe(COMPLETE);
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: "ada@gmail.com" });
    expect(await userOf("someone.else@gmail.com")).toBeUndefined();
  });

  it("does not give an account to who has the address under another `sub` (defunct domains)", async () => {
    const browser = openBrowser(site.app);
    const page = await site.signIn("google", { ...gmail, sub: "g-2" }, browser);
    expect(page.href).toBe("http://127.0.0.1:3000/sign-in?error=link_required");
    expect((await refresh(browser)).status).toBe(401);
  });

  it("has an address elsewhere proven by a mail, in the browser that came back and once", async () => {
    const browser = openBrowser(site.app);
    const claims = { email: "bob@company.example", email_verified: true };
    const page = await site.signIn("google", { sub: "g-3", claims }, browser);
    expect(page.href).toBe("http://127.0.0.1:3000/sign-in?error=email_not_verified");
    expect(await userOf("bob@company.example")).toBeUndefined();
    const elsewhere = await verifyEmail(openBrowser(site.app), "bob@company.example");
    expect(elsewhere.status).toBe(409);
    const both = await Promise.all([1, 2].map(() => verifyEmail(browser, "bob@company.example")));
    expect(both.map((reply) => reply.status).sort()).toEqual([200, 410]);
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: "bob@company.example" });
    const again = openBrowser(site.app);
    expect((await site.signIn("google", { sub: "g-3", claims }, again)).href).toBe(COMPLETE);
  });

  it("believes an address of a Workspace", async () => {
    const claims = { email: "eve@works.example", email_verified: true, hd: "works.example" };
    expect((await site.signIn("google", { sub: "g-4", claims })).href).toBe(COMPLETE);
  });

  it("comes back to the page it began on, and remembers only when asked to", async () => {
    const browser = openBrowser(site.app);
    const body = { returnTo: "/day/2026-11-20", remember: true };
    const page = await site.signIn("google", gmail, browser, body);
    expect(page.searchParams.get("to")).toBe("/day/2026-11-20");
    const rows = await site.app.sql(
      "platform",
      "SELECT remember, COUNT(*) AS n FROM auth_sessions GROUP BY remember ORDER BY remember DESC",
    );
    expect(rows[0]).toMatchObject({ remember: 1, n: 2 });
  });

  it("keeps what belongs to the browser alone out of what the provider sees", async () => {
    const { authorizations } = await site.providers.google.seen();
    const asked = authorizations.at(-1) ?? {};
    expect(asked).toMatchObject({ code_challenge_method: "S256", response_type: "code" });
    expect(asked["code_challenge"]).toMatch(/^[\w-]{43}$/);
    expect(asked["nonce"]).toMatch(/^[\w-]{43}$/);
    const stored = await site.app.sql("platform", "SELECT payload FROM auth_challenges");
    expect(JSON.stringify(stored)).not.toContain(asked["state"]);
  });
});

describe("signing in with Microsoft", () => {
  const claims = { tid: TENANT, oid: "oid-1", email: "carl@directory.example", xms_edov: "1" };

  it("believes an address when the owner of its domain is verified", async () => {
    const page = await site.signIn("microsoft", { sub: "m-1", template: true, claims });
    expect(page.href).toBe(COMPLETE);
    const [row] = await site.app.sql(
      "platform",
      "SELECT issuer, subject FROM oauth_accounts WHERE provider = 'microsoft'",
    );
    expect(row).toEqual({ issuer: TENANT, subject: "oid-1" });
  });

  it("is by directory and object, whatever `sub` and the address say", async () => {
    const browser = openBrowser(site.app);
    const changed = { ...claims, email: "chief@directory.example" };
    await site.signIn("microsoft", { sub: "m-other", template: true, claims: changed }, browser);
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: claims.email });
  });

  it("is somebody else in another directory", async () => {
    const other = { ...claims, tid: TENANT.replaceAll("1", "9") };
    const page = await site.signIn("microsoft", { sub: "m-1", template: true, claims: other });
    expect(page.searchParams.get("error")).toBe("link_required");
  });

  it("believes no address that a directory merely says (nOAuth)", async () => {
    const { xms_edov: _, ...unproven } = { ...claims, oid: "oid-2", email: "dora@victim.example" };
    const scene = { sub: "m-2", template: true, claims: { ...unproven, email_verified: true } };
    const page = await site.signIn("microsoft", scene);
    expect(page.searchParams.get("error")).toBe("email_not_verified");
    expect(await userOf("dora@victim.example")).toBeUndefined();
  });

  it("refuses a token whose issuer is not that of its directory", async () => {
    const iss = `${site.providers.microsoft.base}/${TENANT.replaceAll("1", "7")}/v2.0`;
    const scene = { sub: "m-1", template: true, claims, idToken: { iss } };
    const page = await site.signIn("microsoft", scene);
    expect(page.searchParams.get("error")).toBe("provider_refused");
  });

  it("refuses a token without a directory", async () => {
    const { tid: _, ...none } = claims;
    const page = await site.signIn("microsoft", { sub: "m-1", claims: none });
    expect(page.searchParams.get("error")).toBe("provider_refused");
  });
});

describe("signing in with Apple", () => {
  const claims = { email: "relay@privaterelay.appleid.com", email_verified: "true" };
  const appleUser = {
    name: { firstName: "Grace", lastName: "Hopper" },
    email: "other@evil.example",
  };

  it("comes back by a form, with the name, which is kept; only the name is taken from the form (python-social-auth/social-core#492)", async () => {
    const browser = openBrowser(site.app);
    const page = await site.signIn("apple", { sub: "a-1", claims, appleUser }, browser);
    expect(page.href).toBe(COMPLETE);
    expect((await refresh(browser)).body["user"]).toMatchObject({
      email: claims.email,
      displayName: "Grace Hopper",
    });
    expect((await site.providers.apple.seen()).appleSecrets).toBeGreaterThan(0);
  });

  it("works later without a name and without an address", async () => {
    const browser = openBrowser(site.app);
    expect((await site.signIn("apple", { sub: "a-1", claims: {} }, browser)).href).toBe(COMPLETE);
    expect((await refresh(browser)).body["user"]).toMatchObject({ displayName: "Grace Hopper" });
  });

  it("cannot make an account without an address", async () => {
    const page = await site.signIn("apple", { sub: "a-2", claims: {} });
    expect(page.searchParams.get("error")).toBe("provider_email_missing");
  });

  it("keeps its refresh token sealed, and revokes it when it is disconnected", async () => {
    const browser = openBrowser(site.app);
    await site.signIn("apple", { sub: "a-1", claims }, browser);
    const [row] = await site.app.sql(
      "platform",
      "SELECT id, rev, refresh_sealed FROM oauth_accounts WHERE provider = 'apple'",
    );
    expect(row?.["rev"]).toBe(2);
    expect((row?.["refresh_sealed"] as Buffer)[0]).toBe(0xf9);
    // Another way in, so that this one is not the last.
    const linking = String(
      (await asMe(browser, "POST", "/api/auth/oauth/oidc/start", { mode: "link" })).body["url"],
    );
    await site.providers.oidc.set({ sub: "o-apple", claims: {} });
    expect((await browser.go(linking)).pathname).toBe("/settings/security");
    const gone = await asMe(browser, "DELETE", `/api/auth/oauth/accounts/${String(row?.["id"])}`);
    expect(gone.status).toBe(204);
    const { revoked } = await site.providers.apple.seen();
    expect(revoked).toHaveLength(1);
    expect((row?.["refresh_sealed"] as Buffer).toString("latin1")).not.toContain(revoked[0]);
  });
});

describe("an account that Apple signs in", () => {
  it("has its refresh token revoked when it is erased", async () => {
    const browser = openBrowser(site.app);
    const claims = { email: "erased@icloud.com", email_verified: true };
    await site.signIn("apple", { sub: "a-erased", claims }, browser);
    const before = (await site.providers.apple.seen()).revoked.length;
    const reply = await asMe(browser, "DELETE", "/api/me", { confirm: claims.email });
    expect(reply.status).toBe(202);
    expect((await site.providers.apple.seen()).revoked).toHaveLength(before + 1);
  });
});

describe("signing in with a provider of one's own", () => {
  it("asks for the address where the token has none", async () => {
    const claims = { email: "fay@own.example", email_verified: true, name: "Fay" };
    const browser = openBrowser(site.app);
    const scene = { sub: "o-1", claims, idToken: { email: null, email_verified: null } };
    expect((await site.signIn("oidc", scene, browser)).href).toBe(COMPLETE);
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: "fay@own.example" });
  });

  it("makes one account of two sign-ins at once", async () => {
    const claims = { email: "gus@own.example", email_verified: true };
    await site.providers.oidc.set({ sub: "o-2", claims });
    const browsers = [1, 2, 3].map(() => openBrowser(site.app));
    const pages = await Promise.all(
      browsers.map(async (browser) => browser.go(await site.start(browser, "oidc"))),
    );
    expect(pages.map((page) => page.href)).toEqual([COMPLETE, COMPLETE, COMPLETE]);
    const users = await site.app.sql("platform", "SELECT id FROM users WHERE email = ?", [
      claims.email,
    ]);
    expect(users).toHaveLength(1);
  });
});

describe("GET /api/auth/oauth/providers", () => {
  it("names what is configured, and nothing of how", async () => {
    const { body } = await openBrowser(site.app).call("GET", "/api/auth/oauth/providers");
    expect(body).toEqual({
      items: [
        { name: "google", label: "Google" },
        { name: "microsoft", label: "Microsoft" },
        { name: "apple", label: "Apple" },
        { name: "oidc", label: "OpenID" },
      ],
    });
  });
});
