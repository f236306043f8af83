import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";
import { answer, askedFor, codeAt, signIn, turnOn } from "../../../test/second-factor.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const enroll = (person: Person) => person.call("POST", "/api/auth/mfa/totp/enroll", { body: {} });
const secretOf = (reply: Reply) => String(reply.body["secret"]);
const confirm = (person: Person, code: string) =>
  person.call("POST", "/api/auth/mfa/totp/confirm", { body: { code } });
const disable = (person: Person) => person.call("DELETE", "/api/auth/mfa/totp");
const remake = (person: Person) =>
  person.call("POST", "/api/auth/mfa/recovery-codes", { body: {} });
const codeNow = (secret: string) => codeAt(secret, app.clock.now);
/** Mails go out beside the answer. */
const mailed = async ({ email }: Person, subject: string) => {
  const isThere = () =>
    app
      .mails()
      .some((text) => text.includes(`To: ${email}`) && text.includes(`Subject: ${subject}`));
  for (let tries = 0; !isThere() && tries < 100; tries++) await sleep(50);
  return isThere();
};
const rowsOf = (table: string, { email }: Person) =>
  app.sql(
    "platform",
    `SELECT t.* FROM ${table} t JOIN users u ON u.id = t.user_id WHERE u.email = ?`,
    [email],
  );
const eventsOf = async (person: Person) =>
  (await rowsOf("audit_events", person)).map((row) => String(row["action"]));
const bearer = (reply: Reply) => ({
  headers: { authorization: `Bearer ${String(reply.body["accessToken"])}` },
});
const requireMfa = ({ email }: Person) =>
  app.sql(
    "platform",
    "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 1 WHERE u.email = ?",
    [email],
  );

describe("enrolling", () => {
  it("gives a secret, its URL, and a QR code that runs and loads nothing", async () => {
    const ada = await signUp(app);
    const reply = await enroll(ada);
    expect(reply.status).toBe(200);
    const { secret, otpauthUrl, qrSvg } = reply.body;
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(otpauthUrl).toBe(
      `otpauth://totp/TimOS:${encodeURIComponent(ada.email)}?secret=${String(secret)}&issuer=TimOS`,
    );
    expect(qrSvg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*>(<path [^>]*\/>)+<\/svg>\s*$/,
    );
    expect(String(qrSvg)).not.toMatch(/script|href|url\(|on\w+=/i);
    expect(await eventsOf(ada)).toEqual(expect.arrayContaining(["key.unwrapped", "mfa.enrolled"]));
  });

  it("changes nothing before a code has come back", async () => {
    const ada = await signUp(app);
    await enroll(ada);
    expect((await ada.call("GET", "/api/auth/mfa")).body["totp"]).toBe(false);
    expect((await signIn(app, ada)).body).toHaveProperty("accessToken");
  });

  it("keeps the secret in a box that says nothing of it", async () => {
    const ada = await signUp(app);
    const secret = secretOf(await enroll(ada));
    const look = async () =>
      Buffer.concat(
        (await rowsOf("totp_credentials", ada)).flatMap((row) =>
          [row["sealed"], row["pending"]].filter((box): box is Buffer => Buffer.isBuffer(box)),
        ),
      );
    const pending = await look();
    expect(pending[0]).toBe(0xf9);
    expect(pending.includes(secret)).toBe(false);
    await confirm(ada, codeNow(secret));
    const sealed = await look();
    expect(sealed[0]).toBe(0xf9);
    expect(sealed.includes(secret)).toBe(false);
  });

  it("CVE-2026-44460: never gives a secret twice, nor one that is in use", async () => {
    const ada = await signUp(app);
    const secrets = [secretOf(await enroll(ada)), secretOf(await enroll(ada))];
    await confirm(ada, codeNow(secrets[1] ?? ""));
    later(30);
    secrets.push(secretOf(await enroll(ada)));
    expect(new Set(secrets).size).toBe(3);
    expect(JSON.stringify((await ada.call("GET", "/api/auth/mfa")).body)).not.toContain(secrets[1]);
  });

  it("asks for a proof of the last five minutes", async () => {
    const ada = await signUp(app);
    await turnOn(app, ada);
    later(301);
    for (const reply of [
      await enroll(ada),
      await disable(ada),
      await remake(ada),
      await ada.call("DELETE", "/api/auth/trusted-devices/4f8b0a55-4f0b-4a51-9a0c-3a1f4f6f3d11"),
    ]) {
      expect(reply).toMatchObject({ status: 401, body: { code: "reauth_required" } });
    }
  });

  it("of two at once leaves one secret that can be confirmed, and breaks nothing", async () => {
    const ada = await signUp(app);
    const replies = await Promise.all([enroll(ada), enroll(ada), enroll(ada)]);
    expect(replies.map((reply) => reply.status).filter((s) => s !== 200 && s !== 409)).toEqual([]);
    const secrets = replies.filter((reply) => reply.status === 200).map(secretOf);
    const outcomes = [];
    for (const secret of secrets) outcomes.push((await confirm(ada, codeNow(secret))).status);
    expect(outcomes.filter((status) => status === 200)).toHaveLength(1);
  });
});

describe("confirming", () => {
  it("turns it on, gives ten codes, tells by mail, and keeps no secret in the ledger", async () => {
    const ada = await signUp(app);
    const { secret, recoveryCodes } = await turnOn(app, ada);
    expect(recoveryCodes.map((code) => code.charAt(0)).join("")).toBe("0123456789");
    expect(new Set(recoveryCodes.map((code) => code.slice(2))).size).toBe(10);
    expect((await ada.call("GET", "/api/auth/mfa")).body).toEqual({
      totp: true,
      recoveryCodesLeft: 10,
      isLowOnRecoveryCodes: false,
      passkeys: 0,
    });
    expect(await mailed(ada, "Two-factor sign-in is on")).toBe(true);
    expect(await eventsOf(ada)).toEqual(
      expect.arrayContaining(["mfa.enrolled", "mfa.confirmed", "recovery.generated"]),
    );
    expect(JSON.stringify(await rowsOf("audit_events", ada))).not.toContain(secret);
  });

  it("uses its code up: it does not sign in too", async () => {
    const ada = await signUp(app);
    const { secret } = await turnOn(app, ada);
    const reply = await answer(app, await askedFor(app, ada), "totp", codeNow(secret));
    expect(reply.body["code"]).toBe("mfa_code_already_used");
  });

  it("succeeds once of five times at once", async () => {
    const ada = await signUp(app);
    const code = codeNow(secretOf(await enroll(ada)));
    const replies = await Promise.all(Array.from({ length: 5 }, () => confirm(ada, code)));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    expect(replies.filter((reply) => reply.status >= 500)).toEqual([]);
    const [won] = replies.filter((reply) => reply.status === 200);
    later(30);
    const [recovery = ""] = won?.body["recoveryCodes"] as string[];
    expect((await answer(app, await askedFor(app, ada), "recovery", recovery)).status).toBe(200);
  });

  it("has ten minutes and ten tries", async () => {
    const ada = await signUp(app);
    const secret = secretOf(await enroll(ada));
    later(601);
    expect((await confirm(ada, codeNow(secret))).body["code"]).toBe("not_found");
    const eve = await signUp(app);
    const other = secretOf(await enroll(eve));
    for (let i = 0; i < 10; i++) {
      expect((await confirm(eve, "000000")).body["code"]).toBe("mfa_invalid_code");
    }
    expect((await confirm(eve, codeNow(other))).status).toBe(429);
  });

  it("needs an enrolment that is one's own", async () => {
    const ada = await signUp(app);
    const eve = await signUp(app);
    const secret = secretOf(await enroll(ada));
    expect((await confirm(eve, codeNow(secret))).status).toBe(404);
    expect((await confirm(ada, codeNow(secret))).status).toBe(200);
  });

  it("proves two factors for this session, and stales what others proved by one", async () => {
    const ada = await signUp(app);
    const other = await signIn(app, ada);
    await turnOn(app, ada);
    const sessions = await rowsOf("auth_sessions", ada);
    expect(
      sessions.map((row) => `${String(row["amr"])} ${String(row["assurance"])}`).sort(),
    ).toEqual(["pwd 1", "pwd,otp 2"]);
    // Signed in a moment ago by password alone: not enough to turn it off again.
    const reply = await call(app, "DELETE", "/api/auth/mfa/totp", bearer(other));
    expect(reply.body["code"]).toBe("reauth_required");
    expect((await call(app, "GET", "/api/me", bearer(other))).status).toBe(200);
  });

  it("lets them in, at once, where their tenant asks for a second factor", async () => {
    const ada = await signUp(app);
    await requireMfa(ada);
    await app.deps.sessions.evict({ userId: "" });
    const journal = () => ada.call("GET", "/api/entries?from=2026-11-01&to=2026-11-30");
    // What another test's request left in memory is a second old at most.
    await sleep(1100);
    expect((await journal()).body["code"]).toBe("mfa_required_by_policy");
    await turnOn(app, ada);
    expect((await journal()).status).toBe(200);
  });
});

describe("another secret", () => {
  it("takes over when it is confirmed, not before; the old one and its recovery codes are over", async () => {
    const ada = await signUp(app);
    const old = await turnOn(app, ada);
    later(30);
    const secret = secretOf(await enroll(ada));
    expect((await answer(app, await askedFor(app, ada), "totp", codeNow(old.secret))).status).toBe(
      200,
    );
    later(30);
    const confirmed = await confirm(ada, codeNow(secret));
    expect(confirmed.status).toBe(200);
    later(30);
    const token = await askedFor(app, ada);
    expect((await answer(app, token, "totp", codeNow(old.secret))).body["code"]).toBe(
      "mfa_invalid_code",
    );
    expect((await answer(app, token, "recovery", old.recoveryCodes[0] ?? "")).body["code"]).toBe(
      "mfa_invalid_code",
    );
    expect((await answer(app, token, "totp", codeNow(secret))).status).toBe(200);
  });

  it("is not that of a box moved from somebody else's row", async () => {
    const ada = await signUp(app);
    const eve = await signUp(app);
    await turnOn(app, ada);
    const kept = await turnOn(app, eve);
    later(30);
    await app.sql(
      "platform",
      `UPDATE totp_credentials a JOIN users ua ON ua.id = a.user_id, totp_credentials e JOIN users ue ON ue.id = e.user_id
       SET a.sealed = e.sealed WHERE ua.email = ? AND ue.email = ?`,
      [ada.email, eve.email],
    );
    const reply = await answer(app, await askedFor(app, ada), "totp", codeNow(kept.secret));
    expect(reply.status).toBe(500);
  });
});

describe("new recovery codes", () => {
  it("take the place of all earlier ones", async () => {
    const ada = await signUp(app);
    const old = await turnOn(app, ada);
    const reply = await remake(ada);
    expect(reply.status).toBe(200);
    const codes = reply.body["recoveryCodes"] as string[];
    expect(codes.filter((code) => old.recoveryCodes.includes(code))).toEqual([]);
    expect(await mailed(ada, "New recovery codes")).toBe(true);
    const token = await askedFor(app, ada);
    expect((await answer(app, token, "recovery", old.recoveryCodes[2] ?? "")).body["code"]).toBe(
      "mfa_invalid_code",
    );
    expect((await answer(app, token, "recovery", codes[2] ?? "")).status).toBe(200);
  });

  it("stand in for a second factor, so there are none without", async () => {
    const ada = await signUp(app);
    expect((await remake(ada)).status).toBe(404);
  });
});

describe("turning it off", () => {
  it("removes secret, recovery codes and trusted devices, and tells by mail", async () => {
    const ada = await signUp(app);
    const { secret } = await turnOn(app, ada);
    later(30);
    const token = await askedFor(app, ada);
    await answer(app, token, "totp", codeNow(secret), { trustDevice: true });
    const waiting = await askedFor(app, ada);
    expect((await disable(ada)).status).toBe(204);
    for (const table of ["totp_credentials", "recovery_codes", "trusted_devices"]) {
      expect(await rowsOf(table, ada)).toEqual([]);
    }
    expect(await mailed(ada, "Two-factor sign-in is off")).toBe(true);
    expect(await eventsOf(ada)).toContain("mfa.disabled");
    expect((await signIn(app, ada)).body).toHaveProperty("accessToken");
    later(30);
    expect((await answer(app, waiting, "totp", codeNow(secret))).status).toBe(401);
    expect((await disable(ada)).status).toBe(404);
  });

  it("is refused where the tenant asks for it, unless a passkey is left", async () => {
    const ada = await signUp(app);
    await turnOn(app, ada);
    await requireMfa(ada);
    expect(await disable(ada)).toMatchObject({
      status: 403,
      body: { code: "mfa_required_by_policy" },
    });
    expect((await signIn(app, ada)).body["mfaRequired"]).toBe(true);
    await app.sql(
      "platform",
      `INSERT INTO passkeys (id, tenant_id, user_id, credential_hash, credential_id, public_key, counter, transports, is_backed_up, name, created_at)
       SELECT UUID(), tenant_id, id, UNHEX(SHA2(id, 256)), id, id, 0, '', 0, 'key', NOW() FROM users WHERE email = ?`,
      [ada.email],
    );
    expect((await disable(ada)).status).toBe(204);
  });

  it("answers nobody who is not signed in", async () => {
    for (const [method, path] of [
      ["GET", "/api/auth/mfa"],
      ["POST", "/api/auth/mfa/totp/enroll"],
      ["POST", "/api/auth/mfa/totp/confirm"],
      ["DELETE", "/api/auth/mfa/totp"],
      ["POST", "/api/auth/mfa/recovery-codes"],
      ["GET", "/api/auth/trusted-devices"],
      ["DELETE", "/api/auth/trusted-devices/4f8b0a55-4f0b-4a51-9a0c-3a1f4f6f3d11"],
    ] as const) {
      const body = method === "POST" ? { body: {} } : {};
      expect((await call(app, method, path, body)).status).toBe(401);
    }
  });
});
