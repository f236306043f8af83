import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, cookieOf, type Person } from "../../../test/people.ts";
import {
  answer,
  askedFor,
  expectOnce,
  codeAt,
  signIn,
  type Kept,
  protectedPerson,
  eventsOf,
} from "../../../test/second-factor.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const codeNow = ({ secret }: Kept) => codeAt(secret, app.clock.now);
const wrongCode = (kept: Kept) => String((Number(codeNow(kept)) + 1) % 1_000_000).padStart(6, "0");

const sessionsOf = async ({ email }: Person) => {
  const [row] = await app.sql(
    "platform",
    "SELECT COUNT(*) AS n FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
    [email],
  );
  return Number(row?.["n"]);
};

describe("GHSA-xg6x-h9c9-2m83 and shellhub#3799: before the second factor", () => {
  it("there is no session, no cookie and nothing of the account", async () => {
    const ada = await protectedPerson(app);
    const before = await sessionsOf(ada);
    const reply = await signIn(app, ada);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      mfaRequired: true,
      mfaToken: expect.stringMatching(/^[\w-]{43}$/),
      methods: ["totp", "recovery"],
    });
    expect(reply.headers.getSetCookie()).toEqual([]);
    expect(await sessionsOf(ada)).toBe(before);
  });

  it("CVE-2026-44460: its token opens one endpoint, and none that tells of the secret", async () => {
    const ada = await protectedPerson(app);
    const mfaToken = await askedFor(app, ada);
    const headers = { authorization: `Bearer ${mfaToken}` };
    for (const [method, path] of [
      ["GET", "/api/me"],
      ["GET", "/api/auth/mfa"],
      ["POST", "/api/auth/mfa/totp/enroll"],
      ["POST", "/api/auth/mfa/recovery-codes"],
      ["DELETE", "/api/auth/mfa/totp"],
      ["GET", "/api/auth/trusted-devices"],
    ] as const) {
      const body = method === "POST" ? { body: {} } : {};
      expect((await call(app, method, path, { headers, ...body })).status).toBe(401);
    }
    const refreshed = await call(app, "POST", "/api/auth/refresh", {
      body: {},
      headers: { cookie: `timos_rt=${mfaToken}` },
    });
    expect(refreshed.status).toBe(401);
    const verified = await call(app, "POST", "/api/auth/verify-email", {
      body: { token: mfaToken.slice(0, 32) },
    });
    expect(verified.status).toBe(410);
    // What opens one endpoint is not used up by being tried at others.
    expect((await answer(app, mfaToken, "totp", codeNow(ada))).status).toBe(200);
  });
});

describe("the second factor", () => {
  it("begins a session of its own that has proven two factors", async () => {
    const ada = await protectedPerson(app);
    const reply = await answer(app, await askedFor(app, ada), "totp", codeNow(ada));
    expect(reply.status).toBe(200);
    expect(reply.body["user"]).toMatchObject({ email: ada.email });
    expect(cookieOf(reply)).toMatch(/^timos_rt=/);
    const [row] = await app.sql(
      "platform",
      "SELECT s.amr, s.assurance FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ? ORDER BY s.created_at DESC LIMIT 1",
      [ada.email],
    );
    expect(row).toEqual({ amr: "pwd,otp", assurance: 2 });
    expect(await eventsOf(app, ada)).toContain("mfa.succeeded success");
  });

  it("neiliro/neiliro#55, infisical#6049: takes a code once, and says so (dullage/flatnotes#341)", async () => {
    const ada = await protectedPerson(app);
    const code = codeNow(ada);
    expect((await answer(app, await askedFor(app, ada), "totp", code)).status).toBe(200);
    const again = await answer(app, await askedFor(app, ada), "totp", code);
    expect(again).toMatchObject({ status: 401, body: { code: "mfa_code_already_used" } });
    expect(await eventsOf(app, ada)).toContain("mfa.replayed denied");
    later(30);
    expect((await answer(app, await askedFor(app, ada), "totp", code)).body["code"]).toBe(
      "mfa_code_already_used",
    );
  });

  it("takes none from before the last that it took", async () => {
    const ada = await protectedPerson(app);
    const earlier = codeNow(ada);
    later(30);
    expect((await answer(app, await askedFor(app, ada), "totp", codeNow(ada))).status).toBe(200);
    const reply = await answer(app, await askedFor(app, ada), "totp", earlier);
    expect(reply.body["code"]).toBe("mfa_code_already_used");
  });

  it("takes one code once of twenty that come at once, each to a step of its own (forgekeep/nebula-mesh#237)", async () => {
    const ada = await protectedPerson(app);
    const tokens: string[] = [];
    for (let i = 0; i < 20; i++) tokens.push(await askedFor(app, ada));
    const before = await sessionsOf(ada);
    const replies = await Promise.all(
      tokens.map((token) => answer(app, token, "totp", codeNow(ada))),
    );
    expectOnce(replies);
    expect(await sessionsOf(ada)).toBe(before + 1);
  });

  it.each(["totp", "recovery"] as const)(
    "signs in once of twenty answers at once to the same question, by %s",
    async (method) => {
      const ada = await protectedPerson(app);
      const token = await askedFor(app, ada);
      const code = method === "totp" ? codeNow(ada) : (ada.recoveryCodes[3] ?? "");
      const before = await sessionsOf(ada);
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => answer(app, token, method, code)),
      );
      expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
      expect(replies.filter((reply) => reply.status >= 500)).toEqual([]);
      expect(await sessionsOf(ada)).toBe(before + 1);
    },
  );

  it("two right answers of different kinds to one question sign in once, and use up one", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    const [byCode, byPaper] = await Promise.all([
      answer(app, token, "totp", codeNow(ada)),
      answer(app, token, "recovery", ada.recoveryCodes[0] ?? ""),
    ]);
    expect([byCode.status, byPaper.status].sort()).toEqual([200, 401]);
    const status = await ada.call("GET", "/api/auth/mfa");
    expect(status.body["recoveryCodesLeft"]).toBe(byCode.status === 200 ? 10 : 9);
  });

  it("is asked for once: the question is gone with its answer", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    expect((await answer(app, token, "totp", codeNow(ada))).status).toBe(200);
    later(30);
    expect(await answer(app, token, "totp", codeNow(ada))).toMatchObject({
      status: 401,
      body: { code: "mfa_token_expired" },
    });
  });

  it("has to come within five minutes", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    later(301);
    const reply = await answer(app, token, "totp", codeNow(ada));
    expect(reply.body["code"]).toBe("mfa_token_expired");
  });

  it("is that of whoever was asked: another's code or recovery code is none", async () => {
    const ada = await protectedPerson(app);
    const eve = await protectedPerson(app);
    const token = await askedFor(app, ada);
    expect((await answer(app, token, "totp", codeNow(eve))).body["code"]).toBe("mfa_invalid_code");
    expect((await answer(app, token, "recovery", eve.recoveryCodes[0] ?? "")).body["code"]).toBe(
      "mfa_invalid_code",
    );
  });

  it("a token that was never given out, or is half right, answers nothing", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    const altered = token.slice(0, -2) + (token.endsWith("AA") ? "BB" : "AA");
    for (const other of [altered, "A".repeat(43)]) {
      expect((await answer(app, other, "totp", codeNow(ada))).body["code"]).toBe(
        "mfa_token_expired",
      );
    }
    expect((await answer(app, "short", "totp", codeNow(ada))).status).toBe(400);
    const none = await call(app, "POST", "/api/auth/mfa/verify", {
      body: { method: "totp", code: codeNow(ada) },
    });
    expect(none.body["code"]).toBe("mfa_token_expired");
  });

  it.each([
    ["another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    ["a sister site", { "sec-fetch-site": "same-site", origin: "http://evil.127.0.0.1:3000" }],
    ["an older browser on another site", { origin: "https://evil.example" }],
    ["a sandboxed page", { origin: "null" }],
  ])("is not answered from %s with this browser's cookie, and is not used up", async (_, from) => {
    const ada = await protectedPerson(app);
    const code = codeNow(ada);
    const cookie = `timos_mfa=${await askedFor(app, ada)}`;
    const ask = (headers: Readonly<Record<string, string>>) =>
      call(app, "POST", "/api/auth/mfa/verify", {
        body: { method: "totp", code },
        headers: { cookie, ...headers },
      });
    const refused = await ask(from);
    expect(refused).toMatchObject({ status: 403, body: { code: "csrf_failed" } });
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect((await ask({ "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it("comes by the cookie too, for who came by a provider, which is removed then", async () => {
    const ada = await protectedPerson(app);
    const reply = await call(app, "POST", "/api/auth/mfa/verify", {
      body: { method: "totp", code: codeNow(ada) },
      headers: { cookie: `timos_mfa=${await askedFor(app, ada)}` },
    });
    expect(reply.status).toBe(200);
    expect(reply.headers.getSetCookie().join()).toContain("timos_mfa=;");
  });

  it("whose phone is a minute off hears that codes depend on its clock", async () => {
    const ada = await protectedPerson(app);
    const fast = codeAt(ada.secret, new Date(app.clock.now.getTime() + 60_000));
    const reply = await answer(app, await askedFor(app, ada), "totp", fast);
    expect(reply.body).toMatchObject({
      code: "mfa_invalid_code",
      detail: expect.stringContaining("clock"),
    });
  });

  it("keeps a suspended account out, and tells only who proved both factors", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [ada.email]);
    expect((await answer(app, token, "totp", wrongCode(ada))).body["code"]).toBe(
      "mfa_invalid_code",
    );
    expect(await answer(app, token, "totp", codeNow(ada))).toMatchObject({
      status: 403,
      body: { code: "account_suspended" },
    });
  });

  it("is not in the log, nor is a secret or a recovery code", async () => {
    const ada = await protectedPerson(app);
    const code = codeNow(ada);
    await answer(app, await askedFor(app, ada), "totp", code);
    await answer(app, await askedFor(app, ada), "recovery", ada.recoveryCodes[5] ?? "");
    expect(app.logged()).not.toContain(ada.secret);
    for (const recoveryCode of ada.recoveryCodes) expect(app.logged()).not.toContain(recoveryCode);
    const [row] = await app.sql(
      "platform",
      "SELECT GROUP_CONCAT(hash) AS hashes FROM recovery_codes r JOIN users u ON u.id = r.user_id WHERE u.email = ?",
      [ada.email],
    );
    expect(String(row?.["hashes"]).split("$argon2id$")).toHaveLength(11);
    expect(JSON.stringify(await app.sql("platform", "SELECT * FROM audit_events"))).not.toContain(
      code,
    );
  });
});
