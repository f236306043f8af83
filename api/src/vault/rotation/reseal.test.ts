import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import type { RowDataPacket } from "mysql2/promise";
import { AppError } from "../../contract/errors.ts";
import { boxVersion, seal } from "../../crypto/box.ts";
import { entryKind } from "../../features/entries/entries.ts";
import type { Execute } from "../../lib/database.ts";
import { uuidToBytes } from "../../lib/ids.ts";
import { addPendingDek, findDekHistory, type DekVersion } from "../../platform/dek-rotation.ts";
import { findState } from "../../platform/state-statements.ts";
import { listByDay } from "../day-list.ts";
import { asRecord } from "../pages.ts";
import { eraseOwner } from "../erase.ts";
import { inChange } from "../head.ts";
import { verifyVault } from "../integrity.ts";
import { getRecord, putRecord, trashRecord } from "../records.ts";
import { listRecordVersions } from "../history.ts";
import { findHead, insertRow } from "../statements.ts";
import type { UserVault } from "../user-vault.ts";
import { isDue, resealAll, type ResealDeps, type ResealOptions } from "./reseal.ts";

let test: TestVault;
let ada: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  test.clock.now = new Date("2026-11-21T20:00:00.000Z");
  ada = await test.newOwner();
});

const DAY = "2026-11-21";
const put = (vault: UserVault, id: string, title: string) =>
  putRecord(vault, entryKind, id, {
    fields: entryKind.fields.parse({ day: DAY, title, body: `${title} text` }),
    guard: undefined,
    now: test.clock.now,
  });
const rotate = (options: Partial<ResealOptions> = {}, deps: Partial<ResealDeps> = {}) =>
  resealAll(
    { ...test.deps, ...deps },
    {
      who: null,
      madeBefore: new Date("2100-01-01"),
      graceMs: 0,
      purpose: "test",
      ...options,
    },
  );
const history = async ({ userId } = ada) => {
  const found = await findDekHistory(test.deps.platform, userId);
  if (found === null) throw new Error("there are no keys");
  return found;
};
const states = async (owner = ada) =>
  (await history(owner)).versions.map(
    ({ version, state, sweptAt }) => `${version} ${state}${sweptAt === null ? "" : " swept"}`,
  );
const vaultSql = (sql: string, ...values: unknown[]) => test.sql("vault", sql, ...values);
/** The versions of the data key that the boxes of an owner are under, of all of them. */
async function boxVersions({ ownerId } = ada): Promise<number[]> {
  const rows = await vaultSql(
    `SELECT sealed AS box FROM daily_entries WHERE owner_id = ? UNION ALL
     SELECT body FROM daily_entries WHERE owner_id = ? UNION ALL
     SELECT sealed FROM record_versions WHERE owner_id = ? UNION ALL
     SELECT sealed FROM vault_heads WHERE owner_id = ?`,
    ...[ownerId, ownerId, ownerId, ownerId],
  );
  return [...new Set(rows.map((row) => boxVersion(row["box"] as Uint8Array)))].toSorted();
}
const revs = () =>
  vaultSql("SELECT HEX(id) AS id, rev, purge_after FROM daily_entries ORDER BY id");
const mirrors = () =>
  vaultSql("SELECT version FROM vault_keys WHERE owner_id = ? ORDER BY version", ada.ownerId);
const flip = (id: string) =>
  vaultSql(
    "UPDATE daily_entries SET body = INSERT(body, 60, 1, CHAR(ASCII(SUBSTR(body, 60, 1)) ^ 1)) WHERE id = ?",
    uuidToBytes(id),
  );
/** Gives everybody an authenticator app whose box is this. */
const holdBox = (sealed: Buffer) =>
  test.sql(
    "platform",
    "INSERT INTO totp_credentials (user_id, tenant_id, rev, sealed) SELECT id, tenant_id, 1, ? FROM users",
    sealed,
  );
const events = async () => {
  const rows = await test.sql(
    "platform",
    "SELECT actor, action, purpose FROM audit_events WHERE user_id = ? AND action LIKE 'dek.%' ORDER BY id",
    ada.userId,
  );
  return rows.map(
    (row) => `${String(row["actor"])} ${String(row["action"])} ${String(row["purpose"])}`,
  );
};

describe("rotating data keys", () => {
  it("seals everything an owner has under the new key, the trash and earlier states too, at the revisions it has", async () => {
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) for (const title of ["First", "Second"]) await put(ada.vault, id, title);
    const write = { guard: undefined, now: test.clock.now };
    await trashRecord(ada.vault, entryKind, ids[2] ?? "", write);
    const { ownerId } = ada;
    const place = { table: "totp_credentials", box: "sealed", ownerId, rev: 1 };
    const rowId = uuidToBytes(ada.userId);
    await holdBox(seal(ada.vault.keys.active, { ...place, rowId }, "{}"));
    const before = await revs();
    expect(await boxVersions()).toEqual([1]);

    const report = await rotate();
    expect(report).toEqual({
      begun: 1,
      activated: 1,
      finished: 1,
      // Three entries, three earlier states, the head, the box of the platform.
      rows: 8,
      unopened: [],
      isFinished: true,
    });
    expect(await boxVersions()).toEqual([2]);
    expect(await revs()).toEqual(before);
    expect(await states()).toEqual(["1 decrypt_only swept", "2 active"]);
    expect(await mirrors()).toEqual([{ version: 1 }, { version: 2 }]);
    expect(await events()).toEqual([
      "operator dek.rotated test: version 2 begins",
      "operator dek.activated test: version 2",
      "operator dek.rotated test: version 2 is done",
    ]);

    const vault = await test.open(ada.userId);
    expect(vault.keys.searched.map((key) => key.version)).toEqual([2]);
    for (const id of ids.slice(0, 2)) {
      expect(await getRecord(vault, entryKind, id)).toMatchObject({
        title: "Second",
        body: "Second text",
      });
    }
    const { items } = await listByDay(vault, entryKind, { limit: 10 }, asRecord);
    expect(items.map((item) => item.id).toSorted()).toEqual(ids.slice(0, 2).toSorted());
    const range = { before: 1000, limit: 10 };
    const { versions } = await listRecordVersions(vault, entryKind, ids[0] ?? "", range);
    expect(versions).toMatchObject([{ title: "First", body: "First text" }]);
    expect((await verifyVault(vault)).status).toBe("ok");
    const state = await findState(test.deps.platformDatabase.execute, ada.ownerId);
    expect(state).toMatchObject({ dekVersion: 2, violatedAt: null });
  });

  it("concerns the one who was named, or all; and those whose key is old enough", async () => {
    const eve = await test.newOwner();
    await put(eve.vault, randomUUID(), "Hers");
    expect(await rotate({ who: ada.userId })).toMatchObject({ begun: 1, finished: 1, rows: 0 });
    expect(await states(eve)).toEqual(["1 active"]);
    expect(await rotate({ madeBefore: new Date(0) })).toMatchObject({
      begun: 0,
      activated: 0,
      finished: 0,
    });
    expect(await rotate()).toMatchObject({
      begun: 2,
      activated: 2,
      finished: 2,
    });
    expect(await states()).toEqual(["1 decrypt_only swept", "2 decrypt_only swept", "3 active"]);
    expect(await boxVersions(eve)).toEqual([2]);
  });

  it("is under way for an owner once, and due only when the newest key was made before", async () => {
    const { versions, ...rest } = await history();
    const [first] = versions;
    if (first === undefined) throw new Error("there is a version");
    const at = (ms: number) => new Date(first.createdAt.getTime() + ms);
    const dueWith = (...changes: Partial<DekVersion>[]) =>
      isDue({ ...rest, versions: changes.map((change) => ({ ...first, ...change })) }, at(1));
    expect(isDue({ ...rest, versions }, at(1))).toBe(true);
    expect(isDue({ ...rest, versions }, at(0))).toBe(false);
    expect(dueWith()).toBe(false);
    expect(dueWith({ state: "decrypt_only", sweptAt: at(0) }, {})).toBe(true);
    expect(dueWith({ state: "decrypt_only", sweptAt: null }, {})).toBe(false);
    expect(dueWith({}, { state: "pending" })).toBe(false);
    expect(dueWith({ state: "destroyed", sweptAt: at(0) }, { createdAt: at(1) })).toBe(false);
  });

  it("waits before a key is used, and again before the look that ends it, as long as servers keep keys", async () => {
    await put(ada.vault, randomUUID(), "First");
    const seen: string[] = [];
    const waits: { askedMs: number; from: number }[] = [];
    await rotate({
      graceMs: 100,
      onProgress: ({ phase, waitingMs, owners, rows }) => {
        seen.push(`${phase} ${owners} ${rows}`);
        const last = waits.at(-1);
        if (last !== undefined) {
          expect(performance.now() - last.from).toBeGreaterThan(last.askedMs - 5);
        }
        if (waitingMs > 0) waits.push({ askedMs: waitingMs, from: performance.now() });
        // Some of the time has passed already when it comes to waiting.
        if (phase === "making keys") test.clock.now = new Date(test.clock.now.getTime() + 60);
      },
    });
    expect(waits.map(({ askedMs }) => askedMs)).toEqual([40, 100]);
    expect(seen).toEqual([
      "making keys 1 0",
      "waiting 0 0",
      "waiting 1 0",
      "sealing 1 2",
      "waiting 0 2",
      "looking again 1 2",
    ]);
  });

  it("goes on where it was killed: with a key that is not yet mirrored, or not yet active, or not yet swept", async () => {
    await put(ada.vault, randomUUID(), "First");
    const stopping = (phase: string) => {
      const stop = new AbortController();
      return rotate({
        signal: stop.signal,
        onProgress: (progress) => {
          if (progress.phase === phase) stop.abort();
        },
      });
    };
    expect(await stopping("making keys")).toMatchObject({
      begun: 1,
      activated: 0,
      isFinished: false,
    });
    expect(await states()).toEqual(["1 active", "2 pending"]);
    await vaultSql("DELETE FROM vault_keys WHERE version = 2");
    expect(await stopping("waiting")).toMatchObject({ begun: 0, activated: 1, isFinished: false });
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    expect(await mirrors()).toEqual([{ version: 1 }, { version: 2 }]);
    expect(await boxVersions()).toEqual([1]);
    expect(await stopping("sealing")).toMatchObject({ finished: 0, rows: 2, isFinished: false });
    expect(await boxVersions()).toEqual([2]);
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    // Not due, and brought to its end in any case.
    expect(await rotate({ madeBefore: new Date(0) })).toMatchObject({
      begun: 0,
      activated: 0,
      finished: 1,
      rows: 0,
      isFinished: true,
    });
    expect(await states()).toEqual(["1 decrypt_only swept", "2 active"]);
    expect((await verifyVault(await test.open(ada.userId))).status).toBe("ok");
  });

  it("does nothing when it is told to stop before it begins, or while it waits", async () => {
    expect(await rotate({ signal: AbortSignal.abort() })).toMatchObject({
      begun: 0,
      isFinished: false,
    });
    expect(await states()).toEqual(["1 active"]);
    const stop = new AbortController();
    const began = Date.now();
    const report = await rotate(
      {
        graceMs: 60_000,
        signal: stop.signal,
        onProgress: ({ waitingMs }) => {
          if (waitingMs > 0) stop.abort();
        },
      },
      { clock: () => new Date() },
    );
    expect(report).toMatchObject({ begun: 1, activated: 0, isFinished: false });
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it("leaves a row that does not open as it is, says which, and lets the key it is under live on", async () => {
    const [good, bad] = [randomUUID(), randomUUID()];
    await put(ada.vault, good, "Good");
    await put(ada.vault, bad, "Bad");
    await flip(bad);
    const report = await rotate();
    expect(report).toMatchObject({
      activated: 1,
      finished: 0,
      unopened: [{ userId: ada.userId, table: "daily_entries", id: bad.replaceAll("-", "") }],
      isFinished: true,
    });
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    expect(await boxVersions()).toEqual([1, 2]);
    expect(await getRecord(await test.open(ada.userId), entryKind, good)).toMatchObject({
      title: "Good",
    });
    await flip(bad);
    expect(await rotate({ madeBefore: new Date(0) })).toMatchObject({ finished: 1, unopened: [] });
    expect(await boxVersions()).toEqual([2]);
  });

  it("goes on where a row was planted in the place of another, leaves both alone, and says which", async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    for (const title of ["First", "Second"]) await put(ada.vault, id, title);
    for (const title of ["First", "Second"]) await put(ada.vault, other, title);
    const versions = () => vaultSql("SELECT * FROM record_versions ORDER BY id");
    const former = await versions();
    await rotate();
    // One is put back as it was, and what it was made to stays beside it under another id.
    const [kept] = former;
    const planted = randomBytes(16);
    await vaultSql("UPDATE record_versions SET id = ? WHERE id = ?", planted, kept?.["id"]);
    await vaultSql("INSERT INTO record_versions SET ?", kept);
    await vaultSql("DELETE FROM record_versions WHERE id = ?", former[1]?.["id"]);
    await vaultSql("INSERT INTO record_versions SET ?", former[1]);
    await test.sql("platform", "UPDATE user_deks SET swept_at = NULL WHERE version = 1");
    const before = await versions();

    const again = () => rotate({ madeBefore: new Date(0) });
    expect(await again()).toMatchObject({
      finished: 0,
      // The other one that was put back.
      rows: 1,
      unopened: [
        {
          userId: ada.userId,
          table: "record_versions",
          id: (kept?.["id"] as Buffer).toString("hex"),
          why: `the row ${planted.toString("hex")} is in its place, planted unless a table was put back alone: delete that`,
        },
      ],
      isFinished: true,
    });
    const isOther = (row: RowDataPacket) =>
      !(former[1]?.["id"] as Buffer).equals(row["id"] as Buffer);
    expect((await versions()).filter(isOther)).toEqual(before.filter(isOther));
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);

    await vaultSql("DELETE FROM record_versions WHERE id = ?", planted);
    expect(await again()).toMatchObject({ finished: 1, rows: 1, unopened: [] });
    expect(await boxVersions()).toEqual([2]);
    expect((await verifyVault(await test.open(ada.userId))).status).toBe("ok");
  });

  it("leaves a head that does not open, or a box of the platform, and says so", async () => {
    await put(ada.vault, randomUUID(), "First");
    await vaultSql("UPDATE vault_heads SET rev = rev + 1 WHERE owner_id = ?", ada.ownerId);
    await holdBox(Buffer.alloc(99));
    expect(await rotate()).toMatchObject({
      finished: 0,
      unopened: [
        { userId: ada.userId, table: "vault_heads", id: ada.ownerId.toString("hex") },
        { userId: ada.userId, table: "totp_credentials", id: ada.userId },
      ],
    });
    expect(await boxVersions()).toEqual([1, 2]);
  });

  it("does not overwrite what somebody wrote between its reading and its writing, and seals that too", async () => {
    const id = randomUUID();
    await put(ada.vault, id, "First");
    let hasWritten = false;
    const { vaultDatabase } = test.deps;
    const racing: ResealDeps["vaultDatabase"] = {
      ...vaultDatabase,
      execute: async (sql, values) => {
        const rows = await vaultDatabase.execute(sql, values);
        if (!hasWritten && sql.includes("FROM daily_entries WHERE owner_id = ? AND id IN")) {
          hasWritten = true;
          await put(await test.open(ada.userId), id, "Meanwhile");
        }
        return rows as never;
      },
    };
    expect(await rotate({}, { vaultDatabase: racing })).toMatchObject({
      finished: 1,
      unopened: [],
    });
    expect(hasWritten).toBe(true);
    const vault = await test.open(ada.userId);
    expect(await getRecord(vault, entryKind, id)).toMatchObject({ title: "Meanwhile", rev: 2 });
    expect(await boxVersions()).toEqual([2]);
    expect((await verifyVault(vault)).status).toBe("ok");
  });

  it("looks again until a look finds nothing: a server may go on with the former key for a while", async () => {
    const stop = new AbortController();
    await put(ada.vault, randomUUID(), "First");
    await rotate({ signal: stop.signal, onProgress: () => stop.abort() });
    // It knows the new key, and that it is not to be used yet.
    const former = await test.open(ada.userId);
    const [late, later] = [randomUUID(), randomUUID()];
    let [isSealed, isLate, isLater] = [false, false, false];
    const { vaultDatabase } = test.deps;
    const slow: ResealDeps["vaultDatabase"] = {
      ...vaultDatabase,
      execute: async (sql, values) => {
        const isLook = isSealed && /^SELECT id, LENGTH.*FROM daily_entries/.test(sql);
        if (isLook && !isLate) {
          isLate = true;
          await put(former, late, "Late");
        }
        const answer = await vaultDatabase.execute<RowDataPacket[]>(sql, values);
        // The look has been there by then.
        if (isLook && !isLater && answer.length === 0) {
          isLater = true;
          await put(former, later, "Later");
        }
        return answer as never;
      },
    };
    const onProgress: ResealOptions["onProgress"] = ({ phase }) => {
      isSealed ||= phase === "sealing";
    };
    const report = await rotate({ onProgress }, { vaultDatabase: slow });
    expect(isLater).toBe(true);
    // The first entry, two late ones, and the head each time.
    expect(report).toMatchObject({ finished: 1, rows: 5 });
    expect(await boxVersions()).toEqual([2]);
    expect((await verifyVault(await test.open(ada.userId))).status).toBe("ok");
  });

  it("goes through many rows and large ones, a part at a time, and leaves none out", async () => {
    const { keys, database } = ada.vault;
    await inChange(ada.vault, () => Promise.resolve());
    const at = test.clock.now.toISOString();
    const plant = async (from: number, count: number, body: string) => {
      const fields = entryKind.fields.parse({ day: DAY, body });
      await database.transaction(async (execute) => {
        for (let rev = from; rev < from + count; rev++) {
          const content = { ...fields, createdAt: at, updatedAt: at };
          const row = entryKind.table.sealRow(keys, randomBytes(16), rev, content);
          await insertRow(execute, entryKind.table, ada.ownerId, row);
        }
      });
    };
    await plant(10, 450, "words");
    // More than there are batches: two of them are in the same.
    await plant(1000, 4, "x".repeat(700_000));
    const reads: number[] = [];
    const heldBytes: number[] = [];
    const { vaultDatabase } = test.deps;
    const counting: ResealDeps["vaultDatabase"] = {
      ...vaultDatabase,
      execute: async (sql, values) => {
        const answer = await vaultDatabase.execute<RowDataPacket[]>(sql, values);
        if (/SELECT id, rev, purge_after, sealed, body .*AND id IN/.test(sql)) {
          reads.push(values.length - 1);
          heldBytes.push(
            answer.reduce(
              (sum, row) => sum + (row["sealed"] as Buffer).length + (row["body"] as Buffer).length,
              0,
            ),
          );
        }
        return answer as never;
      },
    };
    const told: number[] = [];
    const onProgress: ResealOptions["onProgress"] = ({ phase, owners, rows }) => {
      if (phase === "sealing" && owners === 0) told.push(rows);
    };
    const report = await rotate({ onProgress }, { vaultDatabase: counting });
    // Somebody with a long journal is not waited for without a word.
    expect(told).toEqual([200, 400]);
    // The sum does not match what was planted past the protocol, which is no reason to leave rows under the old key.
    expect(report).toMatchObject({ rows: 455, finished: 1, unopened: [] });
    expect(await boxVersions()).toEqual([2]);
    expect(reads.reduce((sum, count) => sum + count, 0)).toBe(454);
    expect(Math.max(...reads)).toBeLessThanOrEqual(200);
    // No two of the large ones are held together, and the small ones are not read one by one.
    expect(Math.max(...heldBytes)).toBeLessThanOrEqual(1024 * 1024);
    expect(reads.length).toBeGreaterThanOrEqual(3);
    expect(reads.length).toBeLessThan(12);
  });

  it("passes over somebody who was erased meanwhile, and brings no key of theirs back", async () => {
    await put(ada.vault, randomUUID(), "First");
    const gone = await test.newOwner();
    await put(gone.vault, randomUUID(), "Gone");
    let isErased = false;
    const { vaultDatabase } = test.deps;
    const erasing: ResealDeps["vaultDatabase"] = {
      ...vaultDatabase,
      execute: async (sql, values) => {
        const isHers = values.some(
          (value) => value instanceof Uint8Array && gone.ownerId.equals(value),
        );
        if (isHers && !isErased && sql.startsWith("SELECT id, LENGTH")) {
          isErased = true;
          await eraseOwner(vaultDatabase, new Uint8Array(gone.ownerId));
          await test.sql("platform", "DELETE FROM dek_wraps WHERE owner_id = ?", gone.ownerId);
          await test.sql("platform", "DELETE FROM user_deks WHERE owner_id = ?", gone.ownerId);
        }
        return vaultDatabase.execute(sql, values);
      },
    };
    const report = await rotate({}, { vaultDatabase: erasing });
    expect(report).toMatchObject({ activated: 2, finished: 1, isFinished: true });
    expect(await vaultSql("SELECT 1 FROM vault_keys WHERE owner_id = ?", gone.ownerId)).toEqual([]);
    expect(await findHead(vaultDatabase.execute, gone.ownerId)).toBeNull();
  });

  it.each([
    ["both have it", [] as string[]],
    ["the platform's wrap is gone", ["dek_wraps"]],
    ["only rows tell", ["dek_wraps", "vault_keys"]],
  ])(
    "never gives the number of a key that user_deks has forgotten to another: %s",
    async (_, gone) => {
      await put(ada.vault, randomUUID(), "First");
      const before = await test.sql("platform", "SELECT * FROM user_deks");
      await rotate();
      await test.sql("platform", "DELETE FROM user_deks");
      await test.sql("platform", "INSERT INTO user_deks VALUES ?", before.map(Object.values));
      const copies = [
        ["platform", "dek_wraps"],
        ["vault", "vault_keys"],
      ] as const;
      for (const [database, table] of copies) {
        if (gone.includes(table))
          await test.sql(database, `DELETE FROM ${table} WHERE version = 2`);
      }
      const versionTwo = () =>
        Promise.all(
          copies.map(([database, table]) =>
            test.sql(database, `SELECT * FROM ${table} WHERE version = 2`),
          ),
        );
      const kept = await versionTwo();
      const report = await rotate();
      expect(report).toMatchObject({ begun: 1, activated: 1, finished: 0, rows: 0 });
      expect(report.unopened.map((row) => row.table)).toEqual(["daily_entries", "vault_heads"]);
      expect(await states()).toEqual(["1 decrypt_only", "3 active"]);
      expect(await versionTwo()).toEqual(kept);
      expect(await boxVersions()).toEqual([2]);
    },
  );

  it.each([
    ["platform's wrap", "vault", "vault_keys"],
    ["mirror", "platform", "dek_wraps"],
  ] as const)(
    "never gives a number that only the %s still has to another key",
    async (_, database, gone) => {
      const before = await test.sql("platform", "SELECT * FROM user_deks");
      await rotate();
      await test.sql("platform", "DELETE FROM user_deks");
      await test.sql("platform", "INSERT INTO user_deks VALUES ?", before.map(Object.values));
      await test.sql(database, `DELETE FROM ${gone} WHERE version = 2`);
      expect(await rotate()).toMatchObject({ begun: 1, activated: 1, finished: 1 });
      expect(await states()).toEqual(["1 decrypt_only swept", "3 active"]);
    },
  );

  it("mirrors no key that another rotation was faster than, in the place of that one's", async () => {
    const { keys, platform } = test.deps;
    let isFirst = true;
    const createVersion: typeof keys.createVersion = async (ownerId, version) => {
      if (isFirst) {
        isFirst = false;
        // It has come no further than the platform.
        const faster = await keys.createVersion(ownerId, version);
        const occasion = { now: test.clock.now, purpose: "test" };
        await addPendingDek(platform, await history(), faster, occasion);
      }
      return keys.createVersion(ownerId, version);
    };
    const report = await rotate({}, { keys: { ...keys, createVersion } });
    expect(report).toMatchObject({ begun: 0, activated: 1, finished: 1, unopened: [] });
    expect(await mirrors()).toEqual([{ version: 2 }]);
  });

  it("finds rows under another key of the same version, and is not done while they do not open", async () => {
    await put(ada.vault, randomUUID(), "First");
    await rotate();
    for (const table of ["daily_entries", "vault_heads"]) {
      await vaultSql(`UPDATE ${table} SET sealed = INSERT(sealed, 7, 16, ?)`, randomBytes(16));
    }
    await test.sql("platform", "UPDATE user_deks SET swept_at = NULL WHERE version = 1");
    const report = await rotate({ madeBefore: new Date(0) });
    expect(report).toMatchObject({ finished: 0, rows: 0 });
    expect(report.unopened.map((row) => row.table)).toEqual(["daily_entries", "vault_heads"]);
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
  });

  it("takes no number from what was planted beyond all that there can be", async () => {
    await put(ada.vault, randomUUID(), "First");
    await vaultSql("UPDATE daily_entries SET sealed = INSERT(sealed, 3, 4, x'FFFFFFFF')");
    expect(await rotate()).toMatchObject({ begun: 1, activated: 1 });
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
  });

  it("activates no key that the vault does not have as its mirror", async () => {
    await put(ada.vault, randomUUID(), "First");
    const stop = new AbortController();
    await rotate({ signal: stop.signal, onProgress: () => stop.abort() });
    await vaultSql("UPDATE vault_keys SET dek_id = REPEAT('x', 16) WHERE version = 2");
    const report = await rotate({ madeBefore: new Date(0) });
    expect(report).toMatchObject({ activated: 0, finished: 0 });
    expect(report.unopened).toMatchObject([
      { userId: ada.userId, table: "vault_keys", why: expect.stringContaining("another key") },
    ]);
    expect(await states()).toEqual(["1 active", "2 pending"]);
    expect(await boxVersions()).toEqual([1]);
  });

  it("activates no key that does not unwrap", async () => {
    await put(ada.vault, randomUUID(), "First");
    const stop = new AbortController();
    await rotate({ signal: stop.signal, onProgress: () => stop.abort() });
    await test.sql("platform", "UPDATE dek_wraps SET `blob` = REVERSE(`blob`) WHERE version = 2");
    expect(await rotate()).toMatchObject({ activated: 0, unopened: [{ table: "dek_wraps" }] });
    expect(await states()).toEqual(["1 active", "2 pending"]);
    await test.sql("platform", "DELETE FROM dek_wraps WHERE version = 2");
    expect(await rotate()).toMatchObject({ activated: 0, unopened: [{ table: "dek_wraps" }] });
    expect(await states()).toEqual(["1 active", "2 pending"]);
  });

  it.each([
    [
      "does not open",
      "`blob` = REVERSE(`blob`)",
      "the user's data keys do not unwrap: npm run keys:doctor",
    ],
    [
      "is under a master key that is gone",
      "mek_ref = 'local:gone'",
      "the master key local:gone is not at hand",
    ],
  ])("goes on with others where the wrap of one %s, and says whose", async (_, damage, why) => {
    const eve = await test.newOwner();
    for (const { vault } of [ada, eve]) await put(vault, randomUUID(), "First");
    const set = ({ ownerId }: Owner, sql: string, ...values: unknown[]) =>
      test.sql(
        "platform",
        `UPDATE dek_wraps SET ${sql} WHERE owner_id = ? AND version = 1`,
        ...[...values, ownerId],
      );
    // Whoever comes first: a rotation goes by the ids of users.
    const [one, other] = ada.userId < eve.userId ? [ada, eve] : [eve, ada];
    const [wrap] = await test.sql(
      "platform",
      "SELECT mek_ref, `blob` FROM dek_wraps WHERE owner_id = ?",
      one.ownerId,
    );
    await set(one, damage);
    expect(await rotate()).toEqual({
      begun: 2,
      activated: 1,
      finished: 1,
      // The entry and the head.
      rows: 2,
      unopened: [{ userId: one.userId, table: "dek_wraps", id: one.ownerId.toString("hex"), why }],
      isFinished: true,
    });
    expect(await states(one)).toEqual(["1 active", "2 pending"]);
    expect(await boxVersions(other)).toEqual([2]);
    // Theirs goes on once the wrap is back.
    await set(one, "mek_ref = ?, `blob` = ?", wrap?.["mek_ref"], wrap?.["blob"]);
    expect(await rotate({ madeBefore: new Date(0) })).toMatchObject({ finished: 1, unopened: [] });
    expect(await boxVersions(one)).toEqual([2]);
  });

  it.each([
    ["rows are looked for", /^SELECT id, LENGTH/],
    ["a row is written", /^UPDATE daily_entries/],
    ["the head is read", /^SELECT .*sealed FROM vault_heads/],
  ])(
    "ends when a database is away, and does not take that for a row that does not open: as %s",
    async (_, lost) => {
      await put(ada.vault, randomUUID(), "First");
      const { vaultDatabase } = test.deps;
      const away = new AppError("vault_unavailable");
      let isSealing = false;
      const failing =
        (execute: Execute): Execute =>
        (sql, values) =>
          isSealing && lost.test(sql) ? Promise.reject(away) : execute(sql, values);
      const database: ResealDeps["vaultDatabase"] = {
        ...vaultDatabase,
        execute: failing(vaultDatabase.execute),
        transaction: (work) => vaultDatabase.transaction((execute) => work(failing(execute))),
      };
      const onProgress: ResealOptions["onProgress"] = ({ phase, owners }) => {
        isSealing = phase === "waiting" && owners === 1;
      };
      const rotation = rotate({ onProgress }, { vaultDatabase: database });
      await expect(rotation).rejects.toBe(away);
      expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    },
  );

  it("ends at a fault of its own, and does not take that for a row that does not open", async () => {
    await put(ada.vault, randomUUID(), "First");
    const resealRow = () => {
      throw new RangeError("a fault");
    };
    const tables = [{ ...entryKind.table, resealRow }];
    await expect(rotate({}, { tables })).rejects.toThrow(RangeError);
  });

  it("says in each user's audit what keys were unwrapped for", async () => {
    const told = () =>
      test.sql(
        "platform",
        "SELECT DISTINCT actor, purpose, request_id FROM audit_events WHERE action = 'key.unwrapped' AND purpose <> 'test'",
      );
    // Nobody whose rotation is not due.
    await rotate({ purpose: "a rotation", madeBefore: new Date(0) });
    expect(await told()).toEqual([]);
    await rotate({ purpose: "a rotation", graceMs: 10 });
    // Nor anybody whose rotation is done.
    await rotate({ purpose: "another", madeBefore: new Date(0) });
    expect(await told()).toEqual([{ actor: "operator", purpose: "a rotation", request_id: null }]);
  });
});
