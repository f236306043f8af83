import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { samplesOf, writeSample } from "../../../test/samples.ts";
import { KindName } from "../../contract/record.ts";
import { uuidToBytes } from "../../lib/ids.ts";

interface Change {
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
  readonly deleted: boolean;
  readonly record?: Record<string, unknown>;
  readonly unreadable?: true;
}
interface Pulled {
  readonly changes: Change[];
  readonly next: string;
  readonly hasMore: boolean;
}

const DAY = "2026-11-21";
let app: TestApp;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  bob = await signUp(app);
});
afterAll(() => app.close());

const pull = async (person: Person, query = ""): Promise<Pulled> => {
  const { status, body } = await person.call("GET", `/api/sync${query}`);
  expect(status).toBe(200);
  return body as unknown as Pulled;
};
const entry = async (person: Person, title: string, id: string = randomUUID(), body = "") => {
  const reply = await person.call("PUT", `/api/entries/${id}`, { body: { day: DAY, title, body } });
  expect([200, 201]).toContain(reply.status);
  return id;
};
const trash = (person: Person, id: string) => person.call("DELETE", `/api/entries/${id}`);
const purge = (person: Person, id: string) => person.call("DELETE", `/api/trash/entries/${id}`);
const gone = { status: 410, body: { code: "gone", detail: expect.stringContaining("since=0") } };

describe("GET /api/sync", () => {
  it("has every record of every kind once, in the order of their changes, as it is read alone", async () => {
    const ada = await signUp(app);
    const [pillarId, habitId, moodId] = [randomUUID(), randomUUID(), randomUUID()];
    await ada.call("PUT", `/api/pillars/${pillarId}`, { body: { name: "Health" } });
    await ada.call("PUT", `/api/habits/${habitId}`, { body: { name: "Water" } });
    const samples = samplesOf({ word: "heron", day: DAY, pillarId, habitId, moodId });
    for (const kind of KindName.options) await writeSample(ada, kind, samples[kind], randomUUID());
    const { changes, next, hasMore } = await pull(ada);
    expect(changes.map(({ kind }) => kind).sort()).toEqual(
      [...KindName.options, "pillars", "habits"].sort(),
    );
    expect(changes.map(({ rev }) => rev)).toEqual(changes.map((_, i) => i + 1));
    for (const { kind, id, record, deleted } of changes) {
      expect(deleted).toBe(false);
      expect(record).toEqual((await ada.call("GET", `/api/${kind}/${id}`)).body);
    }
    expect({ next, hasMore }).toEqual({ next: "14", hasMore: false });
    expect(await pull(ada, "?since=14")).toEqual({ changes: [], next: "14", hasMore: false });
    // And nothing of it for anybody else.
    expect(await pull(bob)).toEqual({ changes: [], next: "0", hasMore: false });
  });

  it("goes on from where it left off, and tells what was changed, thrown away and taken out since", async () => {
    const ada = await signUp(app);
    const ids = [];
    for (const title of ["a", "b", "c", "d", "e"]) ids.push(await entry(ada, title));
    const [a = "", b = "", c = ""] = ids;
    const first = await pull(ada, "?limit=2");
    expect(first.changes.map(({ id }) => id)).toEqual([a, b]);
    expect(first).toMatchObject({ next: "2", hasMore: true });
    await entry(ada, "a again", a);
    await trash(ada, c);
    const rest = await pull(ada, `?since=${first.next}&limit=200`);
    expect(rest.changes.map(({ id, deleted }) => ({ id, deleted }))).toEqual([
      { id: ids[3], deleted: false },
      { id: ids[4], deleted: false },
      { id: a, deleted: false },
      { id: c, deleted: true },
    ]);
    expect(rest.changes.at(-1)).toEqual({ kind: "entries", id: c, rev: 7, deleted: true });
    expect(rest).toMatchObject({ next: "7", hasMore: false });
    await ada.call("POST", `/api/trash/entries/${c}/restore`);
    const last = await pull(ada, "?since=7");
    expect(last.changes).toMatchObject([{ id: c, rev: 8, deleted: false, record: { title: "c" } }]);
    // A page may end exactly at the last change.
    expect(await pull(ada, "?since=7&limit=1")).toMatchObject({ next: "8", hasMore: false });
  });

  it("ends a page early where records are large, and leaves none out", async () => {
    const ada = await signUp(app);
    const ids = [];
    for (let i = 0; i < 9; i++) ids.push(await entry(ada, "", randomUUID(), "x".repeat(1024 ** 2)));
    const first = await pull(ada);
    expect(first.changes.length).toBeGreaterThan(4);
    expect(first.changes.length).toBeLessThan(9);
    expect(first.hasMore).toBe(true);
    const rest = await pull(ada, `?since=${first.next}`);
    expect([...first.changes, ...rest.changes].map(({ id }) => id)).toEqual(ids);
    expect(rest.hasMore).toBe(false);
  }, 40_000);

  it("tells of one that does not open that it does not, and goes on", async () => {
    const ada = await signUp(app);
    const [one, two] = [await entry(ada, "one"), await entry(ada, "two")];
    const flip =
      "UPDATE daily_entries SET body = INSERT(body, 60, 1, CHAR(ASCII(SUBSTR(body, 60, 1)) ^ 1)) WHERE id = ?";
    await app.sql("vault", flip, [uuidToBytes(one)]);
    const { changes, next } = await pull(ada);
    expect(changes).toEqual([
      { kind: "entries", id: one, rev: 1, deleted: false, unreadable: true },
      expect.objectContaining({ id: two, rev: 2 }),
    ]);
    expect(next).toBe("2");
    expect(app.logged()).toContain("rows of a vault do not open");
  });

  it("misses nothing while others write: each record that a change was answered for comes", async () => {
    const ada = await signUp(app);
    const seen = new Map<string, number>();
    let since = "0";
    let isWriting = true;
    const read = async () => {
      for (let rounds = 0; ; rounds++) {
        const wasWriting = isWriting;
        const { changes, next, hasMore } = await pull(ada, `?since=${since}&limit=3`);
        for (const { id, rev } of changes) {
          expect(rev).toBeGreaterThan(seen.get(id) ?? 0);
          seen.set(id, rev);
        }
        since = next;
        if (!wasWriting && !hasMore) return rounds;
      }
    };
    const write = async () => {
      const revs = new Map<string, number>();
      const ids = Array.from({ length: 6 }, () => randomUUID());
      for (let n = 0; n < 4; n++) {
        await Promise.all(
          ids.map(async (id) => {
            const fields = { day: DAY, title: `${n}` };
            const { body } = await ada.call("PUT", `/api/entries/${id}`, { body: fields });
            revs.set(id, Number(body["rev"]));
          }),
        );
      }
      isWriting = false;
      return revs;
    };
    const [, revs] = await Promise.all([read(), write()]);
    expect(seen).toEqual(revs);
  });

  it.each([
    ["since=-1", "query.since"],
    ["since=1.5", "query.since"],
    ["since=now", "query.since"],
    ["since=", "query.since"],
    ["since=01", "query.since"],
    ["since=1-0", "query.since"],
    ["since=1&since=2", "query.since"],
    [`since=${"9".repeat(16)}`, "query.since"],
    ["limit=0", "query.limit"],
    ["limit=501", "query.limit"],
    ["limit=many", "query.limit"],
    ["until=3", "query"],
  ])("is refused for %s, naming the field", async (query, path) => {
    expect(await bob.call("GET", `/api/sync?${query}`)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path }] },
    });
  });
});

describe("a place from which one cannot go on", () => {
  it("is a revision that never was", async () => {
    const ada = await signUp(app);
    expect(await ada.call("GET", "/api/sync?since=1")).toMatchObject(gone);
    await entry(ada, "one");
    expect((await pull(ada, "?since=1")).changes).toEqual([]);
    for (const since of ["2", "999999999999999", "2-1", "0-2"]) {
      const reply = await ada.call("GET", `/api/sync?since=${since}`);
      expect(reply).toMatchObject(since === "0-2" ? { status: 200 } : gone);
    }
  });

  it("is one before the deletion of a record that is gone for good, and not one after it", async () => {
    const ada = await signUp(app);
    const [one, two] = [await entry(ada, "one"), await entry(ada, "two")];
    await trash(ada, one);
    await trash(ada, two);
    await entry(ada, "three");
    // Who was here has seen both deletions.
    expect((await pull(ada, "?since=3")).changes).toMatchObject([{ id: two }, {}]);
    await purge(ada, one);
    expect(await ada.call("GET", "/api/sync?since=2")).toMatchObject(gone);
    for (const since of [3, 4, 5, 6]) await pull(ada, `?since=${since}`);
    await purge(ada, two);
    expect(await ada.call("GET", "/api/sync?since=3")).toMatchObject(gone);
    expect((await pull(ada, "?since=4")).changes).toHaveLength(1);
    // From the beginning one can always go on, page by page, though one is below the floor on the way.
    for (const title of ["four", "five"]) await entry(ada, title);
    const purged = await entry(ada, "six");
    await trash(ada, purged);
    await purge(ada, purged);
    const titles = [];
    let page = await pull(ada, "?limit=1");
    for (;;) {
      titles.push(...page.changes.map(({ record }) => record?.["title"]));
      if (!page.hasMore) break;
      expect(page.next).toMatch(/^\d+-11$/);
      page = await pull(ada, `?since=${page.next}&limit=1`);
    }
    expect(titles).toEqual(["three", "four", "five"]);
    expect(page.next).toBe("12");
  });

  it("is one on the way through everything when a record is deleted for good that it may have shown", async () => {
    const ada = await signUp(app);
    const gone1 = await entry(ada, "gone");
    await trash(ada, gone1);
    await purge(ada, gone1);
    const [one] = [await entry(ada, "one"), await entry(ada, "two"), await entry(ada, "three")];
    const page = await pull(ada, "?limit=1");
    expect(page.changes).toMatchObject([{ id: one, deleted: false }]);
    await trash(ada, one);
    const { next } = await pull(ada, `?since=${page.next}&limit=1`);
    await purge(ada, one);
    expect(await ada.call("GET", `/api/sync?since=${next}`)).toMatchObject(gone);
  });

  it("is every one from before when the vault was put back, and goes on above it", async () => {
    const ada = await signUp(app);
    await entry(ada, "one");
    const tables = ["vault_heads", "daily_entries"] as const;
    const owner = await ownerOf(ada);
    const backup = await Promise.all(
      tables.map((table) => app.sql("vault", `SELECT * FROM ${table} WHERE owner_id = ?`, [owner])),
    );
    await entry(ada, "two");
    await entry(ada, "three");
    const before = await pull(ada);
    expect(before.next).toBe("3");
    for (const [i, table] of tables.entries()) {
      await app.sql("vault", `DELETE FROM ${table} WHERE owner_id = ?`, [owner]);
      for (const row of backup[i] ?? [])
        await app.sql("vault", `INSERT INTO ${table} SET ?`, [row]);
    }
    // Until something is written the revision is one that is not there.
    expect(await ada.call("GET", "/api/sync?since=3")).toMatchObject(gone);
    await entry(ada, "four");
    for (const since of [1, 2, 3]) {
      expect(await ada.call("GET", `/api/sync?since=${since}`)).toMatchObject(gone);
    }
    const all = await pull(ada);
    expect(all.changes.map(({ record, rev }) => [record?.["title"], rev])).toEqual([
      ["one", 1],
      ["four", 4],
    ]);
    expect((await pull(ada, `?since=${all.next}`)).changes).toEqual([]);
  });
});

/** The id that the vault knows somebody by. */
async function ownerOf({ email }: Person): Promise<unknown> {
  const [row] = await app.sql(
    "platform",
    "SELECT d.owner_id AS id FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [email],
  );
  return row?.["id"];
}
