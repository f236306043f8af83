import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import type { Guard } from "../contract/endpoint.ts";
import { entryKind } from "../features/entries/entries.ts";
import { asUuid, uuidToBytes } from "../lib/ids.ts";
import { acceptVault, verifyVault } from "./integrity.ts";
import { createRecord, getRecord, patchRecord, putRecord, trashRecord } from "./records.ts";
import { listRecordVersions, restoreRecord } from "./history.ts";
import { type RecordKind } from "./record-state.ts";
import { insertRow } from "./statements.ts";
import type { UserVault } from "./user-vault.ts";
import { recordKey, versionTable } from "./versions.ts";

type Fields = typeof entryKind.fields._zod.output;

let test: TestVault;
let ada: Owner;
let id: string;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  test.clock.now = new Date("2026-11-21T20:00:00.000Z");
  ada = await test.newOwner();
  id = randomUUID();
});

const MINUTE = 60_000;
const later = (ms: number) => {
  test.clock.now = new Date(test.clock.now.getTime() + ms);
};
const fieldsOf = (title: string, more: Partial<Fields> = {}) =>
  entryKind.fields.parse({ day: "2026-11-21", title, ...more });
const put = async (title: string, guard?: Guard, more: Partial<Fields> = {}) =>
  putRecord(ada.vault, entryKind, id, {
    fields: fieldsOf(title, more),
    guard,
    now: test.clock.now,
  });
const patch = (change: object, guard?: Guard) =>
  patchRecord(ada.vault, entryKind, id, { patch: change, guard, now: test.clock.now });
const trash = (guard?: Guard) =>
  trashRecord(ada.vault, entryKind, id, { guard, now: test.clock.now });
const get = () => getRecord(ada.vault, entryKind, id);
const versions = (before = Number.MAX_SAFE_INTEGER, limit = 50) =>
  listRecordVersions(ada.vault, entryKind, id, { before, limit });
const titles = async () => (await versions()).versions.map((version) => version.title);
const restore = (rev: number, guard?: Guard) =>
  restoreRecord(ada.vault, entryKind, id, { rev, guard, now: test.clock.now });
const create = (title: string, idempotencyKey?: string) =>
  createRecord(ada.vault, entryKind, {
    fields: fieldsOf(title),
    idempotencyKey,
    now: test.clock.now,
  });
const rowOf = async (of = id) =>
  (await test.sql("vault", "SELECT * FROM daily_entries WHERE id = ?", uuidToBytes(of)))[0];

const NOT_FOUND = { code: "not_found" };
const UNREADABLE = { code: "record_unreadable" };

describe("a record", () => {
  it("comes back as it was written, with when and at which revision", async () => {
    const written = await put("First", undefined, { tags: ["a"], body: "text" });
    const at = test.clock.now.toISOString();
    expect(written).toEqual({
      isNew: true,
      record: {
        ...fieldsOf("First", { tags: ["a"], body: "text" }),
        id,
        rev: 1,
        createdAt: at,
        updatedAt: at,
      },
    });
    expect(await get()).toEqual(written.record);
    later(MINUTE);
    const again = await put("Second");
    expect(again).toMatchObject({
      isNew: false,
      record: { title: "Second", rev: 2, createdAt: at, updatedAt: test.clock.now.toISOString() },
    });
    expect(await get()).toEqual(again.record);
  });

  it("is not found before it is written, in the trash, or by another person", async () => {
    await expect(get()).rejects.toMatchObject(NOT_FOUND);
    await put("First");
    const eve = await test.newOwner();
    await expect(getRecord(eve.vault, entryKind, id)).rejects.toMatchObject(NOT_FOUND);
    await trash();
    await expect(get()).rejects.toMatchObject(NOT_FOUND);
  });

  it("lies in the trash for thirty days, from which a write takes it out as a new one", async () => {
    await put("First");
    await trash();
    expect(await rowOf()).toMatchObject({ purge_after: "2026-12-21", rev: 2 });
    for (const gone of [patch({ title: "x" }), trash(), versions(), restore(1)]) {
      await expect(gone).rejects.toMatchObject(NOT_FOUND);
    }
    expect(await put("Again")).toMatchObject({ isNew: true, record: { title: "Again", rev: 3 } });
    expect(await rowOf()).toMatchObject({ purge_after: null });
    expect(await titles()).toEqual(["First"]);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it("is nobody's to change or to throw away who did not write it", async () => {
    for (const gone of [patch({ title: "x" }), trash(), versions(), restore(1)]) {
      await expect(gone).rejects.toMatchObject(NOT_FOUND);
    }
    expect(
      await test.sql("vault", "SELECT 1 FROM daily_entries WHERE owner_id = ?", ada.ownerId),
    ).toEqual([]);
  });
});

describe("a guard", () => {
  it.each<[string, Guard, boolean, boolean, boolean]>([
    ["none", undefined, true, true, true],
    ["that there is none", "absent", true, false, true],
    ["that there is one", "present", false, true, false],
    ["its revision", { rev: 1 }, false, true, false],
    ["another revision", { rev: 2 }, false, false, false],
  ])("lets a write through when it holds: %s", async (_, guard, absent, present, trashed) => {
    const mismatch = (current: unknown) => ({
      code: "rev_mismatch",
      particulars: { members: { current } },
    });
    const [there, gone] = [randomUUID(), randomUUID()];
    const expectPut = async (at: string, holds: boolean, current: unknown) => {
      id = at;
      if (holds) expect((await put("Mine", guard)).record.title).toBe("Mine");
      else await expect(put("Mine", guard)).rejects.toMatchObject(mismatch(current));
    };
    await expectPut(id, absent, null);

    ada = await test.newOwner();
    id = there;
    const { record } = await put("Theirs");
    await expectPut(there, present, record);

    ada = await test.newOwner();
    id = gone;
    await put("Theirs");
    await trash();
    await expectPut(gone, trashed, null);
  });

  it("holds for changing, throwing away and restoring too, and a refused change leaves no trace", async () => {
    await put("First");
    const { record } = await put("Second");
    const current = { code: "rev_mismatch", particulars: { members: { current: record } } };
    for (const guard of ["absent", { rev: 1 }] as const) {
      for (const refused of [patch({ title: "x" }, guard), trash(guard), restore(1, guard)]) {
        await expect(refused).rejects.toMatchObject(current);
      }
    }
    expect(await get()).toEqual(record);
    expect(await titles()).toEqual(["First"]);
    // Nor did it take a revision.
    expect(await patch({ title: "Third" }, { rev: 2 })).toMatchObject({ rev: 3 });
    expect(await restore(2, { rev: 3 })).toMatchObject({ title: "Second", rev: 4 });
    await trash({ rev: 4 });
  });
});

describe("a merge patch", () => {
  it("changes what it names and nothing else, and null takes a field back to its default", async () => {
    const { record } = await put("First", undefined, { tags: ["a"], starred: true, time: "07:30" });
    later(MINUTE);
    expect(await patch({ title: "Second", starred: null, time: null })).toEqual({
      ...record,
      title: "Second",
      starred: false,
      time: null,
      rev: 2,
      updatedAt: test.clock.now.toISOString(),
    });
    expect(await patch({ title: undefined })).toMatchObject({ title: "", tags: ["a"] });
  });

  it("is refused, without a revision, when what comes out is no record", async () => {
    await put("First");
    for (const change of [
      { day: null },
      { day: "2026-02-30" },
      { mood: 1 },
      { id: randomUUID() },
    ]) {
      await expect(patch(change)).rejects.toMatchObject({ code: "invalid_request" });
    }
    await expect(patch({ day: "x" })).rejects.toMatchObject({
      particulars: { errors: [{ path: "body.day" }] },
    });
    expect(await get()).toMatchObject({ title: "First", rev: 1 });
  });
});

describe("the earlier states of a record", () => {
  it("are kept at each write without a revision, newest first, whole and with their times", async () => {
    const written = [];
    for (const title of ["First", "Second", "Third"]) {
      written.push((await put(title)).record);
      later(MINUTE);
    }
    expect(await versions()).toEqual({
      versions: [written[1], written[0]],
      next: null,
    });
  });

  it("are not kept again within one sitting of somebody who knows the revision, unless something is lost", async () => {
    await put("First");
    await put("First and", { rev: 1 });
    // It was the first to be kept.
    expect(await titles()).toEqual(["First"]);
    later(MINUTE);
    await put("First and more", { rev: 2 });
    expect(await titles()).toEqual(["First"]);
    later(MINUTE);
    await patch({ title: "First and more, still" }, { rev: 3 });
    expect(await titles()).toEqual(["First"]);
    await put("Cut", { rev: 4 });
    expect(await titles()).toEqual(["First and more, still", "First"]);
    later(11 * MINUTE);
    await put("Cut, and long after", { rev: 5 });
    expect(await titles()).toEqual(["Cut", "First and more, still", "First"]);
    await put("Cut, and long after, more", "present");
    await patch({ title: "Cut, and long after, more and more" });
    expect((await titles()).slice(0, 2)).toEqual([
      "Cut, and long after, more",
      "Cut, and long after",
    ]);
  });

  it("are looked for among the record's own: another one's do not count for the sitting", async () => {
    const mine = id;
    await put("First");
    id = randomUUID();
    await put("Other");
    await put("Other, more");
    const other = id;
    id = mine;
    await put("First, more", { rev: 1 });
    expect(await titles()).toEqual(["First"]);
    id = other;
    expect(await titles()).toEqual(["Other"]);
  });

  it("come in pages from below a revision, which say whether there is more", async () => {
    for (let n = 1; n <= 12; n++) await put(`T${n}`);
    const page = async (before: number, limit: number) => {
      const { versions: found, next } = await versions(before, limit);
      if (next !== null) expect(next).toBe(found.at(-1)?.rev);
      return [found.map((version) => version.rev), next !== null];
    };
    expect(await page(12, 20)).toEqual([[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], false]);
    expect(await page(12, 11)).toEqual([[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], false]);
    expect(await page(12, 10)).toEqual([[11, 10, 9, 8, 7, 6, 5, 4, 3, 2], true]);
    expect(await page(12, 8)).toEqual([[11, 10, 9, 8, 7, 6, 5, 4], true]);
    expect(await page(9, 7)).toEqual([[8, 7, 6, 5, 4, 3, 2], true]);
    expect(await page(9, 8)).toEqual([[8, 7, 6, 5, 4, 3, 2, 1], false]);
    expect(await page(5, 1)).toEqual([[4], true]);
    expect(await page(2, 1)).toEqual([[1], false]);
    expect(await page(1, 1)).toEqual([[], false]);
  });

  it("are read no further than a page needs", async () => {
    for (let n = 1; n <= 6; n++) await put(`T${n}`);
    const { database } = ada.vault;
    let reads = 0;
    const counting: UserVault = {
      ...ada.vault,
      database: {
        ...database,
        execute: (sql, values) => {
          if (sql.includes("FROM record_versions")) reads++;
          return database.execute(sql, values);
        },
      },
    };
    const page = { before: 6, limit: 1 };
    expect(await listRecordVersions(counting, entryKind, id, page)).toMatchObject({
      versions: [{ rev: 5 }],
      next: 5,
    });
    expect(reads).toBe(1);
  });

  it("end a page early when they are large, and say that there are more", async () => {
    await put("First");
    const { keys } = ada.vault;
    const at = test.clock.now.toISOString();
    const times = { createdAt: at, updatedAt: at };
    const fields = fieldsOf("Large", { body: "x".repeat(1024 * 1024) });
    await ada.vault.database.transaction(async (execute) => {
      for (let n = 0; n < 17; n++) {
        const version = { kind: "entries", recordId: id, keptAt: at, fields, ...times };
        const row = versionTable.sealRow(keys, randomBytes(16), 100 + n, version);
        await insertRow(execute, versionTable, ada.ownerId, row);
      }
    });
    const first = await versions();
    expect(first.versions.map(({ rev }) => rev)).toEqual([116, 115, 114, 113, 112, 111, 110, 109]);
    expect(first.next).toBe(109);
  });

  it("are another record's or another kind's for nobody", async () => {
    await put("First");
    await put("Second");
    const { keys } = ada.vault;
    const [row] = await test.sql(
      "vault",
      "SELECT record_key FROM record_versions WHERE owner_id = ?",
      ada.ownerId,
    );
    const at = test.clock.now.toISOString();
    for (const [kind, recordId] of [
      ["goals", id],
      ["entries", randomUUID()],
    ] as const) {
      const fields = fieldsOf("Planted");
      const version = { kind, recordId, keptAt: at, fields, createdAt: at, updatedAt: at };
      const planted = versionTable.sealRow(keys, randomBytes(16), 50, version);
      // As authentic as can be, under the record's own blind value.
      const bytes = { ...planted.bytes, recordKey: row?.["record_key"] as Uint8Array };
      await insertRow(ada.vault.database.execute, versionTable, ada.ownerId, { ...planted, bytes });
      expect(await versions()).toMatchObject({ versions: [{ title: "First" }], unreadable: 1 });
      await expect(restore(50)).rejects.toMatchObject(UNREADABLE);
      await test.sql("vault", "DELETE FROM record_versions WHERE rev = 50");
    }
    expect(await titles()).toEqual(["First"]);
  });

  it("can be restored, which is a write like any other and never within a sitting", async () => {
    const { record } = await put("First", undefined, { tags: ["a"], body: "text" });
    later(MINUTE);
    await put("Second");
    later(MINUTE);
    const restored = await restore(1, { rev: 2 });
    expect(restored).toEqual({ ...record, rev: 3, updatedAt: test.clock.now.toISOString() });
    expect(await get()).toEqual(restored);
    expect(await titles()).toEqual(["Second", "First"]);
    // Nothing is lost when what was cut off comes back, and a state was kept a moment ago.
    await put("First, and more", { rev: 3 }, { tags: ["a"], body: "text" });
    await put("First", { rev: 4 }, { tags: ["a"], body: "text" });
    const kept = await titles();
    expect(kept[0]).toBe("First, and more");
    expect(await restore(4, { rev: 5 })).toMatchObject({ title: "First, and more", rev: 6 });
    expect(await titles()).toEqual(["First", ...kept]);
  });

  it.each<[string, (vault: UserVault) => Promise<unknown>]>([
    [
      "thrown away",
      (vault) => trashRecord(vault, entryKind, id, { guard: undefined, now: test.clock.now }),
    ],
    ["deleted", () => test.sql("vault", "DELETE FROM daily_entries WHERE id = ?", uuidToBytes(id))],
  ])("are not restored when the record is %s meanwhile", async (_, remove) => {
    await put("First");
    await put("Second");
    const { database } = ada.vault;
    let isRemoved = false;
    const racing: UserVault = {
      ...ada.vault,
      database: {
        ...database,
        execute: async (sql, values) => {
          const rows = await database.execute(sql, values);
          if (sql.includes("FROM record_versions") && !isRemoved) {
            isRemoved = true;
            await remove(ada.vault);
          }
          return rows as never;
        },
      },
    };
    const restored = restoreRecord(racing, entryKind, id, {
      rev: 1,
      guard: undefined,
      now: test.clock.now,
    });
    await expect(restored).rejects.toMatchObject(NOT_FOUND);
    expect(isRemoved).toBe(true);
    await expect(get()).rejects.toMatchObject(NOT_FOUND);
  });

  it("are restored without opening the record twice", async () => {
    await put("First");
    await put("Second");
    let opened = 0;
    const counting: RecordKind<Fields, Omit<Fields, "body">> = {
      ...entryKind,
      table: {
        ...entryKind.table,
        openRow: (keys, row) => {
          opened++;
          return entryKind.table.openRow(keys, row);
        },
      },
    };
    const write = { rev: 1, guard: undefined, now: test.clock.now };
    expect(await restoreRecord(ada.vault, counting, id, write)).toMatchObject({ title: "First" });
    expect(opened).toBe(1);
  });

  it("cannot be restored by a revision that is none of them", async () => {
    await put("First");
    await put("Second");
    await put("Third");
    for (const rev of [0, 3, 4, 1000]) {
      await expect(restore(rev)).rejects.toMatchObject({
        code: "not_found",
        particulars: { detail: expect.stringContaining("earlier state") },
      });
    }
    await expect(restore(2)).resolves.toMatchObject({ title: "Second", rev: 4 });
  });
});

describe("a record that does not open", () => {
  const damage = (column: string, table = "daily_entries") =>
    test.sql(
      "vault",
      `UPDATE ${table} SET ${column} = INSERT(${column}, 60, 1, CHAR(ASCII(SUBSTR(${column}, 60, 1)) ^ 1)) WHERE owner_id = ? ORDER BY rev DESC LIMIT 1`,
      ada.ownerId,
    );
  let heard = 0;
  const write = (guard?: Guard) => ({
    guard,
    now: test.clock.now,
    onUnreadable: () => {
      heard++;
    },
  });
  const putAs = (guard?: Guard) =>
    putRecord(ada.vault, entryKind, id, { fields: fieldsOf("New"), ...write(guard) });
  beforeEach(async () => {
    heard = 0;
    await put("First");
    later(MINUTE);
    await put("Second");
    later(MINUTE);
  });

  it.each(["sealed", "body"])("is neither shown nor patched: %s", async (column) => {
    await damage(column);
    await expect(get()).rejects.toMatchObject(UNREADABLE);
    await expect(patch({ title: "x" })).rejects.toMatchObject(UNREADABLE);
    // Its revision stands beside the boxes; what is there at another one cannot be shown.
    await expect(putAs("absent")).rejects.toMatchObject(UNREADABLE);
    await expect(putAs({ rev: 1 })).rejects.toMatchObject(UNREADABLE);
    expect(await rowOf()).toMatchObject({ rev: 2 });
    expect(heard).toBe(0);
  });

  it.each<[string, Guard]>([
    ["without a guard", undefined],
    ["whatever it is", "present"],
    ["by its revision", { rev: 2 }],
  ])("can be written over, and leaves no earlier state: %s", async (_, guard) => {
    await damage("body");
    expect(await putAs(guard)).toMatchObject({ isNew: false, record: { title: "New", rev: 3 } });
    expect(heard).toBe(1);
    expect(await titles()).toEqual(["First"]);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    // It is one that opens again.
    await patch({ title: "Newer" });
    expect(await titles()).toEqual(["New", "First"]);
  });

  it("can be restored to an earlier state, with the time it was made", async () => {
    const [first] = (await versions()).versions;
    await damage("sealed");
    const restored = await restoreRecord(ada.vault, entryKind, id, {
      rev: 1,
      ...write({ rev: 2 }),
    });
    expect(restored).toEqual({ ...first, rev: 3, updatedAt: test.clock.now.toISOString() });
    expect(await get()).toEqual(restored);
    expect(await titles()).toEqual(["First"]);
    expect(heard).toBe(1);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it("can be thrown away, as it is, and written anew", async () => {
    await damage("sealed");
    const before = await rowOf();
    await trashRecord(ada.vault, entryKind, id, write({ rev: 2 }));
    expect(await rowOf()).toEqual({ ...before, rev: 3, purge_after: "2026-12-21" });
    expect(heard).toBe(1);
    await expect(get()).rejects.toMatchObject(NOT_FOUND);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    expect(await putAs("absent")).toMatchObject({ isNew: true, record: { rev: 4 } });
    expect(heard).toBe(2);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it("can be thrown away and written over whatever number its revision was made", async () => {
    for (const again of [() => trash(), () => put("Third")]) {
      await test.sql(
        "vault",
        "UPDATE daily_entries SET rev = 18446744073709551615 WHERE owner_id = ?",
        ada.ownerId,
      );
      await again();
    }
    expect(await get()).toMatchObject({ title: "Third", rev: 4 });
  });

  it("shows its earlier states, but those that do not open either, in pages that go on below them", async () => {
    await put("Third");
    await put("Fourth");
    await damage("sealed");
    await damage("sealed", "record_versions");
    const all = await versions();
    expect(all).toMatchObject({ versions: [{ rev: 2 }, { rev: 1 }], next: null, unreadable: 1 });
    expect(await versions(4, 1)).toEqual({ versions: [], next: 3, unreadable: 1 });
    expect(await versions(3, 1)).toMatchObject({ versions: [{ rev: 2 }], next: 2 });
    await expect(restore(3)).rejects.toMatchObject(UNREADABLE);
    expect(await restore(2)).toMatchObject({ title: "Second", rev: 5 });
  });

  it("is what a repeated call made, for all that can be known", async () => {
    const { id: made } = await create("Same", "key-1");
    await damage("body");
    await expect(create("Same", "key-1")).rejects.toMatchObject(UNREADABLE);
    await expect(getRecord(ada.vault, entryKind, made)).rejects.toMatchObject(UNREADABLE);
  });

  it("has a fault that is none of its bytes for an error, not for something to write over", async () => {
    const broken: RecordKind<Fields, Omit<Fields, "body">> = {
      ...entryKind,
      table: {
        ...entryKind.table,
        openRow: () => {
          throw new RangeError("a fault");
        },
      },
    };
    const refused = putRecord(ada.vault, broken, id, { fields: fieldsOf("New"), ...write() });
    await expect(refused).rejects.toThrow(RangeError);
    expect(await get()).toMatchObject({ title: "Second", rev: 2 });
  });
});

describe("an earlier state that does not open", () => {
  it("keeps nobody from going on writing, and ends the sitting", async () => {
    await put("First");
    await put("First and", { rev: 1 });
    await test.sql(
      "vault",
      "UPDATE record_versions SET id = REVERSE(id) WHERE owner_id = ?",
      ada.ownerId,
    );
    await put("First and more", { rev: 2 });
    expect(await get()).toMatchObject({ title: "First and more", rev: 3 });
    expect(await versions()).toMatchObject({ versions: [{ rev: 2 }], unreadable: 1 });
  });
});

describe("a row that was put back to a state which was kept already", () => {
  const kept = () =>
    test.sql("vault", "SELECT * FROM record_versions WHERE owner_id = ? ORDER BY rev", ada.ownerId);
  const damage = "`sealed` = INSERT(`sealed`, 60, 1, CHAR(ASCII(SUBSTR(`sealed`, 60, 1)) ^ 1))";

  /** The first state is kept at revision 1 and comes back, and the operator takes the vault as it is. */
  async function putBack(
    meanwhile: () => Promise<unknown>,
    former: readonly string[] = ["First"],
  ): Promise<void> {
    for (const title of former) await put(title);
    const [row] = await test.sql(
      "vault",
      "SELECT * FROM daily_entries WHERE owner_id = ?",
      ada.ownerId,
    );
    await put("Second");
    await meanwhile();
    await test.sql("vault", "DELETE FROM daily_entries WHERE owner_id = ?", ada.ownerId);
    await test.sql("vault", "INSERT INTO daily_entries SET ?", row);
    await acceptVault(ada.vault, "test");
  }
  const renewKey = async () => {
    ada = { ...ada, vault: await test.renewKey(ada) };
  };

  it.each<[string, () => Promise<unknown>]>([
    ["as it was", () => Promise.resolve()],
    ["under an earlier data key", renewKey],
  ])("leaves that state as it is: %s", async (_, meanwhile) => {
    await putBack(meanwhile);
    const before = await kept();
    expect(before).toHaveLength(1);
    await put("Third", { rev: 1 });
    expect(await kept()).toEqual(before);
    expect(await titles()).toEqual(["First"]);
    await put("Fourth");
    expect(await titles()).toEqual(["Third", "First"]);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it.each<[string, () => Promise<unknown>]>([
    ["as it was", () => Promise.resolve()],
    ["under an earlier data key", renewKey],
  ])("mends that state where it does not open: %s", async (_, meanwhile) => {
    await putBack(async () => {
      await meanwhile();
      await test.sql(
        "vault",
        `UPDATE record_versions SET ${damage} WHERE owner_id = ?`,
        ada.ownerId,
      );
    });
    const [before] = await kept();
    await put("Third");
    expect(await kept()).toMatchObject([{ id: before?.["id"] as Buffer, rev: 1 }]);
    expect(await versions()).toMatchObject({ versions: [{ title: "First", rev: 1 }] });
    expect(await versions()).not.toHaveProperty("unreadable");
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it("mends that state though one before it opens", async () => {
    const damageLast = async () => {
      await renewKey();
      const sql = `UPDATE record_versions SET ${damage} WHERE owner_id = ? AND rev = 2`;
      await test.sql("vault", sql, ada.ownerId);
    };
    await putBack(damageLast, ["Zeroth", "First"]);
    await put("Third");
    expect(await titles()).toEqual(["First", "Zeroth"]);
  });

  it.each([
    ["mends the one under the key in use, where neither opens", true],
    ["leaves both, where the one under an earlier key opens", false],
  ])("%s", async (_, isDamaged) => {
    await putBack(async () => {
      if (isDamaged) {
        await test.sql(
          "vault",
          `UPDATE record_versions SET ${damage} WHERE owner_id = ?`,
          ada.ownerId,
        );
      }
      await renewKey();
      const blind = ada.vault.keys.active.blind(
        "record_versions",
        "recordKey",
        recordKey(entryKind.kind, id),
      );
      await test.sql(
        "vault",
        "INSERT INTO record_versions SELECT owner_id, REVERSE(id), rev, purge_after, ?, sealed FROM record_versions WHERE owner_id = ?",
        ...[Buffer.from(blind), ada.ownerId],
      );
    });
    const before = await kept();
    await put("Third");
    expect(await kept()).toHaveLength(2);
    if (!isDamaged) expect(await kept()).toEqual(before);
    expect(await titles()).toEqual(["First"]);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });
});

describe("creating a record", () => {
  it("gives each call a record of its own without an idempotency key", async () => {
    const [one, other] = [await create("Same"), await create("Same")];
    expect(one.id).not.toBe(other.id);
    expect([one.rev, other.rev]).toEqual([1, 2]);
  });

  it("answers a repeated call with what the first one made, once, also when both come at once", async () => {
    const first = await create("Same", "key-1");
    expect(await create("Same", "key-1")).toEqual(first);
    const made = await Promise.all([1, 2, 3].map(() => create("At once", "key-2")));
    expect(new Set(made.map((record) => record.id)).size).toBe(1);
    expect(made[0]?.id).not.toBe(first.id);
    const rows = await test.sql(
      "vault",
      "SELECT rev FROM daily_entries WHERE owner_id = ?",
      ada.ownerId,
    );
    expect(rows).toHaveLength(2);
  });

  it("answers with the record of before also when the data key was rotated meanwhile", async () => {
    const first = await create("Same", "key-1");
    const { active } = ada.vault.keys;
    expect(first.id).toBe(asUuid(active.blind("daily_entries", "idempotency_key", "key-1")));
    ada = { ...ada, vault: await test.renewKey(ada) };
    expect(ada.vault.keys.active.version).toBe(2);
    expect(await create("Same", "key-1")).toEqual(first);
    await expect(create("Other", "key-1")).rejects.toMatchObject({ code: "conflict" });
    expect((await create("Same", "key-2")).id).not.toBe(first.id);
  });

  it("refuses a key that was used for other content or for what is in the trash, and says for which", async () => {
    const first = await create("Same", "key-1");
    const conflict = {
      code: "conflict",
      particulars: {
        detail: expect.stringContaining("Idempotency-Key"),
        members: { id: first.id },
      },
    };
    await expect(create("Other", "key-1")).rejects.toMatchObject(conflict);
    // Of what it was made nobody can say any more.
    later(MINUTE);
    id = first.id;
    const { record } = await put("Changed");
    expect(await create("Other", "key-1")).toEqual(record);
    await trash();
    await expect(create("Same", "key-1")).rejects.toMatchObject(conflict);
    await expect(create("Changed", "key-1")).rejects.toMatchObject(conflict);
  });

  it("means another record for another person and for another kind", async () => {
    const first = await create("Same", "key-1");
    ada = await test.newOwner();
    expect((await create("Same", "key-1")).id).not.toBe(first.id);
  });

  it("tells a repeated call from a fault in writing, which is not swallowed", async () => {
    const broken: RecordKind<Fields, Omit<Fields, "body">> = {
      ...entryKind,
      dayOf: () => {
        throw new RangeError("a fault");
      },
    };
    const fields = fieldsOf("Same");
    const made = createRecord(ada.vault, broken, {
      fields,
      idempotencyKey: "key-1",
      now: test.clock.now,
    });
    await expect(made).rejects.toThrow(RangeError);
    expect(await rowOf()).toBeUndefined();
  });
});
