import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openBrowser, type Browser } from "../../../test/oidc/browser.ts";
import { asMe, openSite, refresh, type Site } from "../../../test/oidc/site.ts";
import { APP_URL } from "../../../test/oidc/provider.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { codeAt, turnOn } from "../../../test/second-factor.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { From } from "../auth/from.ts";
import type { ProviderName } from "./contract.ts";
import { tell, type Notice } from "../auth/tell.ts";
import { unlinkAccount } from "./accounts.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

/** Something that asks for a fresh proof, and destroys nothing: the address to confirm is another. */
const sensitive = (browser: Browser) =>
  asMe(browser, "DELETE", "/api/me", { confirm: "nobody@example.org" });
const HOURS_AGO = Math.floor(Date.now() / 1000) - 4 * 3600;

let count = 0;
/** Somebody whom Google knows and TimOS does not. */
const stranger = () => {
  count += 1;
  return { sub: `s-${count}`, claims: { email: `s${count}@gmail.com`, email_verified: true } };
};

const isCallback = (url: URL) => url.href.startsWith(`${APP_URL}/api/auth/oauth/`);
const errorOf = (page: URL) => page.searchParams.get("error");

/** As far as the provider's answer, which has not been given to us yet. */
async function answered(browser: Browser, scene: object = stranger()): Promise<URL> {
  await site.providers.google.set(scene);
  site.providers.google.forget(browser.jar);
  return browser.go(await site.start(browser, "google"), isCallback);
}

/** Waits for a mail with this in it: what was done does not. */
async function told(words: string): Promise<void> {
  for (let tries = 200; !site.app.mails().at(-1)?.includes(words); tries--) {
    if (tries === 0) throw new Error(`nobody was told: ${words}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

const sessionsOf = async (email: string) =>
  site.app.sql(
    "platform",
    "SELECT s.id FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
    [email],
  );

const identitiesOf = async (email: string) =>
  site.app.sql(
    "platform",
    "SELECT o.id FROM oauth_accounts o JOIN users u ON u.id = o.user_id WHERE u.email = ?",
    [email],
  );

const actionsOf = async (email: string) => {
  const rows = await site.app.sql(
    "platform",
    "SELECT a.action FROM audit_events a JOIN users u ON u.id = a.user_id WHERE u.email = ?",
    [email],
  );
  return rows.map((row) => String(row["action"]));
};

describe("an answer", () => {
  it("counts once, though two requests bring it at the same time (CVE-2025-46815)", async () => {
    const browser = openBrowser(site.app);
    const who = stranger();
    const url = await answered(browser, who);
    const pages = await Promise.all([1, 2, 3].map(() => browser.go(url.href)));
    expect(pages.filter((page) => page.pathname === "/auth/complete")).toHaveLength(1);
    expect(pages.filter((page) => errorOf(page) === "gone")).toHaveLength(2);
    expect(await sessionsOf(who.claims.email)).toHaveLength(1);
    expect(errorOf(await browser.go(url.href))).toBe("gone");
  });

  it("with a code that was used before is refused", async () => {
    const browser = openBrowser(site.app);
    const first = await answered(browser);
    await browser.go(first.href);
    const second = await answered(browser);
    second.searchParams.set("code", first.searchParams.get("code") ?? "");
    expect(errorOf(await browser.go(second.href))).toBe("provider_refused");
  });

  it.each([
    ["without a state", (url: URL) => url.searchParams.delete("state")],
    ["with a state that is none", (url: URL) => url.searchParams.set("state", "x".repeat(43))],
    [
      "with a state that is altered",
      (url: URL) => {
        const state = url.searchParams.get("state") ?? "";
        url.searchParams.set("state", state.slice(0, -2) + (state.endsWith("AA") ? "BB" : "AA"));
      },
    ],
    ["with two states", (url: URL) => url.searchParams.append("state", "another")],
  ])("%s leads nowhere", async (_name, change) => {
    const browser = openBrowser(site.app);
    const url = await answered(browser);
    change(url);
    expect(errorOf(await browser.go(url.href))).toBe("gone");
    expect((await refresh(browser)).status).toBe(401);
  });

  it("leads nowhere in another browser (CVE-2026-7507)", async () => {
    const url = await answered(openBrowser(site.app));
    const victim = openBrowser(site.app);
    expect(errorOf(await victim.go(url.href))).toBe("gone");
    await site.start(victim, "google");
    expect(errorOf(await victim.go(url.href))).toBe("gone");
    expect((await refresh(victim)).status).toBe(401);
  });

  it("leads nowhere at the door of another provider (GHSA-x445-f3h2-j279)", async () => {
    const browser = openBrowser(site.app);
    const url = await answered(browser);
    expect(errorOf(await browser.go(url.href.replace("/google/", "/oidc/")))).toBe("gone");
    expect(errorOf(await browser.go(url.href))).toBe("gone");
  });

  it("leads nowhere after ten minutes", async () => {
    const browser = openBrowser(site.app);
    const url = await answered(browser);
    const now = site.app.clock.now;
    site.app.clock.now = new Date(now.getTime() + 601_000);
    try {
      expect(errorOf(await browser.go(url.href))).toBe("gone");
    } finally {
      site.app.clock.now = now;
    }
  });

  it.each([
    ["another nonce", { idToken: { nonce: "another" } }],
    ["no nonce", { idToken: { nonce: null } }],
    ["another issuer", { idToken: { iss: "https://accounts.google.com" } }],
    ["another audience (CVE-2026-55669)", { idToken: { aud: "somebody-else" } }],
    ["a token that has expired", { idToken: { exp: 1_700_000_000 } }],
    ["a token that a stranger signed", { forge: true }],
    ["the issuer of another provider (mix-up)", { answer: { iss: "https://evil.example" } }],
    ["no issuer where it says that it sends one", { answer: { iss: null } }],
    ["no subject", { idToken: { sub: null } }],
  ])("with %s is refused", async (_name, wrong) => {
    const browser = openBrowser(site.app);
    const page = await browser.go((await answered(browser, { ...stranger(), ...wrong })).href);
    expect(errorOf(page)).toBe("provider_refused");
    expect((await refresh(browser)).status).toBe(401);
  });

  it("is told by its code alone, whatever the provider wrote", async () => {
    const browser = openBrowser(site.app);
    const url = await answered(browser, { ...stranger(), refuses: true });
    expect(url.searchParams.get("error")).toBe("access_denied");
    url.searchParams.set("error_description", "<script>");
    expect((await browser.go(url.href)).href).toBe(`${APP_URL}/sign-in?error=provider_refused`);
    expect(site.app.logged()).not.toContain("<b>no</b>");
  });
});

describe("a journey", () => {
  it.each([
    "//evil.example",
    "https://evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/today/../../evil",
    "/today?next=//evil.example",
    "/today#//evil",
    "/api/auth/logout",
    "javascript:alert(1)",
    "/today\n",
  ])("does not lead back to %j", async (returnTo) => {
    const reply = await openBrowser(site.app).call("POST", "/api/auth/oauth/google/start", {
      body: { returnTo },
    });
    expect(reply.status).toBe(400);
  });

  it("is not begun by a page of another site", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    ]) {
      const reply = await openBrowser(site.app).call("POST", "/api/auth/oauth/google/start", {
        body: {},
        headers,
      });
      expect(reply.body["code"]).toBe("csrf_failed");
    }
  });

  it("takes no token of a provider from a browser (CVE-2026-31813)", async () => {
    const browser = openBrowser(site.app);
    const body = { id_token: "a.b.c" };
    expect((await browser.call("POST", "/api/auth/oauth/google/start", { body })).status).toBe(400);
    const url = await answered(browser);
    url.searchParams.delete("code");
    url.searchParams.set("id_token", "a.b.c");
    expect(errorOf(await browser.go(url.href))).toBe("provider_refused");
  });

  it("to a provider that does not ask for PKCE has it all the same", async () => {
    await answered(openBrowser(site.app));
    const { authorizations } = await site.providers.google.seen();
    expect(authorizations.every((asked) => asked["code_challenge_method"] === "S256")).toBe(true);
  });

  it("ends with no token in any address", async () => {
    const browser = openBrowser(site.app);
    const page = await browser.go((await answered(browser)).href);
    const secrets = ["rt", "oa"].map((name) => browser.cookie(name));
    for (const secret of secrets) expect(page.href).not.toContain(secret);
    expect(page.href).not.toMatch(/[\w-]{32}/);
  });
});

describe("what Apple's page posts", () => {
  const post = (form: Record<string, string>, type = "application/x-www-form-urlencoded") =>
    fetch(`${site.app.url}/api/auth/oauth/apple/callback`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": type, origin: "https://appleid.apple.com" },
      body: new URLSearchParams(form).toString(),
    });

  it("is not kept when no journey to it waits", async () => {
    const browser = openBrowser(site.app);
    const others = new URL(await site.start(browser, "google")).searchParams.get("state") ?? "";
    for (const state of ["", "x".repeat(43), others]) {
      const reply = await post({ code: "c", state });
      expect(reply.headers.get("location")).toBe(`${APP_URL}/sign-in?error=gone`);
    }
    const rows = await site.app.sql(
      "platform",
      "SELECT selector FROM auth_challenges WHERE kind = 'oauth_callback'",
    );
    expect(rows).toHaveLength(0);
  });

  it("decides nothing without the browser's own cookie, and counts once, for a minute", async () => {
    const browser = openBrowser(site.app);
    await site.providers.apple.set({
      sub: "a-attack",
      claims: { email: "a-attack@icloud.com", email_verified: "true" },
    });
    const isHandle = (url: URL) => url.searchParams.has("handle");
    const first = await browser.go(await site.start(browser, "apple"), isHandle);
    expect(first.href).not.toContain("code");
    expect(errorOf(await openBrowser(site.app).go(first.href))).toBe("gone");
    const second = await browser.go(await site.start(browser, "apple"), isHandle);
    const pages = await Promise.all([1, 2].map(() => browser.go(second.href)));
    expect(pages.map((page) => page.pathname).sort()).toEqual(["/auth/complete", "/sign-in"]);
    const late = await browser.go(await site.start(browser, "apple"), isHandle);
    const now = site.app.clock.now;
    site.app.clock.now = new Date(now.getTime() + 61_000);
    expect(errorOf(await browser.go(late.href))).toBe("gone");
    site.app.clock.now = now;
  });

  it("is refused when it is too long, or no form", async () => {
    expect((await post({ code: "c".repeat(17_000) })).status).toBe(413);
    expect((await post({ code: "c" }, "text/plain")).status).toBe(415);
    expect((await post({ code: "c" }, "application/json")).status).toBe(415);
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`p${i}`, ""]));
    expect((await post(many)).status).toBe(413);
  });
});

describe("an identity whose address has an account", () => {
  let owner: Person;
  let who: { sub: string; claims: { email: string; email_verified: boolean; hd?: string } };
  beforeEach(async () => {
    count += 1;
    owner = await signUp(site.app, { email: `owner${count}@works.example` });
    who = {
      sub: `owner-${count}`,
      claims: { email: owner.email, email_verified: true, hd: "works.example" },
    };
  });

  const signInAs = (browser: Browser, person: Person) =>
    browser.call("POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
    });
  const confirm = (browser: Browser) => asMe(browser, "POST", "/api/auth/oauth/link/confirm", {});

  it("is not connected for that, and is when its browser signs in to it and says so (better-auth#11191)", async () => {
    const browser = openBrowser(site.app);
    expect(errorOf(await site.signIn("google", who, browser))).toBe("link_required");
    expect((await refresh(browser)).status).toBe(401);
    expect(await identitiesOf(owner.email)).toHaveLength(0);
    await signInAs(browser, owner);
    expect((await confirm(browser)).body).toMatchObject({ provider: "google", email: owner.email });
    expect((await confirm(browser)).body["code"]).toBe("gone");
    expect((await site.signIn("google", who)).pathname).toBe("/auth/complete");
    expect(await actionsOf(owner.email)).toContain("oauth.linked");
    expect(site.app.mails().at(-1)).toContain("Google can sign you in to TimOS");
  });

  it("is not connected with another account, or in another browser (CVE-2026-9087, CVE-2025-7365, GHSA-g38m-r43w-p2q7)", async () => {
    const browser = openBrowser(site.app);
    await site.signIn("google", who, browser);
    const other = openBrowser(site.app);
    await signInAs(other, owner);
    expect((await confirm(other)).body["code"]).toBe("gone");
    const stolen = await signUp(site.app);
    await signInAs(browser, stolen);
    expect((await confirm(browser)).body["code"]).toBe("gone");
    expect(await identitiesOf(stolen.email)).toHaveLength(0);
    expect(await actionsOf(stolen.email)).toContain("oauth.link_refused");
  });

  it("needs a proof of the last five minutes to be connected", async () => {
    const browser = openBrowser(site.app);
    await site.signIn("google", who, browser);
    await signInAs(browser, owner);
    const now = site.app.clock.now;
    site.app.clock.now = new Date(now.getTime() + 301_000);
    expect((await confirm(browser)).body["code"]).toBe("reauth_required");
    site.app.clock.now = now;
  });

  it("learns nothing of it when the provider did not verify the address (non-verifying provider)", async () => {
    const claims = (email: string) => ({ tid: "t", oid: email.replaceAll(/[^a-z]/g, "-"), email });
    const [known, unknown] = [openBrowser(site.app), openBrowser(site.app)];
    const pages = [
      await site.signIn(
        "microsoft",
        { sub: "x", template: true, claims: claims(owner.email) },
        known,
      ),
      await site.signIn(
        "microsoft",
        { sub: "y", template: true, claims: claims("nobody@works.example") },
        unknown,
      ),
    ];
    expect(pages.map((page) => page.href)).toEqual(
      Array(2).fill(`${APP_URL}/sign-in?error=email_not_verified`),
    );
    for (const browser of [known, unknown]) expect(browser.cookie("oa")).toMatch(/^[\w-]{43}$/);
    expect(
      site.app
        .mails()
        .filter((mail) => mail.includes(`To: ${owner.email}`))
        .at(-1),
    ).toContain("account");
    expect(await identitiesOf(owner.email)).toHaveLength(0);
  });
});

describe("somebody with a second factor, a suspended account or a rule of their tenant", () => {
  let owner: Person;
  let scene: { sub: string; claims: Record<string, unknown> };
  beforeEach(async () => {
    owner = await signUp(site.app);
    count += 1;
    scene = { sub: `linked-${count}`, claims: { email: null } };
    const browser = openBrowser(site.app);
    await browser.call("POST", "/api/auth/login", {
      body: { email: owner.email, password: owner.password },
    });
    const start = await asMe(browser, "POST", "/api/auth/oauth/oidc/start", { mode: "link" });
    await site.providers.oidc.set(scene);
    await browser.go(String(start.body["url"]));
    expect(await identitiesOf(owner.email)).toHaveLength(1);
  });

  it("is asked for the second factor after a provider too (Paymenter/Paymenter#1151), and let in by it (RocketChat/Rocket.Chat#29643)", async () => {
    const { secret } = await turnOn(site.app, owner);
    const before = await sessionsOf(owner.email);
    const browser = openBrowser(site.app);
    const page = await site.signIn("oidc", scene, browser, { returnTo: "/calendar" });
    expect(page.href).toBe(`${APP_URL}/sign-in?step=mfa&to=%2Fcalendar`);
    expect(await sessionsOf(owner.email)).toHaveLength(before.length);
    expect(browser.cookie("rt")).toBeUndefined();
    site.app.clock.now = new Date(site.app.clock.now.getTime() + 30_000);
    const code = codeAt(secret, site.app.clock.now);
    const body = { method: "totp", code };
    expect((await browser.call("POST", "/api/auth/mfa/verify", { body })).status).toBe(200);
    expect(browser.cookie("mfa")).toBeUndefined();
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: owner.email });
  });

  it("makes no fresh proof of a provider's stale word by a code", async () => {
    const { secret } = await turnOn(site.app, owner);
    const now = site.app.clock.now;
    const enter = async (askedAt: number | null) => {
      const browser = openBrowser(site.app);
      await site.signIn("oidc", { ...scene, idToken: { auth_time: askedAt } }, browser);
      site.app.clock.now = new Date(site.app.clock.now.getTime() + 30_000);
      const body = { method: "totp", code: codeAt(secret, site.app.clock.now) };
      expect((await browser.call("POST", "/api/auth/mfa/verify", { body })).status).toBe(200);
      return sensitive(browser);
    };
    for (const askedAt of [HOURS_AGO, null]) {
      expect(await enter(askedAt)).toMatchObject({
        status: 401,
        body: { code: "reauth_required" },
      });
    }
    expect((await enter(Math.floor(Date.now() / 1000))).status).toBe(400);
    site.app.clock.now = now;
  });

  it("is not let in while suspended", async () => {
    await site.app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [
      owner.email,
    ]);
    const browser = openBrowser(site.app);
    expect(errorOf(await site.signIn("oidc", scene, browser))).toBe("account_suspended");
    expect((await refresh(browser)).status).toBe(401);
  });

  it("may do no more than set up the second factor that the tenant asks for", async () => {
    await site.app.sql(
      "platform",
      "UPDATE tenants SET mfa_required = 1 WHERE id = (SELECT tenant_id FROM users WHERE email = ?)",
      [owner.email],
    );
    const browser = openBrowser(site.app);
    await site.signIn("oidc", scene, browser);
    const refused = await asMe(browser, "GET", "/api/entries");
    expect(refused.body["code"]).toBe("mfa_required_by_policy");
  });
});

describe("connecting and disconnecting", () => {
  let owner: Person;
  let browser: Browser;
  beforeEach(async () => {
    owner = await signUp(site.app);
    browser = openBrowser(site.app);
    await browser.call("POST", "/api/auth/login", {
      body: { email: owner.email, password: owner.password },
    });
  });

  const link = async (sub: string, body: object = {}) => {
    const start = await asMe(browser, "POST", "/api/auth/oauth/oidc/start", {
      mode: "link",
      ...body,
    });
    await site.providers.oidc.set({ sub, claims: {} });
    site.providers.oidc.forget(browser.jar);
    return browser.go(String(start.body["url"]));
  };
  const list = async () =>
    (await asMe(browser, "GET", "/api/auth/oauth/accounts")).body["items"] as { id: string }[];
  const unlink = (id: string) => asMe(browser, "DELETE", `/api/auth/oauth/accounts/${id}`);
  const dropPassword = () =>
    site.app.sql("platform", "UPDATE users SET password_hash = NULL WHERE email = ?", [
      owner.email,
    ]);

  it("needs somebody who is signed in, and a proof of the last five minutes", async () => {
    const path = "/api/auth/oauth/oidc/start";
    const anonymous = await openBrowser(site.app).call("POST", path, { body: { mode: "link" } });
    expect(anonymous.body["code"]).toBe("unauthenticated");
    await link("step-up");
    const [identity] = await list();
    const now = site.app.clock.now;
    site.app.clock.now = new Date(now.getTime() + 301_000);
    const late = [
      await asMe(browser, "POST", path, { mode: "link" }),
      await unlink(identity?.id ?? ""),
    ];
    expect(late.map((reply) => reply.body["code"])).toEqual(["reauth_required", "reauth_required"]);
    site.app.clock.now = now;
  });

  it("comes back to the page it began on, and tells by mail", async () => {
    expect((await link("told", { returnTo: "/settings/accounts" })).pathname).toBe(
      "/settings/accounts",
    );
    await told("OpenID can sign you in to TimOS");
    const [identity] = await list();
    expect((await unlink(identity?.id ?? "")).status).toBe(204);
    await told("OpenID cannot sign you in to TimOS any more");
    expect(await actionsOf(owner.email)).toEqual(
      expect.arrayContaining(["oauth.linked", "oauth.unlinked"]),
    );
    expect(errorOf(await site.signIn("oidc", { sub: "told", claims: {} }))).toBe(
      "provider_email_missing",
    );
  });

  it("is done though no mail server answers, and fills nobody's inbox", async () => {
    await link("silent");
    const [identity] = await list();
    const user = await asSystem(() =>
      site.app.deps.platform.user.findUniqueOrThrow({ where: { email: owner.email } }),
    );
    let sent = 0;
    const deps = { ...site.app.deps, send: () => new Promise<void>(() => (sent += 1)) };
    const from: From = {
      address: undefined,
      userAgent: "",
      requestId: "",
      route: "",
      cookie: () => undefined,
    };
    await asSystem(() => unlinkAccount(deps, user, identity?.id ?? "", from));
    expect(await list()).toEqual([]);
    const notice: Notice = (letters, whence) => letters.providerUnlinked("OpenID", "…", whence);
    for (let i = 0; i < 15; i++) tell(deps, user, from, notice);
    // In the order in which they were asked for: what is counted last has been counted.
    await site.app.deps.limits.noticesTo.use("the last");
    expect(sent).toBe(10);
  });

  it("does not take an identity from another account", async () => {
    await link("contested");
    const other = await signUp(site.app);
    await browser.call("POST", "/api/auth/login", {
      body: { email: other.email, password: other.password },
    });
    const page = await link("contested");
    expect(page.href).toBe(`${APP_URL}/settings/security?error=identity_already_linked`);
    expect(await identitiesOf(other.email)).toHaveLength(0);
    expect(await actionsOf(other.email)).toContain("oauth.link_refused");
  });

  it("connects nothing that a thief began before the owner set up a second factor", async () => {
    const start = await asMe(browser, "POST", "/api/auth/oauth/oidc/start", { mode: "link" });
    await site.providers.oidc.set({ sub: "thief", claims: {} });
    site.providers.oidc.forget(browser.jar);
    await turnOn(site.app, owner);
    expect(errorOf(await browser.go(String(start.body["url"])))).toBe("gone");
    expect(await identitiesOf(owner.email)).toHaveLength(0);
  });

  it("connects nothing for a session whose proof counts no more", async () => {
    const start = await asMe(browser, "POST", "/api/auth/oauth/oidc/start", { mode: "link" });
    await site.providers.oidc.set({ sub: "stale", claims: {} });
    site.providers.oidc.forget(browser.jar);
    await site.app.sql(
      "platform",
      "UPDATE auth_sessions s JOIN users u ON u.id = s.user_id SET s.auth_time = '1970-01-01' WHERE u.email = ?",
      [owner.email],
    );
    expect(errorOf(await browser.go(String(start.body["url"])))).toBe("reauth_required");
    expect(await identitiesOf(owner.email)).toHaveLength(0);
  });

  it("connects nothing once the session that asked for it has ended", async () => {
    const start = await asMe(browser, "POST", "/api/auth/oauth/oidc/start", { mode: "link" });
    await site.providers.oidc.set({ sub: "late", claims: {} });
    await browser.call("POST", "/api/auth/logout", { body: {} });
    expect(errorOf(await browser.go(String(start.body["url"])))).toBe("session_revoked");
    expect(await identitiesOf(owner.email)).toHaveLength(0);
  });

  it("does not disconnect another person's identity, nor find it", async () => {
    await link("mine");
    const [identity] = await list();
    const other = await signUp(site.app);
    const reply = await other.call("DELETE", `/api/auth/oauth/accounts/${identity?.id ?? ""}`);
    expect(reply.status).toBe(404);
    expect((await other.call("GET", "/api/auth/oauth/accounts")).body).toEqual({ items: [] });
  });

  it("leaves the last way in, though two are taken away at once", async () => {
    await link("one");
    await link("two");
    await dropPassword();
    const identities = await list();
    const replies = await Promise.all(identities.map(({ id }) => unlink(id)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([204, 409]);
    expect(await list()).toHaveLength(1);
  });

  it("does not count a password that is blocked", async () => {
    await link("blocked");
    await site.app.sql("platform", "UPDATE users SET password_blocked_at = NOW() WHERE email = ?", [
      owner.email,
    ]);
    const [identity] = await list();
    expect((await unlink(identity?.id ?? "")).body["code"]).toBe("last_sign_in_method");
  });
});

describe("a provider's session that is hours old (OpenID Connect Core §3.1.2.1)", () => {
  it.each([
    ["oidc", "asked hours ago", HOURS_AGO, ["provider"]],
    // It was not made to.
    ["oidc", "does not say when", null, ["provider"]],
    ["google", "does not say when", null, []],
    ["apple", "asked hours ago", HOURS_AGO, ["provider"]],
  ] as const)(
    "signs in, and is no fresh proof: %s, which %s",
    async (name, _, askedAt, methods) => {
      const who = stranger();
      await site.signIn(name, who);
      const browser = openBrowser(site.app);
      const stale = { ...who, idToken: { auth_time: askedAt } };
      expect((await site.signIn(name, stale, browser)).pathname).toBe("/auth/complete");
      expect(await sensitive(browser)).toMatchObject({
        status: 401,
        body: { code: "reauth_required", methods },
      });
      await site.signIn(name, who, browser, { fresh: true });
      expect((await sensitive(browser)).status).toBe(400);
    },
  );

  it("is not named as a way to prove it by a provider that was to ask anew, and did not tell when it asked", async () => {
    const who = stranger();
    await site.signIn("oidc", who);
    const browser = openBrowser(site.app);
    const untold = { ...who, idToken: { auth_time: null } };
    await site.signIn("oidc", untold, browser, { fresh: true });
    expect(await sensitive(browser)).toMatchObject({
      status: 401,
      body: {
        code: "reauth_required",
        methods: [],
        detail: expect.stringContaining("Forgot your password?") as unknown,
      },
    });
  });

  it("is asked to be younger than a minute for a fresh proof alone, where the provider can be asked", async () => {
    const ageOf = async (name: ProviderName, body: object) =>
      new URL(await site.start(openBrowser(site.app), name, body)).searchParams.get("max_age");
    for (const name of ["oidc", "microsoft"] as const) {
      expect(await ageOf(name, {})).toBeNull();
      expect(await ageOf(name, { fresh: true })).toBe("60");
    }
    const person = await signUp(site.app);
    const body = { mode: "link" };
    const linking = await person.call("POST", "/api/auth/oauth/oidc/start", { body });
    expect(new URL(String(linking.body["url"])).searchParams.get("max_age")).toBe("60");
    const url = new URL(await site.start(openBrowser(site.app), "google"));
    expect(url.searchParams.get("claims")).toBe('{"id_token":{"auth_time":{"essential":true}}}');
  });

  it("is not named as a way to prove it where it takes two factors, or where it is not configured any more", async () => {
    const who = stranger();
    const browser = openBrowser(site.app);
    await site.signIn("oidc", who, browser);
    const run = (statement: string) => site.app.sql("platform", statement);
    const ofThem = `WHERE user_id = (SELECT id FROM users WHERE email = '${who.claims.email}')`;
    const asked = (methods: string[]) => ({ body: { code: "reauth_required", methods } });
    await run(`UPDATE auth_sessions SET auth_time = '2020-01-01' ${ofThem}`);
    expect(await sensitive(browser)).toMatchObject(asked(["provider"]));
    await run(`UPDATE oauth_accounts SET provider = 'former' ${ofThem}`);
    expect(await sensitive(browser)).toMatchObject(asked([]));
    await run(`UPDATE oauth_accounts SET provider = 'oidc' ${ofThem}`);
    // As after signing in by a passkey: one factor is not believed.
    await run(`UPDATE auth_sessions SET assurance = 2 ${ofThem}`);
    await run("UPDATE tenants SET mfa_required = 1");
    expect(await sensitive(browser)).toMatchObject(asked([]));
    await run("UPDATE tenants SET mfa_required = 0");
  });
});

describe("an account that nobody has proven (pre-hijacking, USENIX Security 2022)", () => {
  /** A stranger's preparations in an account with the victim's address, by all means there are and could be. */
  async function prepared(email: string) {
    const body = { email, password: "the stranger's password", displayName: "Trojan" };
    await openBrowser(site.app).call("POST", "/api/auth/signup", { body });
    const [user] = await site.app.sql("platform", "SELECT * FROM users WHERE email = ?", [email]);
    const at = new Date();
    const later = new Date(at.getTime() + 86_400_000);
    const insert = (table: string, row: object) =>
      site.app.sql("platform", `INSERT INTO ${table} SET ?`, [
        { user_id: String(user?.["id"]), tenant_id: String(user?.["tenant_id"]), ...row },
      ]);
    const bytes = (length: number) => Buffer.alloc(length, ++count % 256);
    await insert("auth_sessions", {
      id: crypto.randomUUID(),
      current_hash: bytes(32),
      salt: bytes(16),
      rotated_at: at,
      remember: 1,
      user_agent: "",
      auth_time: at,
      created_at: at,
      idle_expires_at: later,
      absolute_expires_at: later,
    });
    await insert("one_time_tokens", {
      selector: bytes(8),
      purpose: "change_email",
      secret_hash: bytes(32),
      email: "evil@evil.example",
      created_at: at,
      expires_at: later,
    });
    await insert("oauth_accounts", {
      id: crypto.randomUUID(),
      provider: "oidc",
      identity: bytes(32),
      issuer: "i",
      subject: "s",
      created_at: at,
    });
    await insert("totp_credentials", { rev: 1, sealed: bytes(128), confirmed_at: at });
    await insert("recovery_codes", { selector: 1, hash: "h", created_at: at });
    await insert("trusted_devices", {
      id: crypto.randomUUID(),
      secret_hash: bytes(32),
      user_agent: "",
      created_at: at,
      last_used_at: at,
      expires_at: later,
    });
    await insert("known_devices", { device_hash: bytes(32), created_at: at, expires_at: later });
    await insert("passkeys", {
      id: crypto.randomUUID(),
      credential_hash: bytes(32),
      credential_id: bytes(32),
      public_key: bytes(32),
      counter: 0,
      transports: "",
      is_backed_up: 0,
      name: "n",
      created_at: at,
    });
    await insert("api_tokens", {
      id: crypto.randomUUID(),
      name: "n",
      secret_hash: bytes(32),
      hint: "h",
      scopes: "journal:read",
      created_at: at,
      expires_at: later,
    });
    return String(user?.["id"]);
  }
  const TABLES = [
    "one_time_tokens",
    "totp_credentials",
    "recovery_codes",
    "trusted_devices",
    "passkeys",
    "api_tokens",
  ];
  const leftOf = async (id: string) => {
    const counts = await Promise.all(
      TABLES.map(async (table) => {
        const rows = await site.app.sql(
          "platform",
          `SELECT user_id FROM ${table} WHERE user_id = ?`,
          [id],
        );
        return rows.length;
      }),
    );
    return counts.reduce((sum, each) => sum + each, 0);
  };

  it("is taken by who proves its address, and nothing of the stranger's is left: classic-federated merge, unexpired session, trojan identifier, unexpired e-mail change", async () => {
    const who = stranger();
    const id = await prepared(who.claims.email);
    const browser = openBrowser(site.app);
    expect((await site.signIn("google", who, browser)).pathname).toBe("/auth/complete");
    expect((await refresh(browser)).body["user"]).toMatchObject({
      id,
      email: who.claims.email,
      displayName: who.claims.email.split("@")[0],
    });
    expect(await leftOf(id)).toBe(0);
    expect(await identitiesOf(who.claims.email)).toHaveLength(1);
    expect(await sessionsOf(who.claims.email)).toHaveLength(1);
    const body = { email: who.claims.email, password: "the stranger's password" };
    const reply = await openBrowser(site.app).call("POST", "/api/auth/login", { body });
    expect(reply.body["code"]).toBe("invalid_credentials");
  });

  it("is not taken by a provider that does not verify addresses (non-verifying provider)", async () => {
    const email = `victim${(count += 1)}@works.example`;
    await openBrowser(site.app).call("POST", "/api/auth/signup", {
      body: { email, password: "the owner's password" },
    });
    const browser = openBrowser(site.app);
    const claims = { email, email_verified: false };
    const page = await site.signIn("oidc", { sub: `nv-${count}`, claims }, browser);
    expect(errorOf(page)).toBe("email_not_verified");
    expect(await identitiesOf(email)).toHaveLength(0);
    expect((await refresh(browser)).status).toBe(401);
  });
});

describe("a provider in trouble", () => {
  it("that fails or talks nonsense when the answer comes is told by its code", async () => {
    for (const tokenFails of [500, 200]) {
      const browser = openBrowser(site.app);
      const url = await answered(browser, { ...stranger(), tokenFails });
      expect(errorOf(await browser.go(url.href))).toBe("provider_unavailable");
    }
  });

  it("that takes long is not waited for", async () => {
    const browser = openBrowser(site.app);
    const url = await answered(browser);
    await site.providers.google.set({ ...stranger(), delayMs: 15_000 });
    expect(errorOf(await browser.go(url.href))).toBe("provider_unavailable");
  });
});
