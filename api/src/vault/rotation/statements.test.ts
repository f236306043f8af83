import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import { entryKind } from "../../features/entries/entries.ts";
import { entryTable } from "../../features/entries/table.ts";
import type { Execute } from "../../lib/database.ts";
import { hex, uuidToBytes } from "../../lib/ids.ts";
import { START } from "../../platform/rotation-statements.ts";
import { putRecord } from "../records.ts";
import { findRow } from "../statements.ts";
import type { UserVault } from "../user-vault.ts";
import {
  addMirror,
  countBoxes,
  countRows,
  deleteMirror,
  isUnder,
  keyNameIn,
  listMirrorsNotUnder,
  listMirrorsOf,
  listOwnersWithHead,
  listStaleRows,
  readRows,
  replaceMirror,
  replaceRow,
  type Mirror,
} from "./statements.ts";

let test: TestVault;
let execute: Execute;
let ada: Owner;
let eve: Owner;
beforeAll(async () => {
  test = await openTestVault();
  ({ execute } = test.deps.vaultDatabase);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  const owners = [await test.newOwner(), await test.newOwner()];
  owners.sort((one, other) => one.ownerId.compare(other.ownerId));
  [ada, eve] = owners as [Owner, Owner];
});

async function write({ vault }: { vault: UserVault }): Promise<Buffer> {
  const id = randomUUID();
  const fields = entryKind.fields.parse({ day: "2026-11-21", body: "words" });
  await putRecord(vault, entryKind, id, { fields, guard: undefined, now: test.clock.now });
  return uuidToBytes(id);
}
const dekOf = ({ vault }: Owner) => {
  const [dek] = vault.keys.wrapped;
  if (dek === undefined) throw new Error("there is a key");
  return dek;
};
const add = (owner: Owner, change: Partial<ReturnType<typeof dekOf>> = {}) =>
  addMirror(test.deps.vaultDatabase, owner.ownerId, { ...dekOf(owner), ...change });
const stored = () => test.sql("vault", "SELECT * FROM vault_keys ORDER BY owner_id, version");
const nameOf = ({ ownerId, version }: Pick<Mirror, "ownerId" | "version">) =>
  `${hex(ownerId)} ${version}`;
const ID = () => new Uint8Array(randomBytes(16));

describe("a mirror", () => {
  it("is added as the key is, once", async () => {
    const dek = dekOf(ada);
    expect(await add(ada)).toBe(true);
    expect(await add(ada, { mekRef: "local:other" })).toBe(false);
    expect(await add(ada, { version: 2 })).toBe(true);
    expect(await listMirrorsOf(execute, [ada.ownerId])).toMatchObject([
      { version: 1, mekRef: dek.mekRef, suite: dek.suite },
      { version: 2, mekRef: dek.mekRef, suite: dek.suite },
    ]);
    const [mirror] = await listMirrorsOf(execute, [ada.ownerId]);
    expect(
      [mirror?.dekId, mirror?.blob, mirror?.ownerId].map((bytes) => bytes && hex(bytes)),
    ).toEqual([dek.dekId, dek.blob, ada.ownerId].map(hex));
  });

  it("is not added for somebody who was erased", async () => {
    await test.sql("vault", "INSERT INTO erasures (owner_id) VALUES (?)", ada.ownerId);
    expect(await add(ada)).toBe(false);
    expect(await add(eve)).toBe(true);
    expect(await stored()).toHaveLength(1);
  });

  it("is listed for the owners asked for", async () => {
    for (const owner of [ada, eve]) await add(owner);
    expect((await listMirrorsOf(execute, [eve.ownerId, ID()])).map(nameOf)).toEqual([
      `${hex(eve.ownerId)} 1`,
    ]);
    expect(await listMirrorsOf(execute, [])).toEqual([]);
  });

  it("is listed while it is not under a master key, a batch after the other", async () => {
    const third = await test.newOwner(new Uint8Array(16).fill(0xff));
    for (const owner of [ada, eve, third]) await add(owner);
    await add(ada, { version: 2 });
    await add(eve, { version: 2, mekRef: "local:moved" });
    const all = [
      `${hex(ada.ownerId)} 1`,
      `${hex(ada.ownerId)} 2`,
      `${hex(eve.ownerId)} 1`,
      `${hex(third.ownerId)} 1`,
    ];
    const found: string[] = [];
    for (let after = START; ;) {
      const batch = await listMirrorsNotUnder(execute, "local:moved", after, 2);
      expect(batch.length).toBeLessThanOrEqual(2);
      found.push(...batch.map(nameOf));
      const last = batch.at(-1);
      if (last === undefined) break;
      after = last;
    }
    expect(found).toEqual(all);
  });

  it("is replaced and deleted by itself, and only as long as it is what was read", async () => {
    for (const owner of [ada, eve]) await add(owner);
    await add(ada, { version: 2 });
    const [mirror] = await listMirrorsOf(execute, [ada.ownerId]);
    if (mirror === undefined) throw new Error("there is a mirror");
    const before = await stored();
    const blob = new Uint8Array(randomBytes(60));
    const after = { ...mirror, dekId: ID(), mekRef: "local:new", suite: 2, blob };
    expect(await replaceMirror(execute, { ...mirror, blob: ID() }, after)).toBe(false);
    expect(await stored()).toEqual(before);
    expect(await replaceMirror(execute, mirror, after)).toBe(true);
    expect(await replaceMirror(execute, mirror, after)).toBe(false);
    const changed = {
      dek_id: Buffer.from(after.dekId),
      mek_ref: "local:new",
      suite: 2,
      blob: Buffer.from(blob),
    };
    expect(await stored()).toEqual([{ ...before[0], ...changed }, before[1], before[2]]);
    await deleteMirror(execute, ada.ownerId, 1);
    expect(await stored()).toEqual(before.slice(1));
  });
});

describe("owners who wrote something", () => {
  it("are those of whom there is a head", async () => {
    await write(ada);
    const found = await listOwnersWithHead(execute, [ada.ownerId, eve.ownerId]);
    expect(found).toEqual(new Set([hex(ada.ownerId)]));
    expect(await listOwnersWithHead(execute, [eve.ownerId])).toEqual(new Set());
  });
});

describe("rows under another key", () => {
  it("are found with the length of their boxes, of either box, and in batches", async () => {
    const ids = [await write(ada), await write(ada), await write(ada)].toSorted((a, b) =>
      a.compare(b),
    );
    await write(eve);
    const { active } = ada.vault.keys;
    const stale = (key: { version: number; dekId: Uint8Array }, after: Uint8Array = ID().fill(0)) =>
      listStaleRows(execute, entryTable, ada.ownerId, key, after, 2);
    expect(await stale(active)).toEqual([]);
    const next = { version: 2, dekId: active.dekId };
    const [first, second] = await stale(next);
    expect([first, second].map((row) => hex(row?.id ?? ID()))).toEqual(ids.slice(0, 2).map(hex));
    expect((await stale(next, second?.id)).map(({ id }) => hex(id))).toEqual([hex(ids[2] ?? ID())]);
    const [row] = await test.sql(
      "vault",
      "SELECT LENGTH(sealed) + LENGTH(body) AS bytes FROM daily_entries WHERE id = ?",
      ids[0],
    );
    expect(first?.bytes).toBe(Number(row?.["bytes"]));
    // The same version of another key.
    expect(await stale({ version: 1, dekId: ID() })).toHaveLength(2);
    await test.sql(
      "vault",
      "UPDATE daily_entries SET body = INSERT(body, 3, 4, x'00000002') WHERE id = ?",
      ids[1],
    );
    expect((await stale(active)).map(({ id }) => hex(id))).toEqual([hex(ids[1] ?? ID())]);
  });

  it("are read whole by their ids, and replaced only at the revision and with the box that was read", async () => {
    const [id, other] = [await write(ada), await write(ada)];
    const theirs = await write(eve);
    const rows = await readRows(execute, entryTable, ada.ownerId, [id, theirs]);
    const whole = await findRow(execute, entryTable, ada.ownerId, id);
    const untouched = await findRow(execute, entryTable, ada.ownerId, other);
    if (whole === null) throw new Error("there is a row");
    const { sealed, body } = whole.bytes;
    expect(rows).toEqual([{ ...whole, bytes: { sealed, body } }]);
    await test.sql(
      "vault",
      "UPDATE daily_entries SET purge_after = '2027-01-02' WHERE id = ?",
      other,
    );
    expect(await readRows(execute, entryTable, ada.ownerId, [other])).toMatchObject([
      { purgeAfter: "2027-01-02" },
    ]);
    await test.sql("vault", "UPDATE daily_entries SET purge_after = NULL WHERE id = ?", other);

    const [before = whole] = rows;
    const after = ada.vault.tables[0]?.resealRow(ada.vault.keys, before) ?? whole;
    const replace = (row: typeof before) =>
      replaceRow(execute, entryTable, ada.ownerId, row, after);
    expect(await replace({ ...before, rev: before.rev + 1 })).toBe(false);
    expect(await replace({ ...before, bytes: after.bytes })).toBe(false);
    expect(await findRow(execute, entryTable, ada.ownerId, id)).toEqual(whole);
    expect(await replace(before)).toBe(true);
    expect(await findRow(execute, entryTable, ada.ownerId, id)).toEqual({
      ...after,
      bytes: Object.fromEntries(
        Object.entries(after.bytes).map(([column, bytes]) => [column, Buffer.from(bytes)]),
      ),
    });
    expect(await findRow(execute, entryTable, ada.ownerId, other)).toEqual(untouched);
    expect(await replace(before)).toBe(false);

    const duplicate = Object.assign(new Error("duplicate"), { errno: 1062 });
    const fails = (error: Error) =>
      replaceRow(
        (sql) => (sql.startsWith("UPDATE") ? Promise.reject(error) : Promise.resolve([] as never)),
        ...([entryTable, ada.ownerId, before, after] as const),
      );
    await expect(fails(duplicate)).rejects.toThrow("the row that was deleted meanwhile is in its");
    await expect(fails(new RangeError("a fault"))).rejects.toThrow(RangeError);
  });
});

describe("how many rows are under each key", () => {
  const counts = async () =>
    (await countBoxes(execute, [entryTable], ada.ownerId)).map(
      ({ table, version, dekId, rows }) => `${table} ${version} ${hex(dekId)}: ${rows}`,
    );

  it("is told by table and by the name that any box of a row has, the head with them", async () => {
    expect(await counts()).toEqual([]);
    await write(ada);
    const id = await write(ada);
    await write(eve);
    const dekId = hex(ada.vault.keys.active.dekId);
    expect(await counts()).toEqual([`daily_entries 1 ${dekId}: 2`, `vault_heads 1 ${dekId}: 1`]);
    await test.sql(
      "vault",
      "UPDATE daily_entries SET body = INSERT(body, 3, 4, x'00000100') WHERE id = ?",
      id,
    );
    expect(await counts()).toEqual([
      `daily_entries 1 ${dekId}: 2`,
      `daily_entries 256 ${dekId}: 1`,
      `vault_heads 1 ${dekId}: 1`,
    ]);
  });
});

describe("how many rows a table has", () => {
  it("is told of one owner, and of all", async () => {
    for (const owner of [ada, ada, eve]) await write(owner);
    expect(await countRows(execute, entryTable, ada.ownerId)).toBe(2);
    expect(await countRows(execute, entryTable, randomBytes(16))).toBe(0);
    expect(await countRows(execute, entryTable, null)).toBe(3);
  });
});

describe("the name of a key in a box", () => {
  const dekId = ID();
  const version = Buffer.from([0x01, 0x02, 0x03, 0x04]);
  const box = Buffer.concat([Buffer.from([0xf9, 0x01]), version, dekId, randomBytes(92)]);

  it("is its version and its id, and a box is under that alone", () => {
    expect(keyNameIn(box)).toEqual({ version: 0x01020304, dekId: Buffer.from(dekId) });
    expect(isUnder(box, { version: 0x01020304, dekId })).toBe(true);
    expect(isUnder(box, { version: 0x01020305, dekId })).toBe(false);
    expect(isUnder(box, { version: 0x01020304, dekId: ID() })).toBe(false);
  });

  it("is version 0, which there never is, where it is cut short", () => {
    for (let length = 0; length < 22; length++) {
      expect(keyNameIn(box.subarray(0, length)).version).toBe(0);
      expect(isUnder(box.subarray(0, length), { version: 0x01020304, dekId })).toBe(false);
    }
    expect(keyNameIn(box.subarray(0, 22)).version).toBe(0x01020304);
  });
});
