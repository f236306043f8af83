import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import {
  call,
  cookieOf,
  linkToken,
  signUp,
  type Person,
  type Reply,
} from "../../../test/people.ts";
import { eventsOf, turnOn } from "../../../test/second-factor.ts";

let app: TestApp;
const START = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp();
});
afterEach(() => {
  app.clock.now = START;
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
let addresses = 0;
const newAddress = () => `new${addresses++}@example.org`;

/** The newest mail to an address with this in its subject or text, once as many have been sent. */
async function mailTo(email: string, words: string, count = 1): Promise<string> {
  for (let i = 0; i < 200; i++) {
    const found = app.mails().filter((mail) => mail.includes(`To: ${email}`));
    const mails = found.filter((text) => text.includes(words));
    const mail = mails.at(-1);
    if (mail !== undefined && mails.length >= count) return mail;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`no such mail to ${email}`);
}
const tokenIn = (mail: string) => /#token=([\w-]{32})/.exec(mail)?.[1] ?? "";
const confirmToken = async (email: string, count = 1) =>
  tokenIn(await mailTo(email, "/confirm-email#", count));
const cancelToken = async (email: string, count = 1) =>
  tokenIn(await mailTo(email, "about to change", count));
const undoToken = async (email: string) => tokenIn(await mailTo(email, "address was changed"));

const request = (person: Person, newEmail: string, headers = {}) =>
  person.call("POST", "/api/auth/email/change", { body: { newEmail }, headers });
const confirm = (token: string, headers = {}) =>
  call(app, "POST", "/api/auth/email/confirm", { body: { token }, headers });
const keep = (token: string) => call(app, "POST", "/api/auth/email/cancel", { body: { token } });
const signIn = (email: string, password: string) =>
  call(app, "POST", "/api/auth/login", { body: { email, password } });
const codes = (...replies: Reply[]) => replies.map(({ status, body }) => body["code"] ?? status);
const GONE = { status: 410, body: { code: "gone" } };

async function idOf(email: string): Promise<string> {
  const rows = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  return String(rows[0]?.["id"]);
}

/** Somebody whose address has just become another. */
async function changed(): Promise<Person & { newEmail: string }> {
  const person = await signUp(app);
  const newEmail = newAddress();
  expect((await request(person, newEmail)).status).toBe(202);
  later(60);
  expect((await confirm(await confirmToken(newEmail))).status).toBe(204);
  return { ...person, newEmail };
}

describe("another e-mail address", () => {
  it("is used from the moment it is confirmed, and signs in", async () => {
    const person = await signUp(app);
    const { email, password } = person;
    const newEmail = newAddress();
    expect((await request(person, newEmail.toUpperCase())).body).toEqual({ status: "accepted" });
    expect((await person.call("GET", "/api/me")).body).toMatchObject({ email });
    expect(await mailTo(email, "about to change")).toContain(newEmail);
    expect((await confirm(await confirmToken(newEmail))).status).toBe(204);
    expect(codes(await signIn(email, password))).toEqual(["invalid_credentials"]);
    const signedIn = await signIn(newEmail, password);
    expect(signedIn.body).toMatchObject({ user: { email: newEmail } });
    expect(await eventsOf(app, { ...person, email: newEmail })).toEqual(
      expect.arrayContaining(["email_change.requested success", "email_change.confirmed success"]),
    );
  });

  it("takes a fresh proof, is not the one there is, and is one address in ASCII", async () => {
    const person = await signUp(app);
    for (const wrong of [person.email, "a@b", "a@example.org,b@example.org", "а@example.org", ""]) {
      expect(codes(await request(person, wrong))).toEqual(["invalid_request"]);
    }
    later(301);
    expect(codes(await request(person, newAddress()))).toEqual(["reauth_required"]);
    expect(codes(await call(app, "POST", "/api/auth/email/change", { body: {} }))).toEqual([
      "unauthenticated",
    ]);
  });

  it("ends all sessions but that of the browser in which it is confirmed", async () => {
    const person = await signUp(app);
    const other = await signIn(person.email, person.password);
    const newEmail = newAddress();
    await request(person, newEmail);
    const { cookie } = person;
    expect((await confirm(await confirmToken(newEmail), { cookie })).status).toBe(204);
    expect((await person.call("GET", "/api/me")).body).toMatchObject({ email: newEmail });
    const refreshed = await call(app, "POST", "/api/auth/refresh", {
      body: {},
      headers: { cookie: cookieOf(other) },
    });
    expect(codes(refreshed)).toEqual(["session_revoked"]);
  });

  it("is confirmed once within an hour, from our own pages, and by the newest link", async () => {
    const person = await signUp(app);
    const [first, second] = [newAddress(), newAddress()];
    await request(person, first);
    const replaced = await confirmToken(first);
    await request(person, second);
    const token = await confirmToken(second);
    expect(await confirm(replaced)).toMatchObject(GONE);
    const cross = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    expect(codes(await confirm(token, cross))).toEqual(["csrf_failed"]);
    later(3600);
    expect(await confirm(token)).toMatchObject(GONE);
    later(-1);
    const replies = await Promise.all([confirm(token), confirm(token), confirm(token)]);
    expect(codes(...replies).sort()).toEqual([204, "gone", "gone"]);
  });

  it("is asked for five times an hour", async () => {
    const person = await signUp(app);
    for (let i = 0; i < 5; i++) expect((await request(person, newAddress())).status).toBe(202);
    expect(codes(await request(person, newAddress()))).toEqual(["rate_limited"]);
  });

  it("decides which invitations can be accepted", async () => {
    const owner = await signUp(app);
    const person = await signUp(app);
    const { email, password } = person;
    const newEmail = newAddress();
    const invite = async (to: string) => {
      const body = { email: to, role: "member" };
      await owner.call("POST", "/api/tenant/invitations", { body });
      return linkToken(app, to);
    };
    const [toOld, toNew] = [await invite(email), await invite(newEmail)];
    await request(person, newEmail);
    await confirm(await confirmToken(newEmail));
    const { body } = await signIn(newEmail, password);
    const headers = { authorization: `Bearer ${String(body["accessToken"])}` };
    const accept = (token: string) =>
      call(app, "POST", "/api/invitations/accept", { body: { token }, headers });
    expect(codes(await accept(toOld), await accept(toNew))).toEqual(["forbidden", 200]);
  });
});

describe("whether an address has an account", () => {
  const shown = ({ status, body, headers }: Reply) => ({
    status,
    body,
    headers: [...headers.keys()].sort(),
  });

  it("is not told by asking for it: answer, notice and audit are the same, and its owner hears of it", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    const free = newAddress();
    const unknown = await request(person, free);
    expect(shown(unknown)).toEqual(shown(await request(person, other.email)));
    const told = await mailTo(other.email, "asked to use");
    expect(told).not.toMatch(/#token|confirm-email/);
    expect(told).not.toContain(person.email);
    for (const address of [free, other.email]) {
      expect(await mailTo(person.email, address)).toContain("about to change");
    }
    const events = await eventsOf(app, person);
    expect(events.filter((event) => event === "email_change.requested success")).toHaveLength(2);
  });

  it("matters when it is confirmed: who came first has it, and nothing is half done", async () => {
    const [ada, bob] = [await signUp(app), await signUp(app)];
    const wanted = newAddress();
    await request(ada, wanted);
    const adas = await confirmToken(wanted);
    await request(bob, wanted);
    const bobs = await confirmToken(wanted, 2);
    const replies = await Promise.all([confirm(adas), confirm(bobs)]);
    expect(codes(...replies).sort()).toEqual([204, "conflict"]);
    const loser = replies[0].status === 204 ? bob : ada;
    expect((await loser.call("GET", "/api/me")).body).toMatchObject({ email: loser.email });
    expect((await signIn(loser.email, loser.password)).status).toBe(200);
  });

  it("asked for by strangers uses up nothing of what its owner waits for", async () => {
    const [owner, stranger] = [await signUp(app), await signUp(app)];
    const { limits } = app.deps;
    const left = async () => (await limits.mailsTo.use(limits.keyOf(owner.email))).remaining;
    const before = await left();
    await request(stranger, owner.email);
    await mailTo(owner.email, "asked to use your");
    expect(await left()).toBe(before - 1);
  });

  it("does not matter while nobody has proven it: a stranger's sign-up keeps nobody out", async () => {
    const person = await signUp(app);
    const squatted = newAddress();
    const body = { email: squatted, password: "the stranger's own words" };
    await call(app, "POST", "/api/auth/signup", { body });
    const theirs = linkToken(app, squatted);
    await request(person, squatted);
    expect((await confirm(await confirmToken(squatted))).status).toBe(204);
    const verify = await call(app, "POST", "/api/auth/verify-email", { body: { token: theirs } });
    expect(verify).toMatchObject(GONE);
    expect((await signIn(squatted, person.password)).status).toBe(200);
    expect((await signIn(squatted, body.password)).status).toBe(401);
  });
});

describe("a change that waits", () => {
  it("is stopped by the link in the mail to the address so far, once", async () => {
    const person = await signUp(app);
    const newEmail = newAddress();
    await request(person, newEmail);
    const token = await cancelToken(person.email);
    expect((await keep(token)).body).toEqual({ outcome: "cancelled" });
    expect(await confirm(await confirmToken(newEmail))).toMatchObject(GONE);
    expect(await keep(token)).toMatchObject(GONE);
    expect((await person.call("GET", "/api/me")).body).toMatchObject({ email: person.email });
    expect(await eventsOf(app, person)).toContain("email_change.cancelled success");
  });

  it("ends with a change of the password, and with a reset (unexpired e-mail change, USENIX Security 2022)", async () => {
    const password = "another five words here";
    const [changing, resetting] = [await signUp(app), await signUp(app)];
    for (const person of [changing, resetting]) {
      const newEmail = newAddress();
      await request(person, newEmail);
      const planted = await confirmToken(newEmail);
      if (person === changing) {
        const body = { currentPassword: person.password, newPassword: password };
        expect((await person.call("POST", "/api/auth/password/change", { body })).status).toBe(200);
      } else {
        await call(app, "POST", "/api/auth/password/forgot", { body: { email: person.email } });
        const token = tokenIn(await mailTo(person.email, "/reset-password#"));
        const body = { token, password };
        expect((await call(app, "POST", "/api/auth/password/reset", { body })).status).toBe(204);
      }
      expect(await confirm(planted)).toMatchObject(GONE);
      expect((await signIn(person.email, password)).status).toBe(200);
    }
  });

  it("is confirmed or stopped, and not both, when both are asked for at once", async () => {
    const person = await signUp(app);
    const newEmail = newAddress();
    await request(person, newEmail);
    const [yes, no] = [await confirmToken(newEmail), await cancelToken(person.email)];
    const [confirmed, kept] = await Promise.all([confirm(yes), keep(no)]);
    // Whichever came first: the address is the old one in the end.
    expect(kept.body["outcome"]).toBe(confirmed.status === 204 ? "undone" : "cancelled");
    expect(await idOf(person.email)).not.toBe("undefined");
  });
});

describe("a change that was confirmed", () => {
  it("is taken back for 48 hours by either mail to the old address, and signs everybody out", async () => {
    for (const which of [cancelToken, undoToken]) {
      const person = await changed();
      const { email, newEmail, password } = person;
      const token = await which(email);
      const thief = await signIn(newEmail, password);
      const made = await call(app, "POST", "/api/tokens", {
        body: { name: "t", scopes: ["journal:read"] },
        headers: { authorization: `Bearer ${String(thief.body["accessToken"])}` },
      });
      expect((await keep(token)).body).toEqual({ outcome: "undone" });
      for (const bearer of [thief.body["accessToken"], made.body["token"]]) {
        const headers = { authorization: `Bearer ${String(bearer)}` };
        expect((await call(app, "GET", "/api/entries", { headers })).status).toBe(401);
      }
      // Whoever took the account over knows the password: it is set anew by mail.
      expect(codes(await signIn(email, password))).toEqual(["invalid_credentials"]);
      const link = tokenIn(await mailTo(email, "is this one again"));
      const body = { token: link, password: "chosen by its owner now" };
      expect((await call(app, "POST", "/api/auth/password/reset", { body })).status).toBe(204);
      expect((await signIn(email, body.password)).status).toBe(200);
      expect(await keep(token)).toMatchObject(GONE);
      expect(await eventsOf(app, person)).toContain("email_change.undone success");
    }
  });

  it("is not taken back a moment after that", async () => {
    const { email } = await changed();
    const token = await undoToken(email);
    later(48 * 3600);
    expect(await keep(token)).toMatchObject(GONE);
  });

  it("is taken back also when whoever made it has set another password since", async () => {
    const person = await changed();
    const { email, newEmail } = person;
    const token = await undoToken(email);
    await call(app, "POST", "/api/auth/password/forgot", { body: { email: newEmail } });
    const reset = tokenIn(await mailTo(newEmail, "/reset-password#"));
    const body = { token: reset, password: "the thief's new password" };
    expect((await call(app, "POST", "/api/auth/password/reset", { body })).status).toBe(204);
    expect((await keep(token)).body).toEqual({ outcome: "undone" });
    expect(codes(await signIn(email, body.password))).toEqual(["invalid_credentials"]);
  });

  it("voids links to reset the password that were mailed to the old address", async () => {
    const person = await signUp(app);
    const newEmail = newAddress();
    await call(app, "POST", "/api/auth/password/forgot", { body: { email: person.email } });
    const token = tokenIn(await mailTo(person.email, "/reset-password#"));
    await request(person, newEmail);
    await confirm(await confirmToken(newEmail));
    const body = { token, password: "of whoever has the old box" };
    expect(await call(app, "POST", "/api/auth/password/reset", { body })).toMatchObject(GONE);
  });

  it("is taken back from a second one, which cannot void the owner's way back", async () => {
    const person = await changed();
    const { email, newEmail, password } = person;
    const owners = await undoToken(email);
    const thief = await signIn(newEmail, password);
    const headers = { authorization: `Bearer ${String(thief.body["accessToken"])}` };
    const third = newAddress();
    later(1);
    const body = { newEmail: third };
    await call(app, "POST", "/api/auth/email/change", { body, headers });
    const stopped = await cancelToken(newEmail);
    await call(app, "POST", "/api/auth/email/change", { body, headers });
    expect((await keep(stopped)).body).toEqual({ outcome: "cancelled" });
    later(1);
    await call(app, "POST", "/api/auth/email/change", { body, headers });
    const thiefs = await cancelToken(newEmail, 3);
    expect((await confirm(await confirmToken(third, 3))).status).toBe(204);
    expect((await keep(owners)).body).toEqual({ outcome: "undone" });
    expect(await idOf(email)).not.toBe("undefined");
    // And is not led away again by a link that the thief was mailed.
    for (const token of [thiefs, await undoToken(newEmail)]) {
      expect(await keep(token)).toMatchObject(GONE);
    }
  });

  it("removes what was added to sign in with, since or in the week before it was asked for", async () => {
    const person = await changed();
    const { email, newEmail } = person;
    const id = await idOf(newEmail);
    const token = await undoToken(email);
    const identity = async (name: string, at: Date) =>
      app.sql(
        "platform",
        `INSERT INTO oauth_accounts (id, tenant_id, user_id, provider, identity, issuer, subject, created_at)
         SELECT UUID(), tenant_id, id, 'google', UNHEX(SHA2(?, 256)), 'i', ?, ? FROM users WHERE id = ?`,
        [name, name, at, id],
      );
    const passkey = async (name: string, at: Date) =>
      app.sql(
        "platform",
        `INSERT INTO passkeys (id, tenant_id, user_id, credential_hash, credential_id, public_key, counter, transports,
           is_backed_up, name, created_at)
         SELECT UUID(), tenant_id, id, UNHEX(SHA2(?, 256)), 'c', 'k', 0, '', 0, ?, ? FROM users WHERE id = ?`,
        [name, name, at, id],
      );
    const week = 7 * 86_400_000;
    for (const add of [identity, passkey]) {
      await add(`long before${id}`, new Date(START.getTime() - week - 1));
      await add(`before${id}`, new Date(START.getTime() - week));
      await add(`since${id}`, app.clock.now);
    }
    expect((await keep(token)).body).toEqual({ outcome: "undone" });
    const sql = `SELECT subject AS name FROM oauth_accounts WHERE user_id = ?
      UNION ALL SELECT name FROM passkeys WHERE user_id = ?`;
    const left = { name: `long before${id}` };
    expect(await app.sql("platform", sql, [id, id])).toEqual([left, left]);
  });

  it("removes an authenticator app that a thief set up, which would keep the owner out", async () => {
    const person = await changed();
    const { email, newEmail, password } = person;
    const token = await undoToken(email);
    const thief = await signIn(newEmail, password);
    const authorization = `Bearer ${String(thief.body["accessToken"])}`;
    await turnOn(app, {
      ...person,
      call: (method, path, sent = {}) =>
        call(app, method, path, { ...sent, headers: { authorization } }),
    });
    expect((await keep(token)).body).toEqual({ outcome: "undone" });
    const link = tokenIn(await mailTo(email, "is this one again"));
    const body = { token: link, password: "chosen by its owner now" };
    expect((await call(app, "POST", "/api/auth/password/reset", { body })).status).toBe(204);
    expect((await signIn(email, body.password)).body).toHaveProperty("accessToken");
    const sql = "SELECT 1 FROM recovery_codes WHERE user_id = ?";
    expect(await app.sql("platform", sql, [await idOf(email)])).toEqual([]);
  });

  it("leaves an authenticator app that is older: a mailbox alone takes none away", async () => {
    const person = await signUp(app);
    await turnOn(app, person);
    const id = await idOf(person.email);
    for (const [table, column] of [
      ["totp_credentials", "confirmed_at"],
      ["recovery_codes", "created_at"],
    ] as const) {
      const sql = `UPDATE ${table} SET ${column} = ? WHERE user_id = ?`;
      await app.sql("platform", sql, [new Date(START.getTime() - 7 * 86_400_000 - 1), id]);
    }
    const newEmail = newAddress();
    await request(person, newEmail);
    await confirm(await confirmToken(newEmail));
    expect((await keep(await undoToken(person.email))).body).toEqual({ outcome: "undone" });
    const link = tokenIn(await mailTo(person.email, "is this one again"));
    const body = { token: link, password: "chosen by who has the mailbox" };
    expect(codes(await call(app, "POST", "/api/auth/password/reset", { body }))).toEqual([
      "mfa_required",
    ]);
  });

  it("takes back the invitations that whoever had the account sent, before as well as after", async () => {
    const person = await signUp(app);
    const newEmail = newAddress();
    const guests = [await signUp(app), await signUp(app), await signUp(app)] as const;
    const invite = async (by: Person, to: Person) => {
      const body = { email: to.email, role: "owner" };
      expect((await by.call("POST", "/api/tenant/invitations", { body })).status).toBe(201);
      return linkToken(app, to.email);
    };
    const before = await invite(person, guests[0]);
    await request(person, newEmail);
    const confirmed = await confirmToken(newEmail);
    expect((await confirm(confirmed, { cookie: person.cookie })).status).toBe(204);
    const after = await invite(person, guests[1]);
    const others = await invite(guests[0], guests[2]);
    expect((await keep(await undoToken(person.email))).body).toEqual({ outcome: "undone" });
    const accept = (guest: Person, token: string) =>
      guest.call("POST", "/api/invitations/accept", { body: { token } });
    expect(
      codes(
        await accept(guests[0], before),
        await accept(guests[1], after),
        await accept(guests[2], others),
      ),
    ).toEqual(["gone", "gone", 200]);
  });

  it("keeps the old address for its owner: nobody signs up with it, nor changes to it, meanwhile", async () => {
    const { email, newEmail } = await changed();
    const token = await undoToken(email);
    const body = { email, password: "a newcomer's own words" };
    expect((await call(app, "POST", "/api/auth/signup", { body })).status).toBe(202);
    expect(await mailTo(email, "cannot be used")).not.toContain("#token");
    expect(await idOf(email)).toBe("undefined");
    const other = await signUp(app);
    await request(other, email);
    expect((await other.call("GET", "/api/me")).body).toMatchObject({ email: other.email });
    expect((await keep(token)).body).toEqual({ outcome: "undone" });
    expect(await idOf(newEmail)).toBe("undefined");
    // And free for anybody when the time is over.
    const { email: old } = await changed();
    later(48 * 3600 + 3600);
    await signUp(app, { email: old });
  });

  it("can be changed back by whoever is signed in, at once", async () => {
    const { email, newEmail, password } = await changed();
    const { body } = await signIn(newEmail, password);
    const headers = { authorization: `Bearer ${String(body["accessToken"])}` };
    const asked = { body: { newEmail: email }, headers };
    expect((await call(app, "POST", "/api/auth/email/change", asked)).status).toBe(202);
    expect((await confirm(await confirmToken(email))).status).toBe(204);
    expect((await signIn(email, password)).status).toBe(200);
  });
});

it("keeps no address in the log, nor in the events", async () => {
  const { email, newEmail } = await changed();
  expect(app.logged()).not.toContain(newEmail);
  expect(app.logged()).not.toContain(email);
  const rows = await app.sql("platform", "SELECT target, purpose, action FROM audit_events");
  expect(JSON.stringify(rows)).not.toContain("@");
});
