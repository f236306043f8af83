import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import { entryKind } from "../features/entries/entries.ts";
import { uuidToBytes } from "../lib/ids.ts";
import { countByDay, listByDay, listDay, type DayQuery } from "./day-list.ts";
import { insertRow } from "./statements.ts";
import { putRecord, trashRecord, type VaultRecord } from "./records.ts";

type Fields = typeof entryKind.fields._zod.output;
type Entry = VaultRecord<Fields>;
type Query = Omit<DayQuery<Omit<Fields, "body">>, "limit"> & { limit?: number };

let test: TestVault;
let ada: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  ada = await test.newOwner();
});

async function put(owner: Owner, day: string, more: Partial<Fields> = {}): Promise<Entry> {
  const fields = entryKind.fields.parse({ day, title: day, ...more });
  const write = { fields, guard: undefined, now: test.clock.now };
  return (await putRecord(owner.vault, entryKind, randomUUID(), write)).record;
}

/** Puts many rows of one day beside those that there are, past the protocol, which would take long. */
async function plant(count: number, more: Partial<Fields> & { day: string }): Promise<void> {
  const now = test.clock.now.toISOString();
  const content = { ...entryKind.fields.parse(more), createdAt: now, updatedAt: now };
  await test.deps.vaultDatabase.transaction(async (execute) => {
    for (let i = 0; i < count; i++) {
      const row = entryKind.table.sealRow(ada.vault.keys, randomBytes(16), 1000 + i, content);
      await insertRow(execute, entryKind.table, ada.ownerId, row);
    }
  });
}

const list = (query: Query = {}) => listByDay(ada.vault, entryKind, { limit: 50, ...query });
const daysIn = async (query: Query = {}) => (await list(query)).items.map((item) => item.day);
const damage = (id: string, box = "sealed") =>
  test.sql(
    "vault",
    `UPDATE daily_entries SET ${box} = INSERT(${box}, 60, 1, CHAR(ASCII(SUBSTR(${box}, 60, 1)) ^ 1)) WHERE id = ?`,
    uuidToBytes(id),
  );

/** Walks a list to its end, a page at a time. */
async function walk(query: Query & { limit: number }): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await list({ ...query, cursor });
    pages.push(page.items.map((item) => item.day));
    cursor = page.nextCursor;
    if (pages.length > 50) throw new Error("it does not end");
  }
  return pages;
}

describe("a list of days", () => {
  it("is empty, with no cursor and no word of damage, for somebody who wrote nothing", async () => {
    expect(await list()).toEqual({ items: [], nextCursor: null });
    expect(await listDay(ada.vault, entryKind, "2026-11-21")).toEqual({
      records: [],
      isComplete: true,
    });
  });

  it("is newest first, over months and years that hold nothing in between", async () => {
    const days = ["2026-11-20", "1999-12-31", "2026-11-21", "2025-01-01", "2026-10-31"];
    for (const day of days) await put(ada, day);
    expect(await list()).toMatchObject({ nextCursor: null });
    expect(await daysIn()).toEqual(days.toSorted().reverse());
  });

  it("has both ends of its range in it, and nothing past them", async () => {
    for (const day of ["2026-09-30", "2026-10-01", "2026-10-15", "2026-10-31", "2026-11-01"]) {
      await put(ada, day);
    }
    const october = ["2026-10-31", "2026-10-15", "2026-10-01"];
    expect(await daysIn({ from: "2026-10-01", to: "2026-10-31" })).toEqual(october);
    expect(await daysIn({ from: "2026-10-15", to: "2026-10-15" })).toEqual(["2026-10-15"]);
    expect(await daysIn({ from: "2026-10-16", to: "2026-10-30" })).toEqual([]);
    expect(await daysIn({ from: "2026-10-31" })).toEqual(["2026-11-01", "2026-10-31"]);
    expect(await daysIn({ to: "2026-10-01" })).toEqual(["2026-10-01", "2026-09-30"]);
    expect(await daysIn({ from: "2026-10-31", to: "2026-10-01" })).toEqual([]);
  });

  it("reaches the first and the last day there is", async () => {
    await put(ada, "0001-01-01");
    await put(ada, "9999-12-31");
    expect(await daysIn()).toEqual(["9999-12-31", "0001-01-01"]);
  });

  it.each([1, 2, 3, 7])("gives each record once, in pages of %i", async (limit) => {
    const days = Array.from({ length: 7 }, (_, i) => `20${20 + i}-0${1 + i}-15`);
    for (const day of days) await put(ada, day);
    const pages = await walk({ limit });
    expect(pages.flat()).toEqual(days.toReversed());
    expect(pages.map((page) => page.length)).toEqual(
      Array.from({ length: Math.ceil(7 / limit) }, (_, i) => Math.min(limit, 7 - i * limit)),
    );
  });

  it("goes on within one day and one moment, where only the id tells records apart", async () => {
    for (let i = 0; i < 5; i++) await put(ada, "2026-11-21", { title: `T${i}` });
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await list({ limit: 2, cursor });
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted().reverse());
  });

  it("goes on where the cursor says even when that record is gone, and never before the range", async () => {
    await put(ada, "2026-11-19");
    const middle = await put(ada, "2026-11-20");
    await put(ada, "2026-11-21");
    const { nextCursor } = await list({ limit: 2 });
    const write = { guard: undefined, now: test.clock.now };
    await trashRecord(ada.vault, entryKind, middle.id, write);
    const cursor = nextCursor ?? "";
    expect(await daysIn({ cursor })).toEqual(["2026-11-19"]);
    expect(await daysIn({ cursor, from: "2026-11-20" })).toEqual([]);
    expect(await daysIn({ cursor, to: "2026-11-18" })).toEqual([]);
  });

  it.each(["", "x", "MjAyNi0xMy0wMQ", Buffer.from("2026-02-30 x").toString("base64url")])(
    "refuses a cursor that no page gave: %j",
    async (cursor) => {
      await put(ada, "2026-11-21");
      await expect(list({ cursor })).rejects.toMatchObject({
        code: "invalid_request",
        particulars: {
          errors: [{ path: "query.cursor", message: expect.stringContaining("nextCursor") }],
        },
      });
    },
  );

  it("is narrowed by what a head says, and the limit counts what is left", async () => {
    for (let day = 10; day < 20; day++) {
      await put(ada, `2026-11-${day}`, { tags: day % 3 === 0 ? ["a"] : [] });
    }
    const matches: Query["matches"] = (head) => head.tags.includes("a");
    expect(await walk({ matches, limit: 2 })).toEqual([
      ["2026-11-18", "2026-11-15"],
      ["2026-11-12"],
    ]);
  });

  it("has nothing of the trash, nor of anybody else", async () => {
    const eve = await test.newOwner();
    await put(eve, "2026-11-21");
    const { id } = await put(ada, "2026-11-21");
    await trashRecord(ada.vault, entryKind, id, { guard: undefined, now: test.clock.now });
    expect(await daysIn()).toEqual([]);
    expect((await listDay(ada.vault, entryKind, "2026-11-21")).records).toEqual([]);
    expect(await countByDay(ada.vault, entryKind, "2026-11-21", "2026-11-21")).toEqual([]);
  });

  it("ends a page early when its texts are large, with at least one record in it", async () => {
    const body = "x".repeat(1024 * 1024);
    await put(ada, "2026-11-21", { time: "00:00" });
    await plant(9, { day: "2026-11-21", time: "12:00", body });
    const pages = await walk({ limit: 50 });
    // A box is padded: eight of a little more than a megabyte do not fit into eight megabytes.
    expect(pages.map((page) => page.length)).toEqual([7, 3]);
    const day = await listDay(ada.vault, entryKind, "2026-11-21");
    expect([day.records.length, day.isComplete]).toEqual([8, false]);
  });
});

describe("a row that does not open", () => {
  it.each(["sealed", "body"])("is counted in a list and left out of it: %s", async (box) => {
    const [one, other] = [await put(ada, "2026-11-20"), await put(ada, "2026-11-21")];
    expect(await list()).not.toHaveProperty("unreadable");
    await damage(one.id, box);
    expect(await list()).toEqual({ items: [other], nextCursor: null, unreadable: 1 });
    expect(await listDay(ada.vault, entryKind, "2026-11-20")).toEqual({
      records: [],
      isComplete: false,
      unreadable: 1,
    });
    expect(await listDay(ada.vault, entryKind, "2026-11-21")).toEqual({
      records: [other],
      isComplete: true,
    });
    await damage(other.id, box === "sealed" ? "body" : "sealed");
    expect(await list()).toEqual({ items: [], nextCursor: null, unreadable: 2 });
  });

  it("is counted when it lies under a day that is not its own", async () => {
    const [one, other] = [await put(ada, "2026-11-20"), await put(ada, "2026-11-21")];
    await test.sql(
      "vault",
      "UPDATE daily_entries t JOIN daily_entries o SET t.day_key = o.day_key WHERE t.id = ? AND o.id = ?",
      uuidToBytes(one.id),
      uuidToBytes(other.id),
    );
    expect(await list({ from: "2026-11-21" })).toEqual({
      items: [other],
      nextCursor: null,
      unreadable: 1,
    });
    expect(await listDay(ada.vault, entryKind, "2026-11-21")).toMatchObject({
      records: [other],
      unreadable: 1,
    });
  });

  it("is told from a fault of ours, which is not swallowed", async () => {
    await put(ada, "2026-11-21");
    const broken = {
      ...entryKind,
      sortKey: () => {
        throw new RangeError("a fault");
      },
    };
    await expect(listByDay(ada.vault, broken, { limit: 1 })).rejects.toThrow(RangeError);
  });
});

describe("a day", () => {
  it("is in its order: what has no time first, then by the hour", async () => {
    const times = ["21:00", null, "07:30", "13:00"];
    for (const time of times) await put(ada, "2026-11-21", { time });
    const { records } = await listDay(ada.vault, entryKind, "2026-11-21");
    expect(records.map((record) => record.time)).toEqual([null, "07:30", "13:00", "21:00"]);
  });

  it("is cut short after two hundred records, and says so", async () => {
    const { vault } = ada;
    const first = await put(ada, "2026-11-21", { time: "00:00" });
    await plant(199, { day: "2026-11-21", time: "12:00" });
    expect(await listDay(vault, entryKind, "2026-11-21")).toMatchObject({ isComplete: true });
    await put(ada, "2026-11-21", { time: "23:00" });
    const { records, isComplete } = await listDay(vault, entryKind, "2026-11-21");
    expect([records.length, isComplete]).toEqual([200, false]);
    expect(records[0]).toEqual(first);
    expect(records.at(-1)?.time).toBe("12:00");
  });
});

describe("counting", () => {
  it("says how many records each day has, and leaves out days without any", async () => {
    for (const day of ["2026-11-20", "2026-11-22", "2026-11-22", "2026-11-23"]) {
      await put(ada, day);
    }
    expect(await countByDay(ada.vault, entryKind, "2026-11-20", "2026-11-22")).toEqual([
      { day: "2026-11-20", count: 1 },
      { day: "2026-11-22", count: 2 },
    ]);
    expect(await countByDay(ada.vault, entryKind, "2026-11-22", "2026-11-20")).toEqual([]);
  });
});
