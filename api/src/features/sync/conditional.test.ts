import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { contract } from "../../contract/index.ts";

const DAY = "2026-11-21";
const RANGE = `from=${DAY}&to=${DAY}`;
let app: TestApp;
let ada: Person;
let entryId: string;
let habitId: string;
beforeAll(async () => {
  app = await openTestApp();
  // Soon it is another day, and who signed in still is.
  app.clock.now = new Date("2026-11-21T23:50:00.000Z");
  ada = await signUp(app);
  entryId = randomUUID();
  await ada.call("PUT", `/api/entries/${entryId}`, { body: { day: DAY, title: "Seven herons" } });
  const habit = await ada.call("POST", "/api/habits", { body: { name: "Water" } });
  habitId = String(habit.body["id"]);
});
afterAll(() => app.close());

const ask = (path: string, tag?: string, person = ada) =>
  person.call("GET", path, tag === undefined ? {} : { headers: { "if-none-match": tag } });
const tagOf = async (path: string, person = ada) => {
  const { status, headers } = await ask(path, undefined, person);
  expect(status).toBe(200);
  return String(headers.get("etag"));
};
const write = () =>
  ada.call("PATCH", `/api/entries/${entryId}`, { body: { title: `Herons ${randomUUID()}` } });

const READING = Object.values(contract)
  .flatMap((endpoints) => Object.values<Endpoint>(endpoints))
  .filter((endpoint) => endpoint.method === "GET" && endpoint.auth === "user")
  .filter((endpoint) => "permission" in endpoint && endpoint.permission === "journal:read");
const CONDITIONAL = READING.filter(({ conditional }) => conditional === true);
/** Found by words: nobody looks for the same ones again and again. */
const UNCONDITIONAL = ["/api/search"];

/** A path that answers 200. */
const pathOf = ({ path }: Endpoint) => {
  const filled = path
    .replace(/^\/api\/entries\/:id/, `/api/entries/${entryId}`)
    .replace(/^\/api\/habits\/:id/, `/api/habits/${habitId}`)
    .replace(":day", DAY)
    .replace(":week", "2026-W47");
  const needsRange =
    ["/api/days", "/api/pillars/scores"].includes(path) || path.endsWith("history");
  return filled + (needsRange ? `?${RANGE}` : path.endsWith("/year") ? "?year=2026" : "");
};

describe("an answer that depends on the vault, settings and day", () => {
  it("has a condition, or is a single record with one of its own, wherever the journal is read", () => {
    const without = READING.filter(
      ({ etag, conditional }) => etag !== true && conditional !== true,
    );
    expect(without.map(({ path }) => path).filter((path) => !UNCONDITIONAL.includes(path))).toEqual(
      [],
    );
    expect(CONDITIONAL.length).toBeGreaterThan(25);
  });

  it("is 304 for whoever has it, and whole again once anything is written", async () => {
    const paths = CONDITIONAL.map(pathOf).filter((path) => !path.includes(":id"));
    const tags = new Map<string, string>();
    for (const path of paths) {
      const tag = await tagOf(path);
      expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
      tags.set(path, tag);
      const again = await ask(path, tag);
      expect({ path, status: again.status, body: again.body }).toEqual({
        path,
        status: 304,
        body: { text: "" },
      });
      expect(again.headers.get("etag")).toBe(tag);
      expect(again.headers.get("cache-control")).toBe("no-store");
    }
    expect(new Set(tags.values()).size).toBe(paths.length);
    await write();
    for (const path of paths) {
      const { status, headers } = await ask(path, tags.get(path));
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(headers.get("etag")).not.toBe(tags.get(path));
    }
  });

  it("is whole after each kind of change: put, trash, taken out, restored, purged, put into order", async () => {
    const path = "/api/sync";
    const id = randomUUID();
    const entry = `/api/entries/${id}`;
    const inTrash = `/api/trash/entries/${id}`;
    const { body } = await ada.call("POST", "/api/habits", { body: { name: "Tea" } });
    const steps = [
      () => ada.call("PUT", entry, { body: { day: DAY, title: "One" } }),
      () => ada.call("PUT", entry, { body: { day: DAY, title: "Two" } }),
      () => ada.call("DELETE", entry),
      () => ada.call("POST", `${inTrash}/restore`),
      () => ada.call("DELETE", entry),
      () => ada.call("DELETE", inTrash),
      () => ada.call("POST", "/api/habits/reorder", { body: { ids: [body["id"], habitId] } }),
    ];
    for (const step of steps) {
      const tag = await tagOf(path);
      expect((await step()).status).toBeLessThan(300);
      expect((await ask(path, tag)).status).toBe(200);
    }
  });

  it("is whole on another day, in another zone, at another address, and for another person", async () => {
    const tag = await tagOf("/api/today");
    expect((await ask(`/api/days/${DAY}`, tag)).status).toBe(200);
    const now = app.clock.now;
    app.clock.now = new Date(now.getTime() + 5 * 60_000);
    expect((await ask("/api/today", tag)).status).toBe(304);
    // Four in the morning in Kiritimati, of the next day.
    await ada.call("PATCH", "/api/me", { body: { timeZone: "Pacific/Kiritimati" } });
    const there = await ask("/api/today", tag);
    expect(there).toMatchObject({ status: 200, body: { day: "2026-11-22" } });
    await ada.call("PATCH", "/api/me", { body: { timeZone: "UTC" } });
    expect((await ask("/api/today", tag)).status).toBe(304);
    app.clock.now = new Date("2026-11-22T00:00:01.000Z");
    expect(await ask("/api/today", tag)).toMatchObject({
      status: 200,
      body: { day: "2026-11-22" },
    });
    app.clock.now = now;
    const eve = await signUp(app);
    expect((await ask("/api/today", tag, eve)).status).toBe(200);
    // Who has written nothing is told no tag.
    expect((await ask("/api/today", "*", eve)).headers.get("etag")).toBeNull();
  });

  it("is of the state that the vault was put back to, not of the one that had its revision", async () => {
    const [before] = await app.sql("vault", "SELECT MAX(rev) AS rev FROM vault_heads");
    const [head] = await app.sql("vault", "SELECT * FROM vault_heads WHERE rev = ?", [
      before?.["rev"],
    ]);
    await write();
    const tag = await tagOf("/api/entries");
    const [after] = await app.sql("vault", "SELECT * FROM vault_heads WHERE owner_id = ?", [
      head?.["owner_id"],
    ]);
    // As if both databases had been put back, and somebody had written again since.
    await app.sql("vault", "UPDATE vault_heads SET ? WHERE owner_id = ?", [
      { ...head, rev: after?.["rev"] as number },
      head?.["owner_id"],
    ]);
    const { status } = await ask("/api/entries", tag);
    await app.sql("vault", "UPDATE vault_heads SET ? WHERE owner_id = ?", [
      after,
      head?.["owner_id"],
    ]);
    expect(status).not.toBe(304);
    expect((await ask("/api/entries", tag)).status).toBe(304);
  });

  it("is compared without opening the vault, and only for whoever may read it", async () => {
    const tag = await tagOf("/api/entries");
    const userId = await idOf(ada);
    app.deps.keys.forget(userId);
    const unwraps = async () =>
      (await app.sql("platform", "SELECT 1 FROM audit_events WHERE action = 'key.unwrapped'"))
        .length;
    const before = await unwraps();
    expect((await ask("/api/entries", tag)).status).toBe(304);
    expect(await unwraps()).toBe(before);
    await ask("/api/entries");
    expect(await unwraps()).toBe(before + 1);
    const stranger = await fetch(`${app.url}/api/entries`, { headers: { "if-none-match": tag } });
    expect(stranger.status).toBe(401);
    const { body } = await ada.call("POST", "/api/tokens", {
      body: { name: "me", scopes: ["account:read"] },
    });
    const headers = { authorization: `Bearer ${String(body["token"])}`, "if-none-match": tag };
    expect((await fetch(`${app.url}/api/entries`, { headers })).status).toBe(403);
    // What is not valid is not either because a tag was sent.
    expect((await ask("/api/entries?limit=0", "*")).status).toBe(400);
  });

  it("is known by any of several tags, weak or not, by *, and whatever a browser adds", async () => {
    const tag = await tagOf("/api/entries");
    const bare = tag.slice(2);
    for (const sent of [`"a", ${tag}`, `${bare} , "b"`, bare, "*", ` ${tag} `]) {
      expect((await ask("/api/entries", sent)).status).toBe(304);
    }
    for (const sent of ['""', `"a", "b"`, bare.slice(1, -1), `${bare}x`, "W/"]) {
      expect((await ask("/api/entries", sent)).status).toBe(200);
    }
    const headers = { "if-none-match": tag, "cache-control": "no-cache", pragma: "no-cache" };
    expect((await ada.call("GET", "/api/entries", { headers })).status).toBe(304);
    expect((await ada.call("HEAD", "/api/entries", { headers })).status).toBe(304);
  });
});

describe("a single record", () => {
  it("is 304 for whoever has its revision, and whole once it is written", async () => {
    const path = `/api/entries/${entryId}`;
    const tag = await tagOf(path);
    const { body } = await ask(path);
    expect(tag).toBe(`"${String(body["rev"])}"`);
    for (const sent of [tag, `W/${tag}`, `"1", ${tag}`, "*"]) {
      const again = await ada.call("GET", path, {
        headers: { "if-none-match": sent, "cache-control": "no-cache" },
      });
      expect(again).toMatchObject({ status: 304, body: { text: "" } });
      expect(again.headers.get("etag")).toBe(tag);
    }
    await write();
    expect((await ask(path, tag)).status).toBe(200);
    // A write is guarded by the same headers, and answers in full.
    const headers = { "if-match": await tagOf(path) };
    expect((await ada.call("PATCH", path, { headers, body: { starred: true } })).status).toBe(200);
  });
});

it("says nothing of the vault in its tags: the same content of two people has others", async () => {
  const [one, two] = [await signUp(app), await signUp(app)];
  for (const person of [one, two])
    await person.call("POST", "/api/moods", { body: { name: "Calm", valence: 1 } });
  expect(await tagOf("/api/entries", one)).not.toBe(await tagOf("/api/entries", two));
});

async function idOf({ email }: Person): Promise<string> {
  const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  return String(row?.["id"]);
}
