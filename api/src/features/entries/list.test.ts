import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";

interface Listed {
  readonly id: string;
  readonly day: string;
  readonly time: string | null;
  readonly title: string;
  readonly body: string;
}

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

async function write(person: Person, fields: object): Promise<Listed> {
  const reply = await person.call("POST", "/api/entries", { body: fields });
  expect(reply.status).toBe(201);
  return reply.body as unknown as Listed;
}

async function list(person: Person, query = "") {
  const reply = await person.call("GET", `/api/entries${query}`);
  expect(reply.status).toBe(200);
  return reply.body as { items: Listed[]; nextCursor: string | null };
}

/** Every page of a list, by following its cursors. */
async function walk(person: Person, query: string, between?: () => Promise<unknown>) {
  const pages: Listed[][] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await list(person, `?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    pages.push(page.items);
    cursor = page.nextCursor;
    await between?.();
  }
  return pages;
}

const DAYS = [
  "0001-01-01",
  "1582-10-10",
  "1999-12-31",
  "2024-02-29",
  "2026-01-31",
  "2026-02-01",
  "2026-11-20",
  "2026-11-21",
  "9999-12-31",
];

describe("the list of entries", () => {
  let ada: Person;
  const written: Listed[] = [];
  beforeAll(async () => {
    ada = await signUp(app);
    for (const [i, day] of DAYS.entries()) {
      for (const time of ["08:30", null, "23:59", "00:00"]) {
        const title = `${day} at ${time ?? "no time"}`;
        written.push(await write(ada, { day, time, title, tags: i % 2 ? ["odd"] : ["even"] }));
      }
    }
  });

  it("is empty for someone who wrote nothing", async () => {
    expect(await list(await signUp(app))).toEqual({ items: [], nextCursor: null });
  });

  it("has the newest first: by day, then by time, untimed ones last of their day", async () => {
    const { items, nextCursor } = await list(ada);
    expect(nextCursor).toBeNull();
    expect(items.map((entry) => entry.title)).toEqual(
      DAYS.toReversed().flatMap((day) =>
        ["23:59", "08:30", "00:00", "no time"].map((time) => `${day} at ${time}`),
      ),
    );
  });

  it("holds records whole, as they are read alone", async () => {
    const { items } = await list(ada, "?limit=1");
    const { body } = await ada.call("GET", `/api/entries/${items[0]?.id ?? ""}`);
    expect(items[0]).toEqual(body);
  });

  it.each([1, 2, 3, 5, 7, 35, 36, 37, 200])(
    "is walked by its cursor in pages of %d, each record once",
    async (limit) => {
      const pages = await walk(ada, `limit=${limit}`);
      expect(pages.flat()).toEqual((await list(ada)).items);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      expect(pages).toHaveLength(Math.ceil(36 / limit));
    },
  );

  it.each([
    ["from=2026-11-21", ["9999-12-31", "2026-11-21"]],
    ["to=1582-10-10", ["1582-10-10", "0001-01-01"]],
    ["from=2026-01-31&to=2026-02-01", ["2026-02-01", "2026-01-31"]],
    ["from=2024-02-29&to=2024-02-29", ["2024-02-29"]],
    ["from=0001-01-01&to=9999-12-31", DAYS.toReversed()],
    ["from=2025-01-01&to=2025-12-31", []],
    ["from=2026-11-21&to=2026-11-20", []],
  ])("is narrowed by %s", async (query, days) => {
    const { items } = await list(ada, `?${query}`);
    expect([...new Set(items.map((entry) => entry.day))]).toEqual(days);
    expect(items).toHaveLength(days.length * 4);
    expect((await walk(ada, `${query}&limit=3`)).flat()).toEqual(items);
  });

  it("is narrowed by tag and by pillar, in pages too", async () => {
    const pillar = randomUUID();
    const one = await write(ada, { day: "2026-05-05", tags: ["odd", "a b"], pillarIds: [pillar] });
    const ids = async (query: string) => (await list(ada, query)).items.map((entry) => entry.id);
    expect(await ids(`?pillarId=${pillar.toUpperCase()}`)).toEqual([one.id]);
    expect(await ids("?tag=a%20b")).toEqual([one.id]);
    expect(await ids(`?tag=odd&pillarId=${pillar}`)).toEqual([one.id]);
    expect(await ids(`?tag=even&pillarId=${pillar}`)).toEqual([]);
    expect(await ids("?tag=od")).toEqual([]);
    expect(await ids(`?pillarId=${randomUUID()}`)).toEqual([]);
    const odd = (await list(ada, "?tag=odd")).items;
    expect(odd).toHaveLength(17);
    expect((await walk(ada, "tag=odd&limit=4")).flat()).toEqual(odd);
    await ada.call("DELETE", `/api/entries/${one.id}`);
  });

  it("neither repeats nor loses what was there when others are written between two pages", async () => {
    const bob = await signUp(app);
    const before: string[] = [];
    for (let i = 10; i < 30; i++) before.push((await write(bob, { day: `2026-03-${i}` })).id);
    const pages = await walk(bob, "limit=4", async () => {
      await write(bob, { day: "2026-03-31" });
      await write(bob, { day: "2026-03-20" });
      await write(bob, { day: "2026-03-01" });
    });
    const seen = pages.flat().map((entry) => entry.id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it("follows an entry to another day", async () => {
    const carl = await signUp(app);
    const { id } = await write(carl, { day: "2020-02-02" });
    await carl.call("PATCH", `/api/entries/${id}`, { body: { day: "2021-03-03" } });
    expect((await list(carl)).items.map((entry) => entry.day)).toEqual(["2021-03-03"]);
    expect((await list(carl, "?to=2020-12-31")).items).toEqual([]);
  });

  it("holds nothing of anyone else", async () => {
    const eve = await signUp(app);
    await write(eve, { day: "2026-11-21", title: "Mine" });
    expect((await list(eve)).items.map((entry) => entry.title)).toEqual(["Mine"]);
    const { nextCursor } = await list(ada, "?limit=1");
    const page = await list(eve, `?cursor=${nextCursor ?? ""}`);
    expect(page.items.map((entry) => entry.title)).toEqual(["Mine"]);
  });

  it("holds fifty entries unless told otherwise", async () => {
    const dora = await signUp(app);
    await Promise.all(Array.from({ length: 53 }, () => write(dora, { day: "2026-06-06" })));
    const first = await list(dora);
    expect(first.items).toHaveLength(50);
    expect((await list(dora, `?cursor=${first.nextCursor ?? ""}`)).items).toHaveLength(3);
  });

  it.each([
    ["limit=0", "query.limit"],
    ["limit=201", "query.limit"],
    ["limit=-1", "query.limit"],
    ["limit=ten", "query.limit"],
    ["limit=1&limit=2", "query.limit"],
    ["from=2026-02-30", "query.from"],
    ["to=tomorrow", "query.to"],
    ["from=", "query.from"],
    ["pillarId=1", "query.pillarId"],
    ["cursor=garbage", "query.cursor"],
    ["cursor=", "query.cursor"],
    [`cursor=${Buffer.from("2026-02-30 08:30").toString("base64url")}`, "query.cursor"],
    [`cursor=${Buffer.from("{}").toString("base64url")}`, "query.cursor"],
    ["cursor=%F9%00", "query.cursor"],
    ["page=2", "query"],
    ["__proto__=x", "query"],
  ])("refuses %s, by name", async (query, path) => {
    const reply = await ada.call("GET", `/api/entries?${query}`);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path }] },
    });
  });
});

describe("a list of large entries", () => {
  it("ends a page early rather than hold more than 8 MiB, and goes on by its cursor", async () => {
    const mia = await signUp(app);
    const text = "x".repeat(860 * 1024);
    for (let i = 10; i < 22; i++) {
      await write(mia, { day: `2026-04-${i}`, title: String(i), body: text });
    }
    const pages = await walk(mia, "limit=200");
    expect(pages.map((page) => page.length)).toEqual([9, 3]);
    expect(pages.flat().map((entry) => Number(entry.title))).toEqual(
      Array.from({ length: 12 }, (_, i) => 21 - i),
    );
    expect(pages.flat().every((entry) => entry.body === text)).toBe(true);
  });
});
