import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import { entryKind } from "../features/entries/entries.ts";
import {
  deleteErasedRows,
  eraseOwner,
  erasedOwners,
  OWNED_TABLES,
  unknownErasures,
} from "./erase.ts";
import { putRecord } from "./records.ts";

let test: TestVault;
let ada: Owner;
let eve: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.sql("vault", "DELETE FROM erasures");
  [ada, eve] = [await test.newOwner(), await test.newOwner()];
  for (const { vault } of [ada, eve]) {
    const id = randomUUID();
    for (const title of ["First", "Second"]) {
      const fields = entryKind.fields.parse({ day: "2026-11-21", title });
      await putRecord(vault, entryKind, id, { fields, guard: undefined, now: test.clock.now });
    }
  }
});

const bytes = (buffer: Buffer) => new Uint8Array(buffer);
const erase = (owner: Buffer) => eraseOwner(test.deps.vaultDatabase, bytes(owner));
const clean = (tables?: readonly string[]) => deleteErasedRows(test.deps.vaultDatabase, tables);
const countsOf = async ({ ownerId }: Owner) =>
  Promise.all(
    ["vault_keys", "vault_heads", "daily_entries", "record_versions"].map(
      async (table) =>
        (await test.sql("vault", "SELECT 1 FROM ?? WHERE owner_id = ?", table, ownerId)).length,
    ),
  );
const erased = async () => {
  const batches: string[][] = [];
  for await (const batch of erasedOwners(test.deps.vaultDatabase)) {
    batches.push(batch.map((owner) => Buffer.from(owner).toString("hex")));
  }
  return batches;
};

describe("erasing", () => {
  it("destroys keys and head at once, and nothing of anybody else", async () => {
    await erase(ada.ownerId);
    expect(await countsOf(ada)).toEqual([0, 0, 1, 1]);
    expect(await countsOf(eve)).toEqual([1, 1, 1, 1]);
    expect(await erased()).toEqual([[ada.ownerId.toString("hex")]]);
  });

  it("can be done again, and keys that came back with a backup go again", async () => {
    const keys = await test.sql(
      "vault",
      "SELECT * FROM vault_keys WHERE owner_id = ?",
      ada.ownerId,
    );
    await erase(ada.ownerId);
    await test.sql("vault", "INSERT INTO vault_keys SET ?", keys[0]);
    await erase(ada.ownerId);
    expect(await countsOf(ada)).toEqual([0, 0, 1, 1]);
    expect(await erased()).toEqual([[ada.ownerId.toString("hex")]]);
  });
});

describe("what is left of somebody who was erased", () => {
  it("is deleted from every table, and counted; nobody else loses anything", async () => {
    expect(await clean()).toBe(0);
    const copies = await test.sql(
      "vault",
      "SELECT * FROM vault_keys WHERE owner_id = ?",
      ada.ownerId,
    );
    const heads = await test.sql(
      "vault",
      "SELECT * FROM vault_heads WHERE owner_id = ?",
      ada.ownerId,
    );
    await erase(ada.ownerId);
    await test.sql("vault", "INSERT INTO vault_keys SET ?", copies[0]);
    await test.sql("vault", "INSERT INTO vault_heads SET ?", heads[0]);
    expect(await clean()).toBe(4);
    expect(await countsOf(ada)).toEqual([0, 0, 0, 0]);
    expect(await countsOf(eve)).toEqual([1, 1, 1, 1]);
    expect(await clean()).toBe(0);
  });

  it("is looked for in every table that has owners, the list of erasures apart", async () => {
    const columns = await test.sql(
      "vault",
      "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'owner_id'",
    );
    const tables = columns.map((row) => String(row["name"])).filter((name) => name !== "erasures");
    expect([...OWNED_TABLES].sort()).toEqual(tables.sort());
  });

  it("is deleted from the tables that are asked for, keys and heads being the first of all of them", async () => {
    await erase(ada.ownerId);
    expect(await clean(["record_versions"])).toBe(1);
    expect(await countsOf(ada)).toEqual([0, 0, 1, 0]);
    expect(OWNED_TABLES.slice(0, 2)).toEqual(["vault_keys", "vault_heads"]);
  });

  it("is deleted in batches to the last row, a hundred at a time, with several who were erased", async () => {
    const plant = async (owner: Owner, count: number) => {
      const [row] = await test.sql(
        "vault",
        "SELECT * FROM daily_entries WHERE owner_id = ?",
        owner.ownerId,
      );
      for (let n = 0; n < count; n++) {
        const copy = { ...row, id: randomBytes(16), rev: 1000 + n };
        await test.sql("vault", "INSERT INTO daily_entries SET ?", copy);
      }
    };
    await plant(ada, 249);
    await plant(eve, 99);
    await erase(ada.ownerId);
    await erase(eve.ownerId);
    const deletions: string[] = [];
    const { vaultDatabase } = test.deps;
    const watched: typeof vaultDatabase = {
      ...vaultDatabase,
      transaction: (work) =>
        vaultDatabase.transaction((execute) =>
          work((sql, values) => {
            deletions.push(sql);
            return execute(sql, values);
          }),
        ),
    };
    expect(await deleteErasedRows(watched, ["daily_entries"])).toBe(350);
    // Three statements for 250 rows; a hundred rows may have more after them, so there are two for those.
    expect(deletions).toHaveLength(5);
    expect(new Set(deletions)).toEqual(
      new Set(["DELETE FROM daily_entries WHERE owner_id = ? LIMIT 100"]),
    );
    expect(await countsOf(ada)).toEqual([0, 0, 0, 1]);
  });
});

describe("the erasures that the vault knows", () => {
  it("come in batches, in order, to the last one", async () => {
    expect(await erased()).toEqual([]);
    const owners = Array.from({ length: 2001 }, (_, i) => {
      const id = Buffer.alloc(16);
      id.writeUInt32BE(i * 7919, 0);
      return id;
    });
    await test.sql(
      "vault",
      "INSERT INTO erasures (owner_id) VALUES ?",
      owners.map((id) => [id]),
    );
    const batches = await erased();
    expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 1]);
    expect(batches.flat()).toEqual(owners.map((id) => id.toString("hex")));
  });

  it("are told from those it does not know", async () => {
    const strangers = [randomBytes(16), randomBytes(16)].map(bytes);
    await erase(ada.ownerId);
    const asked = [strangers[0], bytes(ada.ownerId), strangers[1]].filter((id) => id !== undefined);
    expect(await unknownErasures(test.deps.vaultDatabase, asked)).toEqual(strangers);
    expect(await unknownErasures(test.deps.vaultDatabase, [bytes(ada.ownerId)])).toEqual([]);
  });
});
