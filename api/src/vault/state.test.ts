import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import { elementOf } from "../crypto/multiset.ts";
import { entryKind } from "../features/entries/entries.ts";
import { uuidToBytes } from "../lib/ids.ts";
import { findState, moveState, type VaultState } from "../platform/state-statements.ts";
import { eraseOwner } from "./erase.ts";
import { inChange, underLock } from "./head.ts";
import { acceptVault, countOwned, isDue, rebase, verifyVault } from "./integrity.ts";
import { putRecord, trashRecord } from "./records.ts";
import { announce, settle, stateAt, sumAt, sumRows, violate } from "./state.ts";
import { RECORD_TABLES } from "./tables.ts";

const TABLES = ["vault_heads", ...RECORD_TABLES];

let test: TestVault;
let ada: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  test.clock.now = new Date("2026-11-21T20:00:00.000Z");
  ada = await test.newOwner();
});

const write = () => ({ guard: undefined, now: test.clock.now });
const put = (id: string, title: string, { vault } = ada) =>
  putRecord(vault, entryKind, id, {
    ...write(),
    fields: entryKind.fields.parse({ day: "2026-11-21", title }),
  });
const trash = (id: string) => trashRecord(ada.vault, entryKind, id, write());
const platform = () => test.deps.platformDatabase.execute;
const stored = () => findState(platform(), ada.ownerId);
const storedState = async (): Promise<VaultState> => {
  const state = await stored();
  if (state === null) throw new Error("there is no state");
  return state;
};
const setState = async (change: Partial<VaultState>) => {
  const state = await storedState();
  expect(await moveState(platform(), ada.ownerId, state, { ...state, ...change })).toBe(true);
};
/** The state once nothing is announced any more. */
const settled = async (): Promise<VaultState> => {
  for (let i = 0; i < 200; i++) {
    const state = await storedState();
    if (state.nextRev === null) return state;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it is never settled");
};
const events = async () => {
  const rows = await test.sql(
    "platform",
    "SELECT actor, action, purpose FROM audit_events WHERE action LIKE 'vault.%' AND user_id = ? ORDER BY id",
    ada.userId,
  );
  return rows.map((row) => [row["actor"], row["action"], row["purpose"]].map(String).join(", "));
};
const VIOLATED = "job, vault.violated, comparing the vault with its state";

async function copyOf(owner: Buffer): Promise<Map<string, RowDataPacket[]>> {
  const copy = new Map<string, RowDataPacket[]>();
  for (const table of TABLES) {
    copy.set(table, await test.sql("vault", "SELECT * FROM ?? WHERE owner_id = ?", table, owner));
  }
  return copy;
}

async function putBack(owner: Buffer, copy: Map<string, RowDataPacket[]>): Promise<void> {
  for (const [table, rows] of copy) {
    await test.sql("vault", "DELETE FROM ?? WHERE owner_id = ?", table, owner);
    for (const row of rows) await test.sql("vault", "INSERT INTO ?? SET ?", table, row);
  }
}

describe("a vault as it should be", () => {
  it("is unknown before anything was written, and nothing is noted of it", async () => {
    expect(await verifyVault(ada.vault)).toEqual({
      status: "unknown",
      verifiedAt: null,
      violatedAt: null,
    });
    expect(await stored()).toBeNull();
    expect(await isDue(ada.vault, 0)).toBe(false);
  });

  it("is ok after writes, writes over and trash, and it is known when that was seen", async () => {
    const ids = [randomUUID(), randomUUID()];
    for (const id of ids) for (const title of ["First", "Second"]) await put(id, title);
    await trash(ids[0] ?? "");
    await put(ids[1] ?? "", "Third");
    test.clock.now = new Date("2026-11-22T01:00:00.000Z");
    const verdict = { status: "ok", verifiedAt: test.clock.now, violatedAt: null };
    expect(await verifyVault(ada.vault)).toEqual(verdict);
    const { rev, nextRev, nextSum, verifiedAt, dekVersion } = await storedState();
    expect({ rev, nextRev, nextSum, verifiedAt, dekVersion }).toEqual({
      rev: 6,
      nextRev: null,
      nextSum: null,
      verifiedAt: test.clock.now,
      dekVersion: 1,
    });
    expect(await events()).toEqual([]);
  });

  it("is taken as it is when there was no state, once, and its owner's audit says so", async () => {
    const id = randomUUID();
    await put(id, "First");
    await put(id, "Second");
    await settled();
    await test.sql("platform", "DELETE FROM vault_states WHERE owner_id = ?", ada.ownerId);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    await put(id, "Third");
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    expect(await events()).toEqual(["job, vault.baselined, no state yet"]);
  });

  it("has a sum that tells nothing of what another owner with the same rows has, nor of the revision before", async () => {
    const id = randomUUID();
    await put(id, "First");
    const eve = await test.newOwner();
    await put(id, "First", eve);
    const hers = await findState(platform(), eve.ownerId);
    const mine = await settled();
    expect(mine.sum).not.toEqual(hers?.sum);
    await inChange(ada.vault, () => Promise.resolve());
    expect((await settled()).sum).not.toEqual(mine.sum);
  });

  it("is due for a look when none was had for so long, and not when it is known to be violated", async () => {
    await put(randomUUID(), "First");
    expect(await isDue(ada.vault, 1000)).toBe(true);
    await verifyVault(ada.vault);
    const at = test.clock.now.getTime();
    expect(await isDue(ada.vault, 0)).toBe(true);
    test.clock.now = new Date(at + 999);
    expect(await isDue(ada.vault, 1000)).toBe(false);
    test.clock.now = new Date(at + 1000);
    expect(await isDue(ada.vault, 1000)).toBe(true);
    await setState({ violatedAt: test.clock.now });
    expect(await isDue(ada.vault, 1000)).toBe(false);
  });

  it("counts what is live and what is in the trash, each table by itself, of its owner only", async () => {
    const none = Object.fromEntries(RECORD_TABLES.map((table) => [table, 0]));
    expect(await countOwned(ada.vault)).toEqual({ live: none, trashed: none });
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) for (const title of ["a", "b", "c"]) await put(id, title);
    await trash(ids[0] ?? "");
    expect(await countOwned(ada.vault)).toEqual({
      live: { ...none, daily_entries: 2, record_versions: 6 },
      trashed: { ...none, daily_entries: 1 },
    });
  });
});

describe("a vault that is not what it should be", () => {
  let ids: string[];
  let before: Map<string, RowDataPacket[]>;
  beforeEach(async () => {
    ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) for (const title of ["First", "Second"]) await put(id, title);
    await trash(ids[2] ?? "");
    await settled();
    before = await copyOf(ada.ownerId);
    await put(ids[0] ?? "", "Third");
    await settled();
  });
  const vault = (statement: string, ...values: unknown[]) =>
    test.sql("vault", statement, ...values);
  const id = (of: number) => uuidToBytes(ids[of] ?? "");
  const older = () => before.get("daily_entries")?.find((row) => id(0).equals(row["id"] as Buffer));

  it.each<[string, () => Promise<unknown>]>([
    [
      "a row put back",
      async () => {
        await vault("DELETE FROM daily_entries WHERE id = ?", id(0));
        await vault("INSERT INTO daily_entries SET ?", older());
      },
    ],
    ["a row deleted", () => vault("DELETE FROM daily_entries WHERE id = ?", id(1))],
    [
      "an earlier state deleted",
      () => vault("DELETE FROM record_versions WHERE owner_id = ? LIMIT 1", ada.ownerId),
    ],
    [
      "a row taken out of the trash",
      () => vault("UPDATE daily_entries SET purge_after = NULL WHERE id = ?", id(2)),
    ],
    [
      "a row put into the trash",
      () => vault("UPDATE daily_entries SET purge_after = '2027-01-01' WHERE id = ?", id(1)),
    ],
    [
      "another day of deletion",
      () => vault("UPDATE daily_entries SET purge_after = '2027-01-01' WHERE id = ?", id(2)),
    ],
    ["another revision", () => vault("UPDATE daily_entries SET rev = 900 WHERE id = ?", id(1))],
    [
      "another id",
      () => vault("UPDATE daily_entries SET id = ? WHERE id = ?", randomBytes(16), id(1)),
    ],
    ["the head deleted", () => vault("DELETE FROM vault_heads WHERE owner_id = ?", ada.ownerId)],
    ["the whole vault put back", () => putBack(ada.ownerId, before)],
  ])("is found violated, once, until it is accepted: %s", async (_, tamper) => {
    await tamper();
    test.clock.now = new Date("2026-11-23T00:00:00.000Z");
    const found = test.clock.now;
    const verdict = { status: "violated", violatedAt: found, verifiedAt: null };
    expect(await verifyVault(ada.vault)).toEqual(verdict);
    test.clock.now = new Date("2026-11-24T00:00:00.000Z");
    expect(await verifyVault(ada.vault)).toEqual(verdict);
    expect(await rebase(ada.vault, 1)).toEqual(verdict);
    expect(await events()).toEqual([VIOLATED]);

    await acceptVault(ada.vault, "a reason");
    expect(await verifyVault(ada.vault)).toMatchObject({
      status: "ok",
      verifiedAt: test.clock.now,
      violatedAt: null,
    });
    expect(await events()).toEqual([VIOLATED, "operator, vault.accepted, a reason"]);
    await put(randomUUID(), "After");
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it("stays so although everything is put in its place again", async () => {
    const now = await copyOf(ada.ownerId);
    await vault("DELETE FROM daily_entries WHERE id = ?", id(1));
    expect((await verifyVault(ada.vault)).status).toBe("violated");
    await putBack(ada.ownerId, now);
    expect((await verifyVault(ada.vault)).status).toBe("violated");
  });

  it("is not noticed by a change that does not look, and is by nobody taken for verified", async () => {
    await vault("DELETE FROM daily_entries WHERE id = ?", id(1));
    await put(randomUUID(), "After");
    expect((await verifyVault(ada.vault)).status).toBe("violated");
    const { verifiedAt } = await storedState();
    expect(verifiedAt).toBeNull();
  });

  it("is accepted at a revision above every one that was given, though nobody found it before", async () => {
    const given = (await storedState()).rev;
    await putBack(ada.ownerId, before);
    await acceptVault(ada.vault, "a backup was put back");
    expect((await storedState()).rev).toBe(given + 1);
    expect((await put(randomUUID(), "After")).record.rev).toBe(given + 2);
    expect(await events()).toEqual([VIOLATED, "operator, vault.accepted, a backup was put back"]);
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });

  it("leaves the state under the key that it is under, when another one was asked for", async () => {
    const both = await test.renewKey(ada);
    await vault("DELETE FROM daily_entries WHERE id = ?", id(1));
    expect(await rebase(both, 2)).toMatchObject({ status: "violated" });
    expect(await storedState()).toMatchObject({ dekVersion: 1 });
  });

  it("is not violated by a change that was announced and never made, nor by one that was made and not settled", async () => {
    const state = await storedState();
    await setState({ nextRev: state.rev + 1, nextSum: randomBytes(32) });
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    await setState({ nextRev: state.rev + 1, nextSum: randomBytes(32) });
    await put(randomUUID(), "After");
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    // As if the process had ended after the COMMIT.
    const { rev, sum } = await storedState();
    await setState({ rev: rev - 1, sum: state.sum, nextRev: rev, nextSum: sum });
    expect((await verifyVault(ada.vault)).status).toBe("ok");
    expect(await events()).toEqual([]);
  });
});

describe("the state of a vault", () => {
  beforeEach(async () => {
    await put(randomUUID(), "First");
    await put(randomUUID(), "Second");
    await settled();
  });

  it("has a sum for the revision it is of and for the one announced, and for no other", async () => {
    const state = await storedState();
    const announced = { ...state, nextRev: 3, nextSum: randomBytes(32) };
    expect(sumAt(announced, 2)).toBe(BigInt(`0x${Buffer.from(state.sum).toString("hex")}`));
    expect(sumAt(announced, 3)).toBe(BigInt(`0x${announced.nextSum.toString("hex")}`));
    for (const rev of [0, 1, 4]) expect(sumAt(announced, rev)).toBeUndefined();
    expect(sumAt(state, 3)).toBeUndefined();
    expect(sumAt({ ...state, nextRev: 3 }, 3)).toBeUndefined();
  });

  it("is announced from what is stored, though somebody replaced what was known", async () => {
    const known = await storedState();
    await setState({ verifiedAt: test.clock.now });
    const { execute } = test.deps.vaultDatabase;
    const announced = await announce(ada.vault, execute, known, { rev: 2, toRev: 3, rows: [] });
    expect(announced).toEqual(await storedState());
    expect(announced).toMatchObject({ rev: 2, nextRev: 3, verifiedAt: test.clock.now });
    // Announced and not made: the next announcement is of another change from the same revision.
    const again = await announce(ada.vault, execute, known, { rev: 2, toRev: 3, rows: [] });
    expect(again).toEqual(announced);
  });

  it("is not announced any more once it is violated, but for the revision that was given", async () => {
    await setState({ violatedAt: test.clock.now });
    const { execute } = test.deps.vaultDatabase;
    const change = { rev: 2, toRev: 3, rows: [] };
    const state = await storedState();
    expect(await announce(ada.vault, execute, state, change)).toBeNull();
    expect(await storedState()).toEqual({ ...state, nextRev: 3 });
    // By one who did not hear of it yet, too.
    expect(await announce(ada.vault, execute, state, { ...change, toRev: 4 })).toBeNull();
    expect(await storedState()).toEqual({ ...state, nextRev: 4 });
  });

  it("is settled only as what was announced, and by nobody who comes late", async () => {
    const state = await storedState();
    await settle(ada.vault, state);
    expect(await storedState()).toEqual(state);
    const nextSum = randomBytes(32);
    const announced = { ...state, nextRev: 3, nextSum };
    await settle(ada.vault, { ...announced, nextRev: 9 });
    expect(await storedState()).toEqual(state);
    await setState({ nextRev: 3, nextSum });
    await settle(ada.vault, announced);
    expect(await storedState()).toMatchObject({ rev: 3, nextRev: null, nextSum: null });
    expect(Buffer.from((await storedState()).sum).equals(nextSum)).toBe(true);
    await settle(ada.vault, announced);
    expect(await storedState()).toMatchObject({ rev: 3, nextRev: null });
  });

  it("is not settled by half an announcement, which nobody made", async () => {
    for (const half of [
      { nextRev: 3, nextSum: null },
      { nextRev: null, nextSum: randomBytes(32) },
    ]) {
      await setState(half);
      const state = await storedState();
      await settle(ada.vault, state);
      expect(await storedState()).toEqual(state);
    }
  });

  it("has for a vault without rows the sum of its head alone", async () => {
    const eve = await test.newOwner();
    await inChange(eve.vault, () => Promise.resolve());
    const state = await findState(platform(), eve.ownerId);
    const { active, ownerId } = eve.vault.keys;
    const head = elementOf(active, "vault_heads", { id: ownerId, rev: 1, purgeAfter: null });
    expect(state && sumAt(state, 1)).toBe(head);
  });

  it("is violated by one who saw it as it is, and no event is left by one who did not", async () => {
    const state = await storedState();
    await setState({ verifiedAt: new Date("2026-01-01T00:00:00.000Z") });
    await violate(ada.vault, state);
    expect(await events()).toEqual([]);
    expect(await storedState()).toMatchObject({ violatedAt: null });
    await violate(ada.vault, await storedState());
    expect(await storedState()).toMatchObject({ violatedAt: test.clock.now });
    expect(await events()).toEqual([VIOLATED]);
  });

  it("is not violated by the erasure of its owner, whose head goes first", async () => {
    const state = await storedState();
    await test.sql("platform", "DELETE FROM user_deks WHERE owner_id = ?", ada.ownerId);
    await eraseOwner(test.deps.vaultDatabase, new Uint8Array(ada.ownerId));
    const revoked = { code: "session_revoked" };
    await expect(verifyVault(ada.vault)).rejects.toMatchObject(revoked);
    await expect(violate(ada.vault, state)).rejects.toMatchObject(revoked);
    expect(await storedState()).toEqual(state);
  });

  it("is of a revision that was announced, or the vault is violated", async () => {
    await underLock(ada.vault, async (execute) => {
      expect(await stateAt(ada.vault, execute, 2)).toEqual(await storedState());
      expect(await stateAt(ada.vault, execute, 7)).toMatchObject({ violatedAt: test.clock.now });
      expect(await stateAt(ada.vault, execute, 9)).toMatchObject({ violatedAt: test.clock.now });
    });
    expect(await events()).toEqual([VIOLATED]);
  });

  it("is made with another key when the vault is as it should be, and goes on under that", async () => {
    const both = await test.renewKey(ada);
    expect(await rebase(both, 2)).toMatchObject({ status: "ok", verifiedAt: test.clock.now });
    const { sum, dekVersion } = await storedState();
    expect(dekVersion).toBe(2);
    await putRecord(both, entryKind, randomUUID(), {
      ...write(),
      fields: entryKind.fields.parse({ day: "2026-11-21" }),
    });
    expect((await verifyVault(both)).status).toBe("ok");
    expect(await storedState()).toMatchObject({ dekVersion: 2 });
    expect((await storedState()).sum).not.toEqual(sum);
    await expect(rebase(both, 3)).rejects.toThrow("decryption failed");
  });

  it("sums the same rows to other sums under other keys and at other revisions", async () => {
    const both = await test.renewKey(ada);
    const { execute } = both.database;
    const [one, two] = await sumRows(both, execute, 2, [1, 2]);
    expect(one).toBe(sumAt(await storedState(), 2));
    expect(two).not.toBe(one);
    expect(await sumRows(both, execute, 2, [2, 1])).toEqual([two, one]);
    expect(await sumRows(both, execute, 3, [1])).not.toEqual([one]);
    expect(await sumRows(both, execute, 2, [])).toEqual([]);
  });

  it("is the same however many rows there are between pauses", async () => {
    const copy = await copyOf(ada.ownerId);
    const [row] = copy.get("daily_entries") ?? [];
    const rows = Array.from({ length: 2001 }, (_, i) => ({
      ...row,
      id: randomBytes(16),
      rev: 10 + i,
    }));
    for (let at = 0; at < rows.length; at += 500) {
      const values = rows.slice(at, at + 500).map((some) => Object.values(some) as unknown);
      await test.sql("vault", "INSERT INTO daily_entries VALUES ?", values);
    }
    let turns = 0;
    const turn = () => {
      turns++;
      return undefined;
    };
    const timer = setInterval(turn, 0);
    expect((await verifyVault(ada.vault)).status).toBe("violated");
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    await acceptVault(ada.vault, "test");
    expect((await verifyVault(ada.vault)).status).toBe("ok");
  });
});
