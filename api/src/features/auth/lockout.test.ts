import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { openWithoutRedis } from "../../../test/beside.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";

let app: TestApp;
beforeAll(async () => {
  // As behind a proxy of ours: every request of the tests says where it is from.
  app = await openTestApp({ TRUST_PROXY: "127.0.0.1" });
});
afterAll(() => app.close());

let networks = 0;
/** An address that no other test uses. */
const stranger = () => `203.0.${Math.floor(networks / 250)}.${(networks++ % 250) + 1}`;

interface Way {
  readonly from?: string;
  readonly cookie?: string;
  readonly pass?: string;
}

const signIn = (email: string, password: string, { from = stranger(), cookie, pass }: Way = {}) =>
  call(app, "POST", "/api/auth/login", {
    body: { email, password, ...(pass === undefined ? {} : { pass }) },
    headers: { "x-forwarded-for": from, ...(cookie === undefined ? {} : { cookie }) },
  });

const guess = (email: string, way?: Way) => signIn(email, "a wrong guess at it", way);

/** Guesses from as many networks, each of which is let by. */
async function guessFromEverywhere(email: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) expect((await guess(email)).status).toBe(401);
}

/** The device cookie that a browser was given. */
const deviceOf = (reply: Reply) =>
  reply.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith("timos_dev="))
    ?.split(";")[0] ?? "";

/** Signs the owner in, and gives the cookie by which their browser is known from then on. */
async function knownBrowser({ email, password }: Person): Promise<string> {
  const device = deviceOf(await signIn(email, password));
  expect(device).toMatch(/^timos_dev=[\w-]{43}$/);
  return device;
}

const LOCKED = { status: 429, body: { code: "too_many_attempts" } };
const retryAfter = (reply: Reply) => Number(reply.headers.get("retry-after"));
const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};

/** What a test waits for that is done beside an answer. */
async function eventually<T>(look: () => T | Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const seen = await look();
    if (holds(seen)) return seen;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error("it did not come to pass");
}

const mailsTo = (email: string, subject: RegExp) =>
  app.mails().filter((mail) => mail.includes(`To: ${email}`) && subject.test(mail));

/** An answer without what differs from one to the next by its nature. */
const shown = ({ status, headers, body: { requestId: _, ...body } }: Reply) => ({
  status,
  body,
  headers: [...headers]
    .filter(([name]) => !["date", "x-request-id", "ratelimit", "etag"].includes(name))
    .map(([name, value]) => `${name}: ${value}`),
});

describe("guessing at one account from one client", () => {
  it("waits 30 seconds after the fifth failure, then twice as long each time, up to a quarter of an hour", async () => {
    const { email } = await signUp(app);
    const from = stranger();
    for (let i = 0; i < 4; i++) expect((await guess(email, { from })).status).toBe(401);
    for (const wait of [30, 60, 120, 240, 480, 900, 900]) {
      expect((await guess(email, { from })).status).toBe(401);
      const blocked = await guess(email, { from });
      expect(blocked).toMatchObject(LOCKED);
      expect(retryAfter(blocked)).toBe(wait);
      later(wait);
    }
  });

  it("has a wait that goes on trying does not make longer (VilnaCRM-Org/user-service#476)", async () => {
    const person = await signUp(app);
    const from = stranger();
    for (let i = 0; i < 5; i++) await guess(person.email, { from });
    for (const left of [30, 20, 10]) {
      expect(retryAfter(await guess(person.email, { from }))).toBe(left);
      later(10);
    }
    expect((await signIn(person.email, person.password, { from })).status).toBe(200);
  });

  it("is answered while it waits regardless of the password", async () => {
    const person = await signUp(app);
    const from = stranger();
    for (let i = 0; i < 5; i++) await guess(person.email, { from });
    const right = await signIn(person.email, person.password, { from });
    const wrong = await guess(person.email, { from });
    expect(right).toMatchObject(LOCKED);
    expect(shown(right)).toEqual(shown(wrong));
  });

  it("lets of many at once no more by than one after the other (CVE-2024-1722)", async () => {
    const { email } = await signUp(app);
    const from = stranger();
    const replies = await Promise.all(Array.from({ length: 40 }, () => guess(email, { from })));
    expect(replies.filter((reply) => reply.status === 401)).toHaveLength(5);
    expect(replies.filter((reply) => reply.status === 429)).toHaveLength(35);
  });

  it("makes nobody wait who signs in on many devices at the same moment", async () => {
    const { email, password } = await signUp(app);
    const from = stranger();
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => signIn(email, password, { from })),
    );
    expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 200));
  });

  it("is forgotten when the owner signs in", async () => {
    const person = await signUp(app);
    const from = stranger();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) expect((await guess(person.email, { from })).status).toBe(401);
      expect((await signIn(person.email, person.password, { from })).status).toBe(200);
    }
  });

  it("goes on being counted in memory while Redis is away", async () => {
    const { email } = await signUp(app);
    const alone = await openWithoutRedis(app);
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++) {
        const reply = await call(alone, "POST", "/api/auth/login", {
          body: { email, password: "a wrong guess at it" },
          headers: { "x-forwarded-for": "198.51.100.7" },
        });
        statuses.push(reply.status);
      }
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
    } finally {
      await alone.close();
    }
  });
});

describe("guessing at one account from everywhere", () => {
  it("is stopped for strangers after twenty failures, wherever they come from (own-pay/OwnPay#149)", async () => {
    const person = await signUp(app);
    await guessFromEverywhere(person.email, 20);
    for (const minutes of [15, 30, 60]) {
      const blocked = await guess(person.email);
      expect(blocked).toMatchObject(LOCKED);
      expect(retryAfter(blocked)).toBe(minutes * 60);
      expect(await signIn(person.email, person.password)).toMatchObject(LOCKED);
      later(minutes * 60);
      await guessFromEverywhere(person.email, 20);
    }
  });

  it("does not keep the owner out of a browser they have used before (Mailu/Mailu#2880, GHSA-cq42-vhv7-xr7p, keycloak/keycloak#26172)", async () => {
    const person = await signUp(app);
    const cookie = await knownBrowser(person);
    await guessFromEverywhere(person.email, 20);
    // While strangers go on, also from the owner's own network.
    const from = stranger();
    for (let i = 0; i < 12; i++) {
      expect((await guess(person.email, { from })).status).toBe(429);
      expect((await signIn(person.email, person.password, { from, cookie })).status).toBe(200);
    }
    // A slip of theirs counts by itself.
    expect((await guess(person.email, { from, cookie })).status).toBe(401);
    expect((await signIn(person.email, person.password, { from, cookie })).status).toBe(200);
  });

  it("does not keep the owner out of their own network: failures there are strangers' too", async () => {
    const person = await signUp(app);
    const cookie = await knownBrowser(person);
    const from = stranger();
    for (let i = 0; i < 6; i++) await guess(person.email, { from });
    for (let i = 0; i < 6; i++) await guess(`somebody${i}@example.org`, { from });
    expect((await signIn(person.email, person.password, { from })).status).toBe(429);
    expect((await signIn(person.email, person.password, { from, cookie })).status).toBe(200);
  });

  it("is no easier with a device cookie that is somebody else's, or made up", async () => {
    const [person, mallory] = [await signUp(app), await signUp(app)];
    const theirs = await knownBrowser(mallory);
    await guessFromEverywhere(person.email, 20);
    for (const cookie of [theirs, `timos_dev=${"A".repeat(43)}`, "timos_dev=x"]) {
      expect(await signIn(person.email, person.password, { cookie })).toMatchObject(LOCKED);
    }
  });

  it("is stopped for a browser of the owner's by itself: a stolen cookie is good for ten guesses", async () => {
    const person = await signUp(app);
    const cookie = await knownBrowser(person);
    for (let i = 0; i < 10; i++) {
      expect((await guess(person.email, { cookie })).status).toBe(401);
    }
    const blocked = await signIn(person.email, person.password, { cookie });
    expect(blocked).toMatchObject(LOCKED);
    expect(retryAfter(blocked)).toBe(900);
    // Of which the owner's other browsers and strangers know nothing.
    expect((await signIn(person.email, person.password)).status).toBe(200);
  });

  it("mails the owner a link once, with which another browser of theirs gets in", async () => {
    const person = await signUp(app);
    await guessFromEverywhere(person.email, 20);
    const subject = /trying to sign in/;
    const [mail = ""] = await eventually(
      () => mailsTo(person.email, subject),
      (mails) => mails.length > 0,
    );
    const pass = /http:\/\/127\.0\.0\.1:3000\/sign-in#pass=([\w-]{32})/.exec(mail)?.[1] ?? "";
    for (let i = 0; i < 3; i++) expect((await guess(person.email)).status).toBe(429);
    expect(mailsTo(person.email, subject)).toHaveLength(1);

    expect(await signIn(person.email, person.password)).toMatchObject(LOCKED);
    // A slip does not use it up.
    expect((await guess(person.email, { pass })).status).toBe(401);
    expect((await signIn(person.email, person.password, { pass })).status).toBe(200);
    // It works once, and for nobody else.
    expect(await signIn(person.email, person.password, { pass })).toMatchObject(LOCKED);
    const other = await signUp(app);
    await guessFromEverywhere(other.email, 20);
    expect(await signIn(other.email, other.password, { pass })).toMatchObject(LOCKED);
  });

  it("gives whoever has the link ten guesses, for ten minutes", async () => {
    const person = await signUp(app);
    await guessFromEverywhere(person.email, 20);
    const [mail = ""] = await eventually(
      () => mailsTo(person.email, /trying to sign in/),
      (mails) => mails.length > 0,
    );
    const pass = /#pass=([\w-]{32})/.exec(mail)?.[1] ?? "";
    for (let i = 0; i < 10; i++) expect((await guess(person.email, { pass })).status).toBe(401);
    expect(await signIn(person.email, person.password, { pass })).toMatchObject(LOCKED);
    later(10 * 60);
    expect(await signIn(person.email, person.password, { pass })).toMatchObject(LOCKED);
  });
});

describe("guessing at many accounts from one client", () => {
  it("is stopped after thirty failures in a quarter of an hour, for that client alone", async () => {
    const person = await signUp(app);
    const from = stranger();
    for (let i = 0; i < 30; i++) {
      expect((await guess(`one.of.many${i}@example.org`, { from })).status).toBe(401);
    }
    const blocked = await signIn(person.email, person.password, { from });
    expect(blocked).toMatchObject(LOCKED);
    expect(retryAfter(blocked)).toBe(900);
    expect((await signIn(person.email, person.password)).status).toBe(200);
    later(900);
    expect((await signIn(person.email, person.password, { from })).status).toBe(200);
  });

  it("counts failures alone: any number of people sign in from behind one address", async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => signUp(app)));
    const from = stranger();
    for (let round = 0; round < 9; round++) {
      for (const { email, password } of people) {
        expect((await signIn(email, password, { from })).status).toBe(200);
      }
    }
  });
});

describe("a hundred failures in a row", () => {
  const block = async (person: Person) => {
    const { email } = person;
    for (let i = 0; i < 100; i++) {
      if (i % 20 === 0) later(4 * 3600);
      const reply = await guess(email);
      expect(reply.status).toBe(401);
    }
    return eventually(
      () => mailsTo(email, /was switched off/),
      (mails) => mails.length > 0,
    );
  };

  it("have the password taken no more, for the owner's browser neither, until it is set anew by mail", async () => {
    const person = await signUp(app);
    const cookie = await knownBrowser(person);
    const mails = await block(person);
    expect(mails).toHaveLength(1);
    later(4 * 3600);
    // As if it were wrong: nobody learns that it was guessed.
    const right = await signIn(person.email, person.password, { cookie });
    expect(right).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    expect(shown(right)).toEqual(shown(await guess(person.email, { cookie })));

    // Whoever has it guessed at night leaves the owner until the next day.
    later(18 * 3600);
    const token = /\/reset-password#token=([\w-]{32})/.exec(mails[0] ?? "")?.[1];
    const done = await call(app, "POST", "/api/auth/password/reset", {
      body: { token, password: "a brand new pass phrase" },
    });
    expect(done.status).toBe(204);
    await guessFromEverywhere(person.email, 20);
    // Strangers still wait, and the browser that the link was opened in does not.
    const own = deviceOf(done);
    expect((await signIn(person.email, "a brand new pass phrase", { cookie: own })).status).toBe(
      200,
    );
  });

  it("have the mailed link work for a day, and any later one for half an hour", async () => {
    const person = await signUp(app);
    const [mail = ""] = await block(person);
    later(24 * 3600);
    const token = /#token=([\w-]{32})/.exec(mail)?.[1];
    const body = { token, password: "a brand new pass phrase" };
    const late = await call(app, "POST", "/api/auth/password/reset", { body });
    expect(late).toMatchObject({ status: 410, body: { code: "gone" } });
    await call(app, "POST", "/api/auth/password/forgot", { body: { email: person.email } });
    const [again = ""] = await eventually(
      () => mailsTo(person.email, /Choose a new password/),
      (mails) => mails.length > 0,
    );
    const fresh = { ...body, token: /#token=([\w-]{32})/.exec(again)?.[1] };
    const done = await call(app, "POST", "/api/auth/password/reset", { body: fresh });
    expect(done.status).toBe(204);
  });

  it("are not in a row when the owner signs in between", async () => {
    const person = await signUp(app);
    const cookie = await knownBrowser(person);
    for (let i = 0; i < 120; i++) {
      if (i % 19 === 0) {
        later(4 * 3600);
        expect((await signIn(person.email, person.password, { cookie })).status).toBe(200);
      }
      expect((await guess(person.email)).status).toBe(401);
    }
    expect((await signIn(person.email, person.password, { cookie })).status).toBe(200);
    expect(mailsTo(person.email, /was switched off/)).toEqual([]);
  });
});

describe("the lockout turned against the owner: a stranger uses up the mails to an address", () => {
  const EXISTS = /already have a TimOS account/;
  const LINK = /Choose a new password/;
  const post = (path: string, body: object, headers: Readonly<Record<string, string>>) =>
    call(app, "POST", `/api/auth/${path}`, { body, headers });
  const forgot = async (email: string, from: string, cookie = "timos_none=1") => {
    const reply = await post("password/forgot", { email }, { "x-forwarded-for": from, cookie });
    expect(reply.status).toBe(202);
  };

  it("by signing up with it: two notices a day, and the owner's link is mailed", async () => {
    const { email } = await signUp(app);
    for (let network = 1; network <= 5; network++) {
      for (let i = 0; i < 5; i++) {
        const headers = { "x-forwarded-for": `2001:db8:0:${network}::1` };
        const body = { email, password: "the stranger's password" };
        expect((await post("signup", body, headers)).status).toBe(202);
      }
    }
    expect(mailsTo(email, EXISTS)).toHaveLength(2);
    await forgot(email, stranger());
    await eventually(
      () => mailsTo(email, LINK),
      (mails) => mails.length === 1,
    );
  });

  it("by asking for links from everywhere: ten that work, and the owner's browser gets its own", async () => {
    const person = await signUp(app);
    const { email } = person;
    const cookie = await knownBrowser(person);
    for (let i = 0; i < 12; i++) await forgot(email, stranger());
    const mails = await eventually(
      () => mailsTo(email, LINK),
      (sent) => sent.length >= 10,
    );
    expect(mails).toHaveLength(10);
    // A cookie of somebody else's is as good as none.
    await forgot(email, stranger(), await knownBrowser(await signUp(app)));
    const client = stranger();
    for (let i = 0; i < 5; i++) await forgot(email, client, cookie);
    await eventually(
      () => mailsTo(email, LINK),
      (sent) => sent.length === 13,
    );
    // Those that the stranger had sent are in the owner's mailbox, and any of them works.
    const token = /#token=([\w-]{32})/.exec(mails[0] ?? "")?.[1];
    const done = await post("password/reset", { token, password: "a brand new pass phrase" }, {});
    expect(done.status).toBe(204);
  });
});

describe("whether there is an account", () => {
  it("cannot be told by its lockouts: body, headers and waits are the same for an address that has none", async () => {
    const { email } = await signUp(app);
    const unknown = "nobody.at.all@example.org";
    const scenes = { known: [] as unknown[], unknown: [] as unknown[] };
    for (const [name, address] of [
      ["known", email],
      ["unknown", unknown],
    ] as const) {
      const from = stranger();
      for (let i = 0; i < 7; i++) scenes[name].push(shown(await guess(address, { from })));
      for (let i = 0; i < 17; i++) scenes[name].push(shown(await guess(address)));
      scenes[name].push(shown(await guess(address, { pass: "A".repeat(32) })));
    }
    expect(scenes.known).toEqual(scenes.unknown);
    expect(scenes.known).toHaveLength(25);
  });

  it("cannot be told by the work done for one without a password, a blocked or a suspended one", async () => {
    const people = await Promise.all(Array.from({ length: 3 }, () => signUp(app)));
    const [provider, blocked, suspended] = people.map((person) => person.email);
    await app.sql("platform", "UPDATE users SET password_hash = NULL WHERE email = ?", [provider]);
    await app.sql("platform", "UPDATE users SET password_blocked_at = NOW() WHERE email = ?", [
      blocked,
    ]);
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [suspended]);
    const cpuOf = async (email: string) => {
      const times: number[] = [];
      for (let i = 0; i < 4; i++) {
        const started = process.cpuUsage();
        expect((await guess(email)).status).toBe(401);
        const { user, system } = process.cpuUsage(started);
        times.push(user + system);
      }
      return Math.min(...times);
    };
    const unknown = await cpuOf("nobody.here@example.org");
    for (const email of [provider, blocked, suspended]) {
      expect(await cpuOf(email ?? "")).toBeGreaterThan(unknown / 2);
    }
  });

  it("is in no key of Redis", async () => {
    const redis = new Redis(app.deps.config.redisUrl);
    const keys = await redis.keys("*");
    redis.disconnect();
    expect(keys.some((key) => key.includes("lockout:account:"))).toBe(true);
    expect(keys.filter((key) => /person|example|@/.test(key))).toEqual([]);
  });
});

describe("a browser that is new", () => {
  it("is told to its owner by mail when they have others, and only once", async () => {
    const person = await signUp(app);
    const subject = /New sign-in/;
    const cookie = await knownBrowser(person);
    await eventually(
      () => mailsTo(person.email, subject),
      (mails) => mails.length === 1,
    );
    for (let i = 0; i < 3; i++) await signIn(person.email, person.password, { cookie });
    await new Promise((done) => setTimeout(done, 200));
    expect(mailsTo(person.email, subject)).toHaveLength(1);
    const rows = await app.sql(
      "platform",
      "SELECT 1 FROM known_devices d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
      [person.email],
    );
    expect(rows).toHaveLength(2);
  });

  it("is known for half a year", async () => {
    const person = await signUp(app);
    const cookie = await knownBrowser(person);
    later(180 * 86_400);
    await guessFromEverywhere(person.email, 20);
    expect(await signIn(person.email, person.password, { cookie })).toMatchObject(LOCKED);
  });

  it("is known once, however many sign-ins come from it at once", async () => {
    const person = await signUp(app);
    const cookie = `timos_dev=${"d".repeat(43)}`;
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => signIn(person.email, person.password, { cookie })),
    );
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200]);
  });
});

describe("a password whose hash costs less than one made now", () => {
  it("is hashed anew when its owner signs in, and by nobody else", async () => {
    const person = await signUp(app);
    const hashOf = async () => {
      const sql = "SELECT password_hash AS hash FROM users WHERE email = ?";
      return String((await app.sql("platform", sql, [person.email]))[0]?.["hash"]);
    };
    const { hash, parseOptions } = await import("@node-rs/argon2");
    const { pepper, argon2 } = app.deps.config.auth;
    const dear = { memoryCost: argon2.memoryKiB, timeCost: argon2.passes, parallelism: 1 };
    const cheap = await hash(person.password, { ...dear, timeCost: 1, secret: pepper });
    await app.sql("platform", "UPDATE users SET password_hash = ? WHERE email = ?", [
      cheap,
      person.email,
    ]);
    await guess(person.email);
    expect(await hashOf()).toBe(cheap);
    expect((await signIn(person.email, person.password)).status).toBe(200);
    const anew = await eventually(hashOf, (stored) => stored !== cheap);
    expect(parseOptions(anew)).toMatchObject(dear);
    expect((await signIn(person.email, person.password)).status).toBe(200);
    expect(await hashOf()).toBe(anew);
  });
});
