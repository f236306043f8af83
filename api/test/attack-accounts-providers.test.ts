import { userInfo } from "node:os";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { workerServices } from "./databases.ts";
import { APP_URL } from "./oidc/provider.ts";
import { openBrowser, type Browser } from "./oidc/browser.ts";
import { asMe, openSite, refresh, type Site } from "./oidc/site.ts";
import { signUp, type Person } from "./people.ts";
import { codeAt, turnOn } from "./second-factor.ts";

// What went wrong with providers elsewhere: docs/security/attacks.md says what each id is about.

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

let count = 0;
let owner: Person;
let browser: Browser;
beforeEach(async () => {
  count += 1;
  owner = await signUp(site.app, { email: `owner${count}@works.example` });
  browser = openBrowser(site.app);
});

const signInHere = (person: Person) =>
  browser.call("POST", "/api/auth/login", {
    body: { email: person.email, password: person.password },
  });
const google = (email: string) => ({
  sub: `g-${count}`,
  claims: { email, email_verified: true, hd: email.split("@")[1] },
});
const countOf = async (table: "users" | "auth_sessions" | "oauth_accounts") => {
  const [row] = await site.app.sql("platform", `SELECT COUNT(*) AS n FROM ${table}`);
  return Number(row?.["n"]);
};

describe("connecting a provider in the settings", () => {
  it("brendanlong/lion-reader#1603: connects it with who is signed in, though its address is another, and makes no second account", async () => {
    await signInHere(owner);
    const users = await countOf("users");
    const scene = google(`private${count}@home.example`);
    await site.providers.google.set(scene);
    const begun = await asMe(browser, "POST", "/api/auth/oauth/google/start", { mode: "link" });
    await browser.go(String(begun.body["url"]));
    expect(await countOf("users")).toBe(users);
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: owner.email });
    const elsewhere = openBrowser(site.app);
    expect((await site.signIn("google", scene, elsewhere)).pathname).toBe("/auth/complete");
    expect((await refresh(elsewhere)).body["user"]).toMatchObject({ email: owner.email });
  });

  it("CVE-2026-45337: a journey that one person began connects nothing with another who finishes it in the same browser", async () => {
    const mallory = await signUp(site.app);
    await signInHere(mallory);
    const begun = await asMe(browser, "POST", "/api/auth/oauth/oidc/start", { mode: "link" });
    await signInHere(owner);
    await site.providers.oidc.set({ sub: `swap-${count}`, claims: {} });
    const before = await site.app.sql(
      "platform",
      "SELECT u.email FROM oauth_accounts o JOIN users u ON u.id = o.user_id",
    );
    await browser.go(String(begun.body["url"]));
    const after = await site.app.sql(
      "platform",
      "SELECT u.email FROM oauth_accounts o JOIN users u ON u.id = o.user_id",
    );
    expect(after.filter((row) => row["email"] === owner.email)).toEqual([]);
    expect(after.length - before.length).toBeLessThanOrEqual(1);
  });
});

describe("an account with a second factor", () => {
  it("Ark-Aak/cp-oauth#27, #46: is not entered past it by a provider that has the same address", async () => {
    const { secret } = await turnOn(site.app, owner);
    const sessions = await countOf("auth_sessions");
    const page = await site.signIn("google", google(owner.email), browser);
    expect(page.href).toBe(`${APP_URL}/sign-in?error=link_required`);
    expect(await countOf("auth_sessions")).toBe(sessions);
    // Nor when its password is known: the provider is connected by who has both factors.
    const asked = await signInHere(owner);
    expect(asked.body).toMatchObject({ mfaRequired: true });
    expect((await refresh(browser)).status).toBe(401);
    site.app.clock.now = new Date(site.app.clock.now.getTime() + 30_000);
    const code = codeAt(secret, site.app.clock.now);
    const body = { mfaToken: asked.body["mfaToken"], method: "totp", code };
    expect((await browser.call("POST", "/api/auth/mfa/verify", { body })).status).toBe(200);
    expect((await asMe(browser, "POST", "/api/auth/oauth/link/confirm", {})).status).toBe(200);
  });
});

describe("what a browser holds of a journey", () => {
  it("CVE-2024-4540: is a name for it and nothing else: what was asked for stays with the server", async () => {
    const url = await site.start(browser, "google", { returnTo: "/calendar", remember: true });
    const cookie = browser.cookie("oa") ?? "";
    expect(cookie).toMatch(/^[\w-]{43}$/);
    const asked = new URL(url).searchParams;
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(asked.get(name)).toMatch(/^[\w-]{43,}$/);
      expect(asked.get(name)).not.toBe(cookie);
    }
    expect(url).not.toContain("calendar");
    expect(Buffer.from(cookie, "base64url").toString()).not.toMatch(/calendar|google|remember/);
  });

  it("expressjs/session#425: a session by a provider begins anew, whatever cookies were planted", async () => {
    const mallory = await signUp(site.app);
    const planted = mallory.cookie.split("=");
    browser.jar.set(new URL(APP_URL).host, new Map([[planted[0] ?? "", planted[1] ?? ""]]));
    const scene = google(`fresh${count}@works.example`);
    expect((await site.signIn("google", scene, browser)).pathname).toBe("/auth/complete");
    expect(browser.cookie("rt")).not.toBe(planted[1]);
    expect((await refresh(browser)).body["user"]).toMatchObject({ email: scene.claims.email });
  });
});

describe("a sign-in that is under way when its identity is disconnected", () => {
  it("begins no session, which would outlive what it was proven by", async () => {
    const scene = google(`leaving${count}@works.example`);
    expect((await site.signIn("google", scene)).pathname).toBe("/auth/complete");
    const sessions = await countOf("auth_sessions");
    const services = workerServices();
    const connection = await mysql.createConnection({
      socketPath: services.adminSocket,
      user: userInfo().username,
      database: services.platformDatabase,
    });
    try {
      await connection.beginTransaction();
      await connection.query("DELETE FROM oauth_accounts WHERE subject = ?", [scene.sub]);
      const page = site.signIn("google", scene, browser);
      await blocked(connection);
      await connection.commit();
      expect((await page).searchParams.get("error")).toBe("link_required");
    } finally {
      await connection.end();
    }
    expect((await refresh(browser)).status).toBe(401);
    expect(await countOf("auth_sessions")).toBe(sessions);
  });

  /** Resolves when a sign-in waits for the identity that this connection deletes. */
  async function blocked(connection: Connection): Promise<void> {
    const [database] = await connection.query<RowDataPacket[]>("SELECT DATABASE() AS name");
    for (let tries = 0; tries < 200; tries++) {
      const [rows] = await connection.query<RowDataPacket[]>(
        `SELECT 1 FROM information_schema.processlist
         WHERE db = ? AND id <> CONNECTION_ID() AND info LIKE 'UPDATE%oauth_accounts%'`,
        [database[0]?.["name"]],
      );
      if (rows.length > 0) return;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error("nobody waits");
  }
});
