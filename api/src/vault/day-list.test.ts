import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { openTestVault, type TestVault } from "../../test/vault.ts";
import { entryKind } from "../features/entries/entries.ts";
import type { Execute } from "../lib/database.ts";
import { uuidToBytes } from "../lib/ids.ts";
import { asRecord } from "./pages.ts";
import { countByDay, listByDay, listFitting, type DayQuery } from "./day-list.ts";
import { putRecord, trashRecord } from "./records.ts";
import { insertRow } from "./statements.ts";
import type { Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

type Fields = typeof entryKind.fields._zod.output;
type Query = Partial<DayQuery<Omit<Fields, "body"> & Times>>;

const DAY = "2026-11-21";
/** Makes a text too large to be read with the head of its row. */
const LARGE = ".".repeat(9000);

let test: TestVault;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());

const newVault = async () => (await test.newOwner()).vault;

async function put(vault: UserVault, fields: Partial<Fields>, id: string = randomUUID()) {
  const write = { guard: undefined, now: test.clock.now };
  await putRecord(vault, entryKind, id, { fields: entryKind.fields.parse(fields), ...write });
  return id;
}
const write = (vault: UserVault, id: string, text: string) =>
  put(vault, { day: DAY, title: `title ${text}`, body: `body ${text}${LARGE}` }, id);
const trash = (vault: UserVault, id: string) =>
  trashRecord(vault, entryKind, id, { guard: undefined, now: test.clock.now });

/** The vault as it is read when `execute` answers its statements. */
const through = (vault: UserVault, execute: Execute): UserVault => ({
  ...vault,
  database: { ...vault.database, execute },
});

/** The vault as a list sees it that is overtaken: `meanwhile` happens between its reading of heads and of whole rows. */
function overtaken(vault: UserVault, meanwhile: () => Promise<unknown>): UserVault {
  return through(vault, async (sql, values) => {
    if (sql.includes("id IN")) await meanwhile();
    return vault.database.execute(sql, values);
  });
}

/** The vault as it would be if the second box of every row were of so many bytes. */
function withLargeRows(vault: UserVault, bytes: number): UserVault {
  return through(vault, async (sql, values) => {
    const rows = await vault.database.execute<RowDataPacket[]>(sql, values);
    if (sql.includes("AS unread")) for (const row of rows) row["unread"] = bytes;
    return rows as never;
  });
}

const list = (vault: UserVault, query: Query = {}) =>
  listByDay(vault, entryKind, { limit: 50, ...query }, asRecord);
const titles = async (vault: UserVault, query: Query = {}) =>
  (await list(vault, query)).items.map((item) => item.title);

/** All pages one after the other, each as the titles that are in it. */
async function pages(vault: UserVault, query: Query): Promise<string[][]> {
  const found: string[][] = [];
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor } = await list(vault, { ...query, cursor });
    found.push(items.map((item) => item.title));
    if (nextCursor === null) return found;
    cursor = nextCursor;
  }
}

const LISTS = [
  ["a list", async (vault: UserVault) => (await list(vault)).items],
  ["a day", async (vault: UserVault) => (await listFitting(vault, entryKind, [DAY])).records],
] as const;

describe.each(LISTS)("%s", (_, read) => {
  it("is empty for somebody who wrote nothing", async () => {
    expect(await read(await newVault())).toEqual([]);
  });

  it("opens each box once", async () => {
    const vault = await newVault();
    for (const text of ["one", "two", "three"]) await write(vault, randomUUID(), text);
    let opened = 0;
    const ofVersion = (version: number) => {
      opened++;
      return vault.keys.ofVersion(version);
    };
    expect(await read({ ...vault, keys: { ...vault.keys, ofVersion } })).toHaveLength(3);
    // Two boxes each; a list without a range also opens the owner's head.
    expect(opened).toBeGreaterThanOrEqual(3 * 2);
    expect(opened).toBeLessThanOrEqual(3 * 2 + 1);
  });

  it("shows a record that is changed meanwhile as it is then, all of it", async () => {
    const vault = await newVault();
    const [changed, other] = [randomUUID(), randomUUID()];
    await write(vault, other, "of another");
    await write(vault, changed, "before");
    const items = await read(overtaken(vault, () => write(vault, changed, "after")));
    expect(items).toHaveLength(2);
    expect(items.find(({ id }) => id === changed)).toMatchObject({
      title: "title after",
      body: `body after${LARGE}`,
      rev: 3,
    });
    expect(items.find(({ id }) => id === other)).toMatchObject({
      title: "title of another",
      body: `body of another${LARGE}`,
      rev: 1,
    });
  });

  it("leaves a record out that is thrown away meanwhile", async () => {
    const vault = await newVault();
    const [gone, other] = [randomUUID(), randomUUID()];
    for (const id of [gone, other]) await write(vault, id, id);
    const items = await read(overtaken(vault, () => trash(vault, gone)));
    expect(items.map(({ id }) => id)).toEqual([other]);
  });

  it("gives way to others while it opens what it read", async () => {
    const vault = await newVault();
    for (const text of ["one", "two"]) await write(vault, randomUUID(), text);
    let [clock, turns, opened] = [0, 0, 0];
    const turnsAt: number[] = [];
    const ofVersion = (version: number) => {
      opened++;
      turnsAt.push(turns);
      return vault.keys.ofVersion(version);
    };
    let others = setImmediate(function takeTurn() {
      turns++;
      others = setImmediate(takeTurn);
    });
    // Each look at the clock is a turn's length after the one before.
    const spy = jest.spyOn(performance, "now").mockImplementation(() => (clock += 2));
    try {
      await read({ ...vault, keys: { ...vault.keys, ofVersion } });
    } finally {
      spy.mockRestore();
      clearImmediate(others);
    }
    expect(opened).toBeGreaterThanOrEqual(4);
    // No two boxes of different rows are opened in the same turn.
    expect(new Set(turnsAt).size).toBeGreaterThanOrEqual(4);
  });
});

describe("a list", () => {
  /** Thirty months that hold one record each, and the newest a few more. */
  const months = Array.from({ length: 30 }, (_, i) =>
    new Date(Date.UTC(2024, 5 + i, 15)).toISOString().slice(0, 7),
  );
  const newest = months.at(-1) ?? "";
  const written = [
    ...months.map((month) => `${month}-15`),
    `${newest}-01`,
    `${newest}-30`,
    `${newest}-15 08:00`,
    `${newest}-15 20:30`,
  ];
  const sorted = written.toSorted().toReversed();
  let vault: UserVault;
  beforeAll(async () => {
    vault = await newVault();
    for (const title of written) {
      const [day = "", time = null] = title.split(" ");
      await put(vault, { day, time, title, tags: title < "2025" ? ["early"] : [] });
    }
  });

  it("has the newest first, whatever months they are of", async () => {
    expect(await titles(vault)).toEqual(sorted);
  });

  it.each([1, 2, 3, 7, 33, 34])("comes in pages of %d that hold each once", async (limit) => {
    const found = await pages(vault, { limit });
    expect(found.flat()).toEqual(sorted);
    expect(found.map((page) => page.length).slice(0, -1)).toEqual(
      Array.from({ length: found.length - 1 }, () => limit),
    );
    expect(found.at(-1)).not.toEqual([]);
  });

  it.each([
    ["from a day", { from: `${newest}-15` }],
    ["to a day", { to: "2024-08-15" }],
    ["within a month", { from: `${newest}-02`, to: `${newest}-29` }],
    ["of one day", { from: `${newest}-01`, to: `${newest}-01` }],
    ["from the middle of a month to that of another", { from: "2024-07-16", to: "2025-02-14" }],
    ["that ends before it begins", { from: "2025-02-14", to: "2024-07-16" }],
  ])("is narrowed to a range: %s", async (_, query: { from?: string; to?: string }) => {
    const { from = "0000", to = "9999" } = query;
    const inRange = sorted.filter((title) => {
      const day = title.slice(0, 10);
      return day >= from && day <= to;
    });
    expect(await titles(vault, query)).toEqual(inRange);
    expect((await pages(vault, { ...query, limit: 2 })).flat()).toEqual(inRange);
  });

  it("is narrowed to what matches, in pages too", async () => {
    const matches = (head: { tags: string[] }) => head.tags.includes("early");
    const early = sorted.filter((title) => title < "2025");
    expect(early.length).toBeGreaterThan(5);
    expect(await titles(vault, { matches })).toEqual(early);
    expect(await pages(vault, { matches, limit: 5 })).toEqual([early.slice(0, 5), early.slice(5)]);
  });

  it("reads few days at first, and then as many as fill the page by what was found", async () => {
    const reads: number[] = [];
    // Each time as somebody of whom it is not known how much their days hold.
    const counting = () =>
      through({ ...vault, keys: { ...vault.keys } }, (sql, values) => {
        // The owner, and as many days as the next power of two.
        if (sql.includes("AS unread")) reads.push(values.length - 1);
        return vault.database.execute(sql, values);
      });
    await list(counting(), { limit: 3 });
    // What is left of the month after tomorrow, four days, and twelve when those held one record.
    expect(reads).toEqual([16, 16]);
    reads.length = 0;
    await list(counting(), { matches: () => false });
    expect(reads).toEqual([16, 32, 256, 512, 128]);
    // Nor any after the range, or before the cursor.
    reads.length = 0;
    const { nextCursor } = await list(counting(), { limit: 1, to: `${months[2] ?? ""}-20` });
    expect(reads).toEqual([4, 32, 64]);
    reads.length = 0;
    await list(counting(), { limit: 5, cursor: nextCursor ?? "" });
    expect(reads).toEqual([4, 32, 64]);
    // Who is known is asked for what the page takes.
    reads.length = 0;
    const known = counting();
    await list(known, { limit: 3 });
    await list(known, { limit: 3 });
    expect(reads).toEqual([16, 16, 32]);
  });

  it("reads a row once whose text is small, unless only some are asked for", async () => {
    const statements: string[] = [];
    const counting = through(vault, (sql, values) => {
      if (sql.includes("id IN")) statements.push(sql);
      return vault.database.execute(sql, values);
    });
    await list(counting);
    expect(statements).toEqual([]);
    await list(counting, { matches: () => true });
    expect(statements).toHaveLength(1);
  });

  it("goes on behind a record that is gone by then", async () => {
    const other = await newVault();
    const ids: string[] = [];
    for (const day of ["2026-01-01", "2026-01-02", "2026-01-03"]) {
      ids.push(await put(other, { day, title: day }));
    }
    const { items, nextCursor } = await list(other, { limit: 2 });
    expect(items.map((item) => item.title)).toEqual(["2026-01-03", "2026-01-02"]);
    await trash(other, ids[1] ?? "");
    expect(await titles(other, { limit: 2, cursor: nextCursor ?? "" })).toEqual(["2026-01-01"]);
  });

  it.each(["", "nonsense", Buffer.from("2026-13-01 x").toString("base64url")])(
    "refuses a cursor that no page gave: %j",
    async (cursor) => {
      await expect(list(vault, { cursor })).rejects.toMatchObject({
        code: "invalid_request",
        particulars: {
          errors: [{ path: "query.cursor", message: expect.stringContaining("nextCursor") }],
        },
      });
    },
  );

  it("ends a page before it is larger than an answer may be, but never without a record", async () => {
    const large = await newVault();
    for (const title of ["1", "2", "3", "4"]) await put(large, { day: `2026-01-0${title}`, title });
    const MiB = 1024 * 1024;
    expect(await pages(withLargeRows(large, 4 * MiB), {})).toEqual([
      ["4", "3"],
      ["2", "1"],
    ]);
    expect(await pages(withLargeRows(large, 4 * MiB + 1), {})).toEqual([
      ["4"],
      ["3"],
      ["2"],
      ["1"],
    ]);
    expect(await pages(withLargeRows(large, 9 * MiB), {})).toEqual([["4"], ["3"], ["2"], ["1"]]);
    const one = { limit: 1 };
    expect(await pages(withLargeRows(large, 3 * MiB), one)).toEqual([["4"], ["3"], ["2"], ["1"]]);
  });
});

describe("a day", () => {
  it("has its records in their order, and says that they are all", async () => {
    const vault = await newVault();
    for (const time of ["20:30", "08:00", null]) {
      await put(vault, { day: DAY, time, title: time ?? "untimed" });
    }
    await put(vault, { day: "2026-11-20" });
    const { records, ...rest } = await listFitting(vault, entryKind, [DAY]);
    expect(records.map((record) => record.title)).toEqual(["untimed", "08:00", "20:30"]);
    expect(rest).toEqual({ isComplete: true });
  });

  it("is cut short where it is larger than an answer may be, and says so", async () => {
    const vault = await newVault();
    for (const time of ["10:00", "11:00", "12:00"])
      await put(vault, { day: DAY, time, title: time });
    const large = withLargeRows(vault, 4 * 1024 * 1024);
    const { records, ...rest } = await listFitting(large, entryKind, [DAY]);
    expect(records.map((record) => record.title)).toEqual(["10:00", "11:00"]);
    expect(rest).toEqual({ isComplete: false });
  });

  it("is cut short after two hundred records, which the list is not", async () => {
    const vault = await newVault();
    await put(vault, { day: DAY, title: "0" });
    const at = test.clock.now.toISOString();
    const fields = entryKind.fields.parse({ day: DAY, time: "12:00", title: "planted" });
    const content = { ...fields, createdAt: at, updatedAt: at };
    await vault.database.transaction(async (execute) => {
      for (let rev = 2; rev <= 201; rev++) {
        const row = entryKind.table.sealRow(vault.keys, randomBytes(16), rev, content);
        await insertRow(execute, entryKind.table, vault.keys.ownerId, row);
      }
    });
    const cut = await listFitting(vault, entryKind, [DAY]);
    expect(cut.records).toHaveLength(200);
    expect(cut.isComplete).toBe(false);
    const all = await pages(vault, { limit: 150 });
    expect(all.map((page) => page.length)).toEqual([150, 51]);
    const { id = "" } = cut.records.at(-1) ?? {};
    await test.sql("vault", "DELETE FROM daily_entries WHERE id = ?", uuidToBytes(id));
    const whole = await listFitting(vault, entryKind, [DAY]);
    expect(whole).toMatchObject({ isComplete: true });
    expect(whole.records).toHaveLength(200);
  });
});

describe("a row that does not open", () => {
  const flip = (column: "sealed" | "body", id: string) =>
    test.sql(
      "vault",
      `UPDATE daily_entries SET ${column} = INSERT(${column}, 60, 1, CHAR(ASCII(SUBSTR(${column}, 60, 1)) ^ 1)) WHERE id = ?`,
      uuidToBytes(id),
    );

  it.each(["sealed", "body"] as const)(
    "is left out and counted, and closes the list for no other: its box %s",
    async (column) => {
      const vault = await newVault();
      const [bad, good] = [randomUUID(), randomUUID()];
      await put(vault, { day: DAY, title: "bad" }, bad);
      await put(vault, { day: DAY, title: "good" }, good);
      await put(vault, { day: "2026-01-01", title: "older" });
      expect(await list(vault)).not.toHaveProperty("unreadable");
      await flip(column, bad);
      const { items, unreadable } = await list(vault);
      expect(items.map((item) => item.title)).toEqual(["good", "older"]);
      expect(unreadable).toBe(1);
      const day = await listFitting(vault, entryKind, [DAY]);
      expect(day.records.map(({ id }) => id)).toEqual([good]);
      expect(day).toMatchObject({ unreadable: 1, isComplete: false });
    },
  );

  it("is every one that is filed under the day of another", async () => {
    const vault = await newVault();
    const moved = await put(vault, { day: "2026-01-01", title: "moved" });
    const other = await put(vault, { day: DAY, title: "other" });
    await test.sql(
      "vault",
      "UPDATE daily_entries a JOIN daily_entries b ON b.id = ? SET a.day_key = b.day_key WHERE a.id = ?",
      ...[uuidToBytes(other), uuidToBytes(moved)],
    );
    const { records, ...rest } = await listFitting(vault, entryKind, [DAY]);
    expect(records.map(({ id }) => id)).toEqual([other]);
    expect(rest).toEqual({ isComplete: false, unreadable: 1 });
    expect(await list(vault, { from: DAY })).toMatchObject({ unreadable: 1 });
  });

  it("does not hide that a database is away", async () => {
    const vault = await newVault();
    await put(vault, { day: DAY, body: LARGE });
    const away = new Error("away");
    const failing = through(vault, (sql, values) =>
      sql.includes("id IN") ? Promise.reject(away) : vault.database.execute(sql, values),
    );
    await expect(list(failing)).rejects.toBe(away);
  });
});

describe("how many records days have", () => {
  const count = (vault: UserVault, from: string, to: string) =>
    countByDay(vault, entryKind, from, to);

  it("is told of those that have any, within the range, those in the trash apart", async () => {
    const vault = await newVault();
    for (const day of ["2026-03-01", "2026-03-02", "2026-03-02", "2026-03-05", "2026-03-31"]) {
      await put(vault, { day });
    }
    await trash(vault, await put(vault, { day: "2026-03-02" }));
    await trash(vault, await put(vault, { day: "2026-03-03" }));
    expect(await count(vault, "2026-03-02", "2026-03-31")).toEqual([
      { day: "2026-03-02", count: 2 },
      { day: "2026-03-05", count: 1 },
      { day: "2026-03-31", count: 1 },
    ]);
    expect(await count(vault, "2026-03-03", "2026-03-04")).toEqual([]);
    expect(await count(vault, "2026-03-04", "2026-03-03")).toEqual([]);
  });

  it("opens nothing, and counts rows under the key of a rotation with those before it", async () => {
    const owner = await test.newOwner();
    await put(owner.vault, { day: DAY });
    const vault = await test.renewKey(owner);
    await put(vault, { day: DAY });
    const ofVersion = (): never => {
      throw new Error("nothing has to be opened");
    };
    const closed = { ...vault, keys: { ...vault.keys, ofVersion } };
    expect(await count(closed, DAY, DAY)).toEqual([{ day: DAY, count: 2 }]);
  });
});
