import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, cookieOf, linkToken, signUp, type Reply } from "../../../test/people.ts";
import type { Platform } from "../../platform/client.ts";
import { signUp as signUpWithin } from "./sign-up.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const password = "correct horse battery";
const send = (email: string, more: object = {}) =>
  call(app, "POST", "/api/auth/signup", { body: { email, password, ...more } });
const verify = (token: string) => call(app, "POST", "/api/auth/verify-email", { body: { token } });
const signIn = (email: string, secret = password) =>
  call(app, "POST", "/api/auth/login", { body: { email, password: secret } });

describe("signing up", () => {
  it("makes an account that is used once its address is proven", async () => {
    const reply = await send("Ada@Example.org", {
      displayName: " Ada ",
      timeZone: "Europe/Berlin",
    });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({ status: "accepted" });
    expect(await signIn("ada@example.org")).toMatchObject({
      status: 403,
      body: { code: "email_not_verified" },
    });

    const verified = await verify(linkToken(app, "ada@example.org"));
    expect(verified).toMatchObject({
      status: 200,
      body: {
        expiresIn: 900,
        user: {
          email: "ada@example.org",
          displayName: "Ada",
          timeZone: "Europe/Berlin",
          role: "owner",
          dayStartHour: 0,
        },
      },
    });
    expect(cookieOf(verified)).toMatch(/^timos_rt=/);
    expect((await signIn("ADA@example.org")).status).toBe(200);
  });

  it("makes the data key in the same transaction, wrapped, under an owner that the account is not named by", async () => {
    await signUp(app, { email: "keys@example.org" });
    const [dek] = await app.sql(
      "platform",
      `SELECT d.owner_id, d.dek_id, w.\`blob\`, w.mek_ref, d.user_id FROM users u JOIN user_deks d ON d.user_id = u.id
       JOIN dek_wraps w ON w.owner_id = d.owner_id WHERE u.email = 'keys@example.org'`,
    );
    expect(dek).toMatchObject({ mek_ref: expect.stringMatching(/^local:[0-9a-f]{16}$/) });
    expect((dek?.["blob"] as Buffer).length).toBe(60);
    expect((dek?.["owner_id"] as Buffer).toString("hex")).not.toBe(
      String(dek?.["user_id"]).replaceAll("-", ""),
    );
  });

  it("answers the same for an address that is taken, tells its owner by mail, and changes nothing", async () => {
    const owner = await signUp(app, { email: "taken@example.org" });
    const before = app.mails().length;
    const reply = await send("taken@example.org", { password: "another long password" });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({ status: "accepted" });
    expect(app.mails().slice(before).join()).toMatch(/already have a TimOS account/);
    expect(app.mails().slice(before).join()).not.toMatch(/token=/);
    expect((await signIn(owner.email, "another long password")).status).toBe(401);
    expect((await signIn(owner.email)).status).toBe(200);
  });

  it("makes one account of two sign-ups that come at once", async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, () => send("twice@example.org")));
    expect(replies.map((reply) => reply.status)).toEqual([202, 202, 202, 202, 202]);
    const rows = await app.sql(
      "platform",
      "SELECT id FROM users WHERE email = 'twice@example.org'",
    );
    expect(rows).toHaveLength(1);
    const tenants = await app.sql("platform", "SELECT id FROM tenants WHERE name = 'twice'");
    expect(tenants).toHaveLength(1);
  });

  it("takes any address, however long its name", async () => {
    const email = `${"a".repeat(200)}@example.org`;
    expect((await send(email)).status).toBe(202);
    const users = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
    expect(users).toHaveLength(1);
  });

  it.each([
    ["too short", "elevenchars", "at least 12"],
    ["too long", "x".repeat(257), "at most 256"],
    ["known to everybody", "Password1234!", "most used"],
    ["the address itself", "me@example.org and more", "must not contain"],
  ])("refuses a password that is %s", async (_, weak, message) => {
    expect(await send("me@example.org", { password: weak })).toMatchObject({
      status: 422,
      body: {
        code: "weak_password",
        errors: [{ path: "body.password", message: expect.stringContaining(message) }],
      },
    });
  });

  it("counts characters, not bytes, and takes any of them", async () => {
    const moons = "🌑🌒🌓🌔🌕🌖🌗🌘🌙🌚🌛🌜";
    expect((await send("emoji@example.org", { password: moons })).status).toBe(202);
    expect((await verify(linkToken(app, "emoji@example.org"))).status).toBe(200);
    expect((await signIn("emoji@example.org", moons)).status).toBe(200);
  });

  it.each([
    ["body.email", { email: "not an address" }],
    ["body.email", { email: "a@b.example, c@d.example" }],
    ["body.email", { email: "jose\u0301@example.org" }],
    ["body.password", { password: "\ud800".repeat(12) }],
    ["body.timeZone", { timeZone: "Mars/Olympus" }],
    ["body.displayName", { displayName: "two\nlines" }],
    ["body", { role: "superadmin" }],
    ["body", { emailVerifiedAt: "2026-01-01" }],
  ])("names %s when it is not right", async (path, more) => {
    expect(await send("fine@example.org", more)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path }] },
    });
  });

  it("sends an address a few mails an hour for one client and no more, without saying so", async () => {
    await send("flood@example.org");
    for (let i = 0; i < 8; i++) {
      const body = { email: "flood@example.org" };
      expect((await call(app, "POST", "/api/auth/verify-email/resend", { body })).status).toBe(202);
    }
    const sent = app.mails().filter((mail) => mail.includes("To: flood@example.org"));
    expect(sent.length).toBe(5);
  });
});

describe("an address that a stranger signs up too", () => {
  const theirs = "the stranger's password";
  const browserOf = (reply: Reply) => cookieOf(reply);
  const open = (email: string, cookie?: string) =>
    call(app, "POST", "/api/auth/verify-email", {
      body: { token: linkToken(app, email) },
      ...(cookie === undefined ? {} : { headers: { cookie } }),
    });

  it.each([
    ["before", ["stranger", "owner"]],
    ["after", ["owner", "stranger"]],
    ["before and after", ["stranger", "owner", "stranger"]],
  ])("%s its owner gets its owner's password, whichever link they open", async (order, who) => {
    const email = `victim-${order.replaceAll(" ", "-")}@example.org`;
    let cookie = "";
    for (const person of who) {
      const reply = await send(email, { password: person === "owner" ? password : theirs });
      if (person === "owner") cookie = browserOf(reply);
    }
    expect((await open(email, cookie)).status).toBe(200);
    expect((await signIn(email, theirs)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
  });

  it("gets nobody's password in a browser that signed up nothing, and its link stays good", async () => {
    const email = "elsewhere@example.org";
    const cookie = browserOf(await send(email));
    await send(email, { password: theirs });
    expect(await open(email)).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(await open(email, "timos_su=" + "A".repeat(43))).toMatchObject({ status: 409 });
    expect((await open(email, cookie)).status).toBe(200);
    expect((await signIn(email)).status).toBe(200);
  });

  it("is not given to the stranger by a link that is sent again", async () => {
    const email = "again-and-again@example.org";
    await send(email, { password: theirs });
    const cookie = browserOf(await send(email));
    await call(app, "POST", "/api/auth/verify-email/resend", { body: { email } });
    expect((await open(email, cookie)).status).toBe(200);
    expect((await signIn(email, theirs)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
  });

  it("is completed by a link that is sent again when all others are over", async () => {
    const email = "late@example.org";
    await send(email);
    const { now } = app.clock;
    app.clock.now = new Date(now.getTime() + 25 * 3_600_000);
    const resend = () => call(app, "POST", "/api/auth/verify-email/resend", { body: { email } });
    try {
      expect((await open(email)).status).toBe(410);
      const over = linkToken(app, email);
      await resend();
      expect(linkToken(app, email)).not.toBe(over);
      expect((await open(email)).status).toBe(200);
      expect((await signIn(email)).status).toBe(200);
    } finally {
      app.clock.now = now;
    }
  });

  it("and whose mails the stranger used up is still its owner's", async () => {
    const email = "used-up@example.org";
    for (let i = 0; i < 6; i++) await send(email, { password: theirs });
    const cookie = browserOf(await send(email));
    expect((await open(email, cookie)).status).toBe(200);
    expect((await signIn(email, theirs)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
  });

  it("may be signed up twice by its owner, here and there, with the same password", async () => {
    const email = "twice-the-same@example.org";
    await send(email);
    await send(email);
    expect((await open(email)).status).toBe(200);
    expect((await signIn(email)).status).toBe(200);
  });
});

describe("a link that is opened elsewhere than in the browser that signed up", () => {
  const theirs = "the stranger's password";
  const open = (token: string, more: object = {}, headers: Record<string, string> = {}) =>
    call(app, "POST", "/api/auth/verify-email", { body: { token, ...more }, headers });

  it("does not complete a stranger's sign-up for them (pre-hijacking, USENIX Security 2022)", async () => {
    const email = "hijacked@example.org";
    await send(email, { password: theirs, displayName: "Trojan" });
    const token = linkToken(app, email);
    const refused = await open(token, { signedUpHere: true });
    expect(refused).toMatchObject({ status: 401, body: { code: "password_required" } });
    expect(cookieOf(refused)).toBe("");
    expect((await signIn(email, theirs)).body).toMatchObject({ code: "email_not_verified" });

    expect(await open(token, { newPassword: email })).toMatchObject({
      status: 422,
      body: { errors: [{ path: "body.newPassword" }] },
    });
    expect(await open(token, { newPassword: password })).toMatchObject({
      status: 200,
      body: { user: { email, displayName: "hijacked" } },
    });
    expect((await signIn(email, theirs)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
    expect((await open(token, { newPassword: theirs })).status).toBe(410);
  });

  it("lets in who knows the password that was chosen, and nobody else", async () => {
    const email = "from-the-phone@example.org";
    await send(email, { displayName: "Ada", timeZone: "Europe/Berlin" });
    const token = linkToken(app, email);
    expect(await open(token, { password: "not the password" })).toMatchObject({
      status: 401,
      body: { code: "invalid_credentials" },
    });
    expect(await open(token, { password })).toMatchObject({
      status: 200,
      body: { user: { displayName: "Ada", timeZone: "Europe/Berlin" } },
    });
    expect((await signIn(email)).status).toBe(200);
  });

  it("tells by the password which of several sign-ups was its owner's", async () => {
    const email = "which-one@example.org";
    await send(email);
    await send(email, { password: theirs });
    expect((await open(linkToken(app, email), { password })).status).toBe(200);
    expect((await signIn(email, theirs)).status).toBe(401);
  });

  it("has its right password compared, however often a stranger signs up after its owner", async () => {
    const email = "drowned@example.org";
    await send(email);
    const token = linkToken(app, email);
    const { now } = app.clock;
    for (const n of [1, 2, 3]) {
      app.clock.now = new Date(now.getTime() + n * 1000);
      await send(email, { password: `${theirs} ${n}` });
    }
    app.clock.now = now;
    // A link that is sent again is no sign-up's own: it is not said of the password that nobody chose it.
    await call(app, "POST", "/api/auth/verify-email/resend", { body: { email } });
    const again = linkToken(app, email);
    expect(again).not.toBe(token);
    expect(await open(again, { password })).toMatchObject({
      status: 401,
      body: { code: "password_required", detail: expect.stringContaining("perhaps not compared") },
    });
    expect((await open(token, { password })).status).toBe(200);
    expect((await signIn(email, `${theirs} 3`)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
  });

  it("takes five wrong passwords, also at once, and goes on for its owner: guessing past the lockout", async () => {
    const email = "guessed@example.org";
    const cookie = cookieOf(await send(email));
    const token = linkToken(app, email);
    const guess = (n: number) => open(token, { password: `not the password ${n}` });
    const guesses = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(guess));
    expect(guesses.map((reply) => reply.status).sort()).toEqual([
      401, 401, 401, 401, 401, 429, 429,
    ]);
    expect(await open(token, { password })).toMatchObject({
      status: 429,
      body: { code: "too_many_attempts" },
    });
    expect((await open(token, { newPassword: email })).status).toBe(422);
    expect((await open(token, { signedUpHere: true }, { cookie })).status).toBe(200);
  });

  it.each(["password", "newPassword"])(
    "takes no %s where a provider was signed up with",
    async (field) => {
      const token = "A".repeat(34);
      expect(await open(token, { [field]: password })).toMatchObject({
        status: 400,
        body: { code: "invalid_request", errors: [{ path: `body.${field}` }] },
      });
      expect((await open(token, { signedUpHere: true })).status).toBe(410);
    },
  );

  it("asks for nothing in the browser that signed up", async () => {
    const email = "same-browser@example.org";
    const cookie = cookieOf(await send(email));
    const opened = await open(linkToken(app, email), { signedUpHere: true }, { cookie });
    expect(opened.status).toBe(200);
  });
});

describe("the time that an answer takes", () => {
  const origin = { client: "203.0.113.9", browser: "A".repeat(43) };
  const never = () => new Promise<never>(() => undefined);

  it("is the same whether or not an address has an account: nothing that depends on it holds the answer up", async () => {
    await signUp(app, { email: "timed@example.org" });
    await send("half-timed@example.org");
    const isRight = jest.fn(never);
    const begin = jest.fn(never);
    const mail = jest.fn(never);
    const deps = {
      ...app.deps,
      mailsToFolder: false,
      passwords: { ...app.deps.passwords, isRight },
      platform: Object.create(app.deps.platform, { $transaction: { value: begin } }) as Platform,
      send: mail,
    };
    for (const email of ["timed@example.org", "half-timed@example.org", "untimed@example.org"]) {
      const started = performance.now();
      await signUpWithin(deps, { email, password }, origin);
      expect(performance.now() - started).toBeGreaterThanOrEqual(295);
    }
    for (const held of [isRight, begin, mail]) expect(held).toHaveBeenCalledTimes(1);
  });

  it("is the same where a sign-up fails, and the log says that it did", async () => {
    const begin = () => Promise.reject(new Error("the disk is full"));
    const platform = Object.create(app.deps.platform, {
      $transaction: { value: begin },
    }) as Platform;
    await signUpWithin({ ...app.deps, platform }, { email: "lost@example.org", password }, origin);
    expect(app.logged()).toContain("a sign-up could not be done");
  });

  it("covers the mail that is left in a folder, for both kinds of addresses", async () => {
    let mails = 0;
    const slow = async () => {
      await sleep(400);
      mails += 1;
    };
    const both = ["timed@example.org", "late@example.org"].map((email) =>
      signUpWithin({ ...app.deps, send: slow }, { email, password }, origin),
    );
    await Promise.all(both);
    expect(mails).toBe(2);
  });
});

describe("the link in the mail", () => {
  it("works once, whoever comes first", async () => {
    await send("race@example.org");
    const token = linkToken(app, "race@example.org");
    const replies = await Promise.all(Array.from({ length: 5 }, () => verify(token)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 410, 410, 410, 410]);
    expect(await verify(token)).toMatchObject({ status: 410, body: { code: "gone" } });
  });

  it("works for a day", async () => {
    await send("slow@example.org");
    const token = linkToken(app, "slow@example.org");
    const { now } = app.clock;
    app.clock.now = new Date(now.getTime() + 24 * 3_600_000);
    expect((await verify(token)).status).toBe(410);
    app.clock.now = new Date(now.getTime() + 24 * 3_600_000 - 1000);
    expect((await verify(token)).status).toBe(200);
    app.clock.now = now;
  });

  it("is refused with another secret, and its own goes on working", async () => {
    await send("forged@example.org");
    const token = linkToken(app, "forged@example.org");
    const forged = Buffer.from(token, "base64url");
    forged.writeUInt8(forged.readUInt8(23) ^ 1, 23);
    expect((await verify(forged.toString("base64url"))).status).toBe(410);
    expect((await verify("A".repeat(32))).status).toBe(410);
    expect(await verify("short")).toMatchObject({
      status: 400,
      body: { errors: [{ path: "body.token" }] },
    });
    expect((await verify(token)).status).toBe(200);
  });

  it("can be asked for again, and says nothing of accounts that are not there", async () => {
    await send("again@example.org");
    const resend = (email: string) =>
      call(app, "POST", "/api/auth/verify-email/resend", { body: { email } });
    const first = linkToken(app, "again@example.org");
    const known = await resend("again@example.org");
    const unknown = await resend("nobody@example.org");
    expect(known.body).toEqual(unknown.body);
    expect(known.status).toBe(unknown.status);
    expect(app.mails().join()).not.toContain("nobody@example.org");
    expect(linkToken(app, "again@example.org")).not.toBe(first);
    expect((await verify(first)).status).toBe(200);
  });

  it("is stored as a hash", async () => {
    await send("hash@example.org");
    const secret = Buffer.from(linkToken(app, "hash@example.org"), "base64url").subarray(8);
    const rows = await app.sql("platform", "SELECT * FROM one_time_tokens");
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      for (const value of Object.values(row)) {
        if (Buffer.isBuffer(value)) expect(value.includes(secret)).toBe(false);
      }
    }
  });
});
