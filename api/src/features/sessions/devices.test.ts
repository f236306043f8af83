import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, cookieOf, signUp, type Person, type Reply } from "../../../test/people.ts";
import type { Session } from "./contract.ts";

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp();
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
const later = (ms: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + ms);
};
const DAY = 86_400_000;

/** Another device of somebody's. */
async function signIn({ email, password }: Person, headers = {}) {
  const body = { email, password, remember: true };
  const reply = await call(app, "POST", "/api/auth/login", { body, headers });
  expect(reply.status).toBe(200);
  return held(reply);
}

function held(reply: Reply) {
  const authorization = `Bearer ${String(reply.body["accessToken"])}`;
  const cookie = cookieOf(reply);
  return {
    cookie,
    call: (method: string, path: string, body?: unknown) =>
      call(app, method, path, { headers: { authorization }, ...(body ? { body } : {}) }),
    refresh: () => call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } }),
  };
}

const list = async (device: Pick<Person, "call">, query = "") => {
  const reply = await device.call("GET", `/api/auth/sessions${query}`);
  expect(reply.status).toBe(200);
  return reply.body["items"] as Session[];
};
const current = async (device: Pick<Person, "call">) => {
  const found = (await list(device)).find((session) => session.current);
  if (found === undefined) throw new Error("no session is the current one");
  return found;
};
const REVOKED = { status: 401, body: { code: "session_revoked" } };

describe("the list of devices", () => {
  it("names each as a person knows it, and says which one they are at", async () => {
    const person = await signUp(app);
    later(60_000);
    const laptop = await signIn(person, { "user-agent": FIREFOX });
    const [newest, oldest, ...others] = await list(laptop);
    expect(others).toEqual([]);
    expect(newest).toEqual({
      id: expect.any(String),
      device: "Firefox on Linux",
      network: "127.0.0.0/24",
      createdAt: "2026-11-21T20:01:00.000Z",
      lastSeenAt: "2026-11-21T20:01:00.000Z",
      expiresAt: "2026-11-28T20:01:00.000Z",
      current: true,
      amr: ["pwd"],
      assurance: 1,
      remember: true,
    });
    expect(oldest).toMatchObject({ current: false });
    expect((await current(person)).id).toBe(oldest?.id);
  });

  it("holds no address, no agent's text and no secret", async () => {
    const person = await signUp(app);
    const agent = "Call +1-555-0100 now/1.0";
    const device = await signIn(person, { "user-agent": agent });
    const text = JSON.stringify(await list(device));
    for (const word of ["127.0.0.1", "555", "hash", "salt"]) expect(text).not.toContain(word);
    expect(await current(device)).toMatchObject({ device: "An unknown device" });
  });

  it("says when a device was last seen, and until when it is signed in", async () => {
    const person = await signUp(app);
    later(DAY);
    const refreshed = held(
      await call(app, "POST", "/api/auth/refresh", {
        body: {},
        headers: { cookie: person.cookie },
      }),
    );
    expect(await current(refreshed)).toMatchObject({
      createdAt: "2026-11-21T20:00:00.000Z",
      lastSeenAt: "2026-11-22T20:00:00.000Z",
      expiresAt: "2026-11-29T20:00:00.000Z",
    });
  });

  it("shows none that is over: signed out, revoked, unused for a week", async () => {
    const person = await signUp(app);
    later(7 * DAY - 1000);
    const [signedOut, revoked, last] = [
      await signIn(person),
      await signIn(person),
      await signIn(person),
    ];
    const { cookie } = signedOut;
    await call(app, "POST", "/api/auth/logout", { body: {}, headers: { cookie } });
    await last.call("DELETE", `/api/auth/sessions/${(await current(revoked)).id}`);
    expect(await list(last)).toHaveLength(2);
    later(1000);
    expect((await list(last)).map((session) => session.current)).toEqual([true]);
  });

  it("comes in pages", async () => {
    const person = await signUp(app);
    for (let i = 0; i < 4; i++) await signIn(person);
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const reply = await person.call(
        "GET",
        `/api/auth/sessions?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      const items = reply.body["items"] as Session[];
      expect(items.length).toBeLessThanOrEqual(2);
      seen.push(...items.map((session) => session.id));
      cursor = reply.body["nextCursor"] as string | null;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  it("is one's own: a cursor of another's gives nothing of theirs", async () => {
    const [ada, bob] = [await signUp(app), await signUp(app)];
    const theirs = (await current(bob)).id;
    const items = await list(ada, `?cursor=${theirs}`);
    expect(items.every((session) => session.id !== theirs)).toBe(true);
    expect(await list(ada)).toHaveLength(1);
  });
});

describe("signing one device out", () => {
  it("ends it at its next request, and leaves the others", async () => {
    const person = await signUp(app);
    const phone = await signIn(person);
    expect((await phone.call("GET", "/api/me")).status).toBe(200);
    const { id } = await current(phone);
    expect((await person.call("DELETE", `/api/auth/sessions/${id}`)).status).toBe(204);
    expect(await phone.call("GET", "/api/me")).toMatchObject(REVOKED);
    expect(await phone.refresh()).toMatchObject(REVOKED);
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    const [event] = await app.sql(
      "platform",
      "SELECT action, outcome FROM audit_events WHERE target = ? ORDER BY id DESC",
      [id],
    );
    expect(event).toEqual({ action: "session.revoked", outcome: "success" });
  });

  it("is open for one's own alone: another's is not found, and lives on", async () => {
    const [ada, mallory] = [await signUp(app), await signUp(app)];
    const { id } = await current(ada);
    const notFound = { status: 404, body: { code: "not_found" } };
    expect(await mallory.call("DELETE", `/api/auth/sessions/${id}`)).toMatchObject(notFound);
    expect((await ada.call("GET", "/api/me")).status).toBe(200);
    for (const unknown of ["00000000-0000-4000-8000-000000000000", id.replace(/.$/, "0")]) {
      const reply = await mallory.call("DELETE", `/api/auth/sessions/${unknown}`);
      expect(reply).toMatchObject(notFound);
    }
  });

  it("is done once: of two that come at once one is not found", async () => {
    const person = await signUp(app);
    const { id } = await current(await signIn(person));
    const replies = await Promise.all([
      person.call("DELETE", `/api/auth/sessions/${id}`),
      person.call("DELETE", `/api/auth/sessions/${id}`),
    ]);
    expect(replies.map((reply) => reply.status).sort()).toEqual([204, 404]);
  });
});

describe("signing out everywhere", () => {
  it("ends every session, this one too, and forgets the keys in memory", async () => {
    const person = await signUp(app);
    const phone = await signIn(person);
    const bystander = await signUp(app);
    const entry = { day: "2026-11-21", title: "t", body: "b" };
    expect((await person.call("POST", "/api/entries", { body: entry })).status).toBe(201);
    const reply = await person.call("POST", "/api/auth/logout-all");
    expect(reply.status).toBe(204);
    expect(reply.headers.get("clear-site-data")).toBe('"cache", "storage"');
    expect(reply.headers.getSetCookie()).toEqual([expect.stringMatching(/^timos_rt=; Max-Age=0;/)]);
    for (const device of [person, phone]) {
      expect(await device.call("GET", "/api/me")).toMatchObject(REVOKED);
    }
    const { cookie } = person;
    expect(
      await call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } }),
    ).toMatchObject(REVOKED);
    expect((await bystander.call("GET", "/api/me")).status).toBe(200);
    // Whoever signs in again has their key unwrapped again.
    const unwraps = async () =>
      (await app.sql("platform", "SELECT 1 FROM audit_events WHERE action = 'key.unwrapped'"))
        .length;
    const before = await unwraps();
    const again = await signIn(person);
    await again.call("GET", "/api/days/2026-11-21");
    expect(await unwraps()).toBeGreaterThan(before);
  });

  it("but here leaves this device signed in, and its browser as it is", async () => {
    const person = await signUp(app);
    const phone = await signIn(person);
    const reply = await person.call("POST", "/api/auth/logout-all", { body: { exceptThis: true } });
    expect(reply.status).toBe(204);
    expect(reply.headers.get("clear-site-data")).toBeNull();
    expect(reply.headers.getSetCookie()).toEqual([]);
    expect(await phone.call("GET", "/api/me")).toMatchObject(REVOKED);
    expect((await list(person)).map((session) => session.current)).toEqual([true]);
  });

  it("takes whom it is for from the session alone (CVE-2025-61928)", async () => {
    const [ada, mallory] = [await signUp(app), await signUp(app)];
    const { id } = (await ada.call("GET", "/api/me")).body;
    const reply = await mallory.call("POST", "/api/auth/logout-all", { body: { userId: id } });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect((await ada.call("GET", "/api/me")).status).toBe(200);
  });

  it("holds for a sign-in that comes at the same moment: it is there or it is refused (better-auth#11335)", async () => {
    const person = await signUp(app);
    const [, ...replies] = await Promise.all([
      person.call("POST", "/api/auth/logout-all"),
      ...Array.from({ length: 4 }, () =>
        call(app, "POST", "/api/auth/login", {
          body: { email: person.email, password: person.password },
        }),
      ),
    ]);
    for (const reply of replies) {
      const device = held(reply);
      const me = await device.call("GET", "/api/me");
      // Whichever came first: what the list shows is what is let in.
      if (me.status === 200) expect(await current(device)).toBeDefined();
      else expect(me).toMatchObject(REVOKED);
    }
  });
});

describe("signing out", () => {
  it("has the browser drop what it keeps of the journal, and not how it is known", async () => {
    const person = await signUp(app);
    const { cookie } = person;
    const reply = await call(app, "POST", "/api/auth/logout", { body: {}, headers: { cookie } });
    expect(reply.headers.get("clear-site-data")).toBe('"cache", "storage"');
    expect(reply.headers.getSetCookie().map((set) => set.split("=")[0])).toEqual(["timos_rt"]);
  });
});
