import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import { entryTable } from "../features/entries/table.ts";
import type { Execute } from "../lib/database.ts";
import { hex } from "../lib/ids.ts";
import {
  countAll,
  countRows,
  findHead,
  findRow,
  highestRev,
  insertHead,
  insertKey,
  insertRow,
  listBlind,
  listHeads,
  listRevs,
  listRows,
  listSealed,
  listTrash,
  listVersions,
  lockHead,
  updateHead,
  updateRow,
  wasErased,
} from "./statements.ts";
import type { StoredRow } from "./table.ts";
import { versionTable } from "./versions.ts";

let test: TestVault;
let execute: Execute;
beforeAll(async () => {
  test = await openTestVault();
  ({ execute } = test.deps.vaultDatabase);
});
afterAll(() => test.close());

const newId = () => randomBytes(16);
/** Bytes as a box begins. */
const bytes = (length = 120) => Buffer.concat([Buffer.from([0xf9, 0x01]), randomBytes(length - 2)]);
/** A row as it may be stored: the statements know nothing of what is in boxes. */
const entryRow = (rev: number, change: Partial<StoredRow> = {}): StoredRow => ({
  id: newId(),
  rev,
  purgeAfter: null,
  bytes: { dayKey: newId(), sealed: bytes(), body: bytes() },
  ...change,
});
const trashed = (rev: number, change: Partial<StoredRow> = {}) =>
  entryRow(rev, { purgeAfter: "2026-12-24", ...change });
const insert = async (ownerId: Uint8Array, ...rows: StoredRow[]) => {
  for (const row of rows) await insertRow(execute, entryTable, ownerId, row);
};
const ids = (rows: readonly { id: Uint8Array }[]) => rows.map(({ id }) => hex(id)).toSorted();
const only = (row: StoredRow, ...columns: string[]): StoredRow => ({
  ...row,
  bytes: Object.fromEntries(
    Object.entries(row.bytes).filter(([column]) => columns.includes(column)),
  ),
});

describe("a head", () => {
  it("is what was made first, then what was written, and its owner's alone", async () => {
    const [one, other] = [newId(), newId()];
    const [first, second] = [
      { rev: 0, sealed: bytes() },
      { rev: 7, sealed: bytes() },
    ];
    for (const read of [findHead, lockHead]) expect(await read(execute, one)).toBeNull();
    await insertHead(execute, one, first);
    await insertHead(execute, one, second);
    for (const read of [findHead, lockHead]) {
      expect(await read(execute, one)).toEqual(first);
      expect(await read(execute, other)).toBeNull();
    }
    await insertHead(execute, other, first);
    await updateHead(execute, one, second);
    expect(await findHead(execute, one)).toEqual(second);
    expect(await findHead(execute, other)).toEqual(first);
  });

  it("that is locked is nobody else's to lock until the end of the transaction", async () => {
    const owner = newId();
    await insertHead(execute, owner, { rev: 0, sealed: bytes() });
    let isOver = false;
    const { vaultDatabase } = test.deps;
    let other = Promise.resolve();
    await vaultDatabase.transaction(async (first) => {
      await lockHead(first, owner);
      other = vaultDatabase.transaction(async (second) => {
        await lockHead(second, owner);
        expect(isOver).toBe(true);
      });
      await new Promise((done) => setTimeout(done, 50));
      isOver = true;
    });
    await other;
  });
});

describe("who was erased", () => {
  it("is known of each by themselves", async () => {
    const [one, other] = [newId(), newId()];
    await test.sql("vault", "INSERT INTO erasures (owner_id) VALUES (?)", one);
    expect(await wasErased(execute, one)).toBe(true);
    expect(await wasErased(execute, other)).toBe(false);
  });
});

describe("a mirrored key", () => {
  it("is stored as it is, and not written over", async () => {
    const owner: Owner = await test.newOwner();
    const [dek] = owner.vault.keys.wrapped;
    if (dek === undefined) throw new Error("there is a key");
    await insertKey(execute, owner.ownerId, dek);
    await insertKey(execute, owner.ownerId, { ...dek, mekRef: "local:other" });
    const rows = await test.sql(
      "vault",
      "SELECT * FROM vault_keys WHERE owner_id = ?",
      owner.ownerId,
    );
    expect(rows).toMatchObject([
      { version: 1, method: "mek", mek_ref: dek.mekRef, suite: dek.suite },
    ]);
    expect([rows[0]?.["dek_id"], rows[0]?.["blob"]]).toEqual([
      Buffer.from(dek.dekId),
      Buffer.from(dek.blob),
    ]);
  });
});

describe("rows", () => {
  let owner: Buffer;
  let other: Buffer;
  beforeEach(() => {
    [owner, other] = [newId(), newId()];
  });

  it("are read as they were written, then as they were written over", async () => {
    const [row, neighbour] = [entryRow(1), entryRow(2)];
    await insert(owner, row, neighbour);
    expect(await findRow(execute, entryTable, owner, row.id)).toEqual(row);
    expect(await findRow(execute, entryTable, other, row.id)).toBeNull();
    expect(await findRow(execute, entryTable, owner, newId())).toBeNull();
    const after = trashed(3, { id: row.id });
    await updateRow(execute, entryTable, owner, after);
    expect(await findRow(execute, entryTable, owner, row.id)).toEqual(after);
    expect(await findRow(execute, entryTable, owner, neighbour.id)).toEqual(neighbour);
    await updateRow(execute, entryTable, other, entryRow(9, { id: row.id }));
    expect(await findRow(execute, entryTable, owner, row.id)).toEqual(after);
  });

  it("are read by their ids, with their boxes, those in the trash and of others apart", async () => {
    const rows = [entryRow(1), entryRow(2), entryRow(3)];
    const gone = trashed(4);
    const foreign = entryRow(1);
    await insert(owner, ...rows, gone);
    await insert(other, foreign);
    const asked = [...rows.slice(0, 2), gone, foreign].map(({ id }) => id);
    const found = await listRows(execute, entryTable, owner, asked);
    expect(ids(found)).toEqual(ids(rows.slice(0, 2)));
    const [first] = rows;
    expect(found.find(({ rev }) => rev === 1)).toEqual(first && only(first, "sealed", "body"));
    expect(await listRows(execute, entryTable, owner, [])).toEqual([]);
  });

  it("are listed by a blind value, with the first box and the size of the rest", async () => {
    const [day, otherDay] = [newId(), newId()];
    const on = (rev: number, dayKey: Uint8Array, more: Partial<StoredRow> = {}) =>
      entryRow(rev, { ...more, bytes: { dayKey, sealed: bytes(), body: bytes(120 + rev) } });
    const rows = [
      on(1, day),
      on(2, otherDay),
      on(3, newId()),
      on(4, day, { purgeAfter: "2026-12-24" }),
    ];
    await insert(owner, ...rows);
    await insert(other, on(1, day));
    const found = await listHeads(execute, entryTable, "dayKey", owner, [day, otherDay]);
    expect(found.toSorted((a, b) => a.rev - b.rev)).toEqual(
      rows
        .slice(0, 2)
        .map((row) => ({ ...only(row, "dayKey", "sealed"), unreadBytes: 120 + row.rev })),
    );
    expect(await listHeads(execute, entryTable, "dayKey", owner, [])).toEqual([]);
    const counts = await countRows(execute, entryTable, "dayKey", owner, [day, otherDay, newId()]);
    expect(counts).toEqual(
      new Map([
        [hex(day), 1],
        [hex(otherDay), 1],
      ]),
    );
  });

  it("of a table with one box leave nothing unread", async () => {
    const recordKey = newId();
    const row = { ...entryRow(1), bytes: { recordKey, sealed: bytes() } };
    await insertRow(execute, versionTable, owner, row);
    expect(await listHeads(execute, versionTable, "recordKey", owner, [recordKey])).toEqual([
      { ...only(row, "recordKey", "sealed"), unreadBytes: 0 },
    ]);
  });

  it("are counted, in the trash and out of it", async () => {
    await insert(owner, entryRow(1), entryRow(2), trashed(3));
    await insert(other, trashed(1));
    expect(await countAll(execute, "daily_entries", owner)).toEqual({ live: 2, trashed: 1 });
    expect(await countAll(execute, "daily_entries", newId())).toEqual({ live: 0, trashed: 0 });
  });

  it("have a highest revision, in each table, which is 0 where there are none", async () => {
    await insert(owner, entryRow(3), trashed(7), entryRow(5));
    await insert(other, entryRow(9));
    expect(await highestRev(execute, "daily_entries", owner)).toBe(7);
    expect(await highestRev(execute, "record_versions", owner)).toBe(0);
  });

  it("of earlier states are read downwards from a revision, of one record", async () => {
    const [record, another] = [newId(), newId()];
    const state = (rev: number, recordKey: Uint8Array) => ({
      ...entryRow(rev),
      bytes: { recordKey, sealed: bytes() },
    });
    const states = [1, 2, 3, 4].map((rev) => state(rev, record));
    for (const row of [...states, state(2, another)]) {
      await insertRow(execute, versionTable, owner, row);
    }
    await insertRow(execute, versionTable, other, state(2, record));
    const range = { recordKeys: [record], before: 4, limit: 2 };
    const found = await listVersions(execute, versionTable, owner, range);
    expect(found).toEqual([states[2], states[1]].map((row) => row && only(row, "sealed")));
  });

  it("are asked for by lists of few lengths, so that few plans are prepared", async () => {
    const plans = new Set<string>();
    const lengths: number[] = [];
    const preparing: Execute = (sql, values) => {
      plans.add(sql);
      lengths.push(values.length - 1);
      return execute(sql, values);
    };
    const rows = Array.from({ length: 9 }, (_, i) => entryRow(i + 1));
    await insert(owner, ...rows);
    for (let count = 1; count <= 9; count++) {
      const asked = rows.slice(0, count);
      const found = await listRows(
        preparing,
        entryTable,
        owner,
        asked.map(({ id }) => id),
      );
      expect(ids(found)).toEqual(ids(asked));
    }
    expect(lengths).toEqual([1, 2, 4, 4, 8, 8, 8, 8, 16]);
    expect(plans.size).toBe(5);
  });
});

/** Two pages and a half, and two pages that are full, after which there may be a third. */
describe.each([2500, 2000, 1, 0])("an owner with %d rows in each table", (count) => {
  const owner = randomBytes(16);
  const box = "CONCAT(UNHEX('F901'), RANDOM_BYTES(112))";
  beforeAll(async () => {
    // Half of them in the trash, by hundreds on one day; ten records with their earlier states, whose revisions meet.
    const trashedOn = "IF(seq % 2 = 0, '2026-11-01' + INTERVAL seq MOD 5 DAY, NULL)";
    for (const someone of [owner, randomBytes(16)]) {
      await test.sql(
        "vault",
        `INSERT INTO daily_entries (owner_id, id, rev, purge_after, day_key, sealed, body)
         SELECT ?, RANDOM_BYTES(16), seq * 3, ${trashedOn}, UNHEX(MD5(seq DIV 2)), ${box}, ${box} FROM seq_1_to_2500 LIMIT ${count}`,
        someone,
      );
      await test.sql(
        "vault",
        `INSERT INTO record_versions (owner_id, id, rev, purge_after, record_key, sealed)
         SELECT ?, RANDOM_BYTES(16), seq DIV 10, ${trashedOn}, UNHEX(MD5(seq MOD 10)), ${box} FROM seq_1_to_2500 LIMIT ${count}`,
        someone,
      );
    }
  });

  it.each(["daily_entries", "record_versions"] as const)(
    "each row of %s is read once, and nobody else's",
    async (table) => {
      const stored = await test.sql(
        "vault",
        `SELECT id, rev, purge_after FROM ${table} WHERE owner_id = ?`,
        owner,
      );
      expect(stored).toHaveLength(count);

      const revs: string[] = [];
      for await (const rows of listRevs(execute, table, owner)) {
        for (const { id, rev } of rows) revs.push(`${hex(id)} ${rev}`);
      }
      expect(revs.sort()).toEqual(
        stored.map((row) => `${hex(row["id"] as Buffer)} ${Number(row["rev"])}`).sort(),
      );

      const trash: string[] = [];
      for await (const rows of listTrash(execute, table, owner)) {
        for (const { id, purgeAfter } of rows) trash.push(`${hex(id)} ${purgeAfter}`);
      }
      const expected = await test.sql(
        "vault",
        `SELECT LOWER(HEX(id)) AS id, CAST(purge_after AS CHAR) AS day FROM ${table} WHERE owner_id = ? AND purge_after IS NOT NULL`,
        owner,
      );
      expect(trash.sort()).toEqual(
        expected.map((row) => `${String(row["id"])} ${String(row["day"])}`).sort(),
      );
    },
  );

  it("each first box is read once, and each blind value", async () => {
    const stored = await test.sql("vault", "SELECT * FROM daily_entries WHERE owner_id = ?", owner);
    const sealed: string[] = [];
    let asked = 0;
    const counting: Execute = (sql, values) => {
      asked++;
      return execute(sql, values);
    };
    let pages = 0;
    for await (const rows of listSealed(counting, entryTable, owner)) {
      pages++;
      for (const { id, bytes: boxes } of rows) {
        expect(Object.keys(boxes)).toEqual(["sealed"]);
        sealed.push(`${hex(id)} ${hex(boxes["sealed"] ?? new Uint8Array())}`);
      }
    }
    expect(sealed.sort()).toEqual(
      stored.map((row) => `${hex(row["id"] as Buffer)} ${hex(row["sealed"] as Buffer)}`).sort(),
    );
    // Nothing is asked for in vain, but to learn that a full page was the last.
    expect(pages).toBe(Math.ceil(count / 1000));
    expect(asked).toBe(Math.floor(count / 1000) + 1);

    const values: string[] = [];
    for await (const page of listBlind(execute, entryTable, "dayKey", owner)) {
      values.push(...page.map(hex));
    }
    expect(values.sort()).toEqual(
      [...new Set(stored.map((row) => hex(row["day_key"] as Buffer)))].sort(),
    );
  });
});
