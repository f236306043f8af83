import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import { AppError } from "../contract/errors.ts";
import { seal } from "../crypto/box.ts";
import { entryKind } from "../features/entries/entries.ts";
import { entryTable } from "../features/entries/table.ts";
import { findState, moveState } from "../platform/state-statements.ts";
import { eraseOwner } from "./erase.ts";
import { inChange, monthsOf, underLock } from "./head.ts";
import { acceptVault, verifyVault } from "./integrity.ts";
import { putRecord } from "./records.ts";
import { findHead } from "./statements.ts";
import type { UserVault } from "./user-vault.ts";

let test: TestVault;
let ada: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  ada = await test.newOwner();
});

const nothing = () => Promise.resolve();
const take = (vault = ada.vault) => inChange(vault, ({ takeRev }) => Promise.resolve(takeRev()));
const months = (table = "daily_entries") => monthsOf(ada.vault, table);
const put = (day: string, id = randomUUID()) =>
  putRecord(ada.vault, entryKind, id, {
    fields: entryKind.fields.parse({ day }),
    guard: undefined,
    now: test.clock.now,
  });
const stateNow = async () => {
  const state = await findState(test.deps.platformDatabase.execute, ada.ownerId);
  if (state === null) throw new Error("there is no state");
  return state;
};
/** The state once nothing is announced any more. */
const settled = async () => {
  for (let i = 0; i < 500; i++) {
    const state = await stateNow();
    if (state.nextRev === null) return state;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it is never settled");
};
const stored = async () =>
  (await test.sql("vault", "SELECT * FROM vault_heads WHERE owner_id = ?", ada.ownerId))[0];
const count = async (table: string) =>
  (await test.sql("vault", "SELECT 1 FROM ?? WHERE owner_id = ?", table, ada.ownerId)).length;

describe("a change", () => {
  it("takes the next revision, without gaps, whoever comes at once", async () => {
    expect(await take()).toBe(1);
    const revs = await Promise.all(Array.from({ length: 8 }, () => take()));
    expect(revs.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("that throws takes no revision and leaves nothing written, and the next one is not kept from it", async () => {
    await put("2026-11-21");
    const failing = inChange(ada.vault, async (change) => {
      const row = entryKind.table.sealRow(ada.vault.keys, randomBytes(16), change.takeRev(), {
        ...entryKind.fields.parse({ day: "2025-01-01" }),
        createdAt: test.clock.now.toISOString(),
        updatedAt: test.clock.now.toISOString(),
      });
      await change.put(entryKind.table, row, null);
      change.noteMonth("daily_entries", "2025-01");
      throw new RangeError("a fault");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await count("daily_entries")).toBe(1);
    expect(await months()).toEqual(["2026-11"]);
    expect(await take()).toBe(2);
  });

  it("makes the head with the first one, and the wrapped keys of the owner beside it", async () => {
    expect([await count("vault_heads"), await count("vault_keys")]).toEqual([0, 0]);
    await take();
    expect([await count("vault_heads"), await count("vault_keys")]).toEqual([1, 1]);
    const mirror = await test.sql(
      "vault",
      "SELECT version, method, dek_id, mek_ref, suite, `blob` FROM vault_keys WHERE owner_id = ?",
      ada.ownerId,
    );
    const [wrap] = ada.vault.keys.wrapped;
    expect(mirror).toEqual([
      {
        version: 1,
        method: "mek",
        dek_id: Buffer.from(wrap?.dekId ?? []),
        mek_ref: wrap?.mekRef,
        suite: wrap?.suite,
        blob: Buffer.from(wrap?.blob ?? []),
      },
    ]);
  });

  it("is not made for somebody who was erased meanwhile, who gets no keys back", async () => {
    await eraseOwner(test.deps.vaultDatabase, new Uint8Array(ada.ownerId));
    await expect(take()).rejects.toMatchObject({ code: "session_revoked" });
    expect([await count("vault_heads"), await count("vault_keys")]).toEqual([0, 0]);
  });

  it("is announced before it is committed, and settled after it", async () => {
    await take();
    let seen: unknown;
    const { database } = ada.vault;
    const watching: UserVault = {
      ...ada.vault,
      database: {
        ...database,
        transaction: (work) =>
          database.transaction(async (execute) => {
            const result = await work(execute);
            seen = await stateNow();
            return result;
          }),
      },
    };
    await take(watching);
    expect(seen).toMatchObject({ rev: 1, nextRev: 2, nextSum: expect.any(Uint8Array) });
    expect(await settled()).toMatchObject({ rev: 2, nextRev: null, nextSum: null });
  });

  it("is not made when the platform cannot be told of it", async () => {
    await take();
    const silent: UserVault = {
      ...ada.vault,
      platform: {
        ...ada.vault.platform,
        execute: (sql, values) =>
          sql.startsWith("UPDATE")
            ? Promise.reject(new AppError("platform_unavailable"))
            : ada.vault.platform.execute(sql, values),
      },
    };
    await expect(take(silent)).rejects.toMatchObject({ code: "platform_unavailable" });
    expect((await findHead(ada.vault.database.execute, ada.ownerId))?.rev).toBe(1);
    expect(await take()).toBe(2);
  });

  it("is still made when nobody can be told that it is settled", async () => {
    await take();
    let updates = 0;
    const forgetful: UserVault = {
      ...ada.vault,
      platform: {
        ...ada.vault.platform,
        execute: (sql, values) =>
          sql.startsWith("UPDATE") && ++updates > 1
            ? Promise.reject(new AppError("platform_unavailable"))
            : ada.vault.platform.execute(sql, values),
      },
    };
    expect(await take(forgetful)).toBe(2);
    expect(await stateNow()).toMatchObject({ rev: 1, nextRev: 2 });
    expect(await take()).toBe(3);
  });

  it("of a vault that was put back goes on above every revision that was given or announced", async () => {
    const { execute } = test.deps.platformDatabase;
    for (let n = 0; n < 5; n++) await take();
    const violate = async (nextRev: number | null) => {
      const now = await stateNow();
      const state = now.violatedAt === null ? await settled() : now;
      const nextSum = nextRev === null ? null : randomBytes(32);
      const violated = { ...state, rev: 40, nextRev, nextSum, violatedAt: test.clock.now };
      expect(await moveState(execute, ada.ownerId, state, violated)).toBe(true);
    };
    await violate(null);
    expect(await take()).toBe(41);
    await violate(50);
    expect(await take()).toBe(51);
    expect(await take()).toBe(52);
  });

  it("of a vault that was put back twice gives no revision of the time between again", async () => {
    const head = async () =>
      (await test.sql("vault", "SELECT * FROM vault_heads WHERE owner_id = ?", ada.ownerId))[0];
    await take();
    const first = await head();
    const back = () =>
      test.sql("vault", "UPDATE vault_heads SET ? WHERE owner_id = ?", first, ada.ownerId);
    for (const rev of [2, 3]) expect(await take()).toBe(rev);
    await back();
    for (const rev of [4, 5]) expect(await take()).toBe(rev);
    await back();
    expect(await take()).toBe(6);
  });

  it("takes the revision that was announced for one that was never made, so that there is no gap", async () => {
    await take();
    const state = await settled();
    const announced = { ...state, nextRev: 2, nextSum: randomBytes(32) };
    const { execute } = test.deps.platformDatabase;
    expect(await moveState(execute, ada.ownerId, state, announced)).toBe(true);
    expect(await take()).toBe(2);
  });

  it("finds that the vault is at a revision that was never given, and says so once", async () => {
    for (let n = 0; n < 3; n++) await take();
    await settled();
    const head = await test.sql(
      "vault",
      "SELECT * FROM vault_heads WHERE owner_id = ?",
      ada.ownerId,
    );
    await take();
    await take();
    await test.sql("vault", "UPDATE vault_heads SET ? WHERE owner_id = ?", head[0], ada.ownerId);
    expect(await take()).toBe(6);
    expect(await stateNow()).toMatchObject({ violatedAt: test.clock.now });
    await take();
    const events = await test.sql(
      "platform",
      "SELECT actor, action, purpose, at FROM audit_events WHERE action LIKE 'vault.%' AND user_id = ?",
      ada.userId,
    );
    expect(events).toEqual([
      {
        actor: "job",
        action: "vault.violated",
        purpose: "comparing the vault with its state",
        at: test.clock.now,
      },
    ]);
  });

  it("that is cancelled takes no revision and writes nothing, unless it wrote a row", async () => {
    await put("2026-11-21");
    const [before, state] = [await stored(), await settled()];
    const answer = await inChange(ada.vault, (change) => {
      change.cancel();
      return Promise.resolve("nothing to do");
    });
    expect(answer).toBe("nothing to do");
    expect(await stored()).toEqual(before);
    expect(await settled()).toEqual(state);
    const row = entryTable.sealRow(ada.vault.keys, randomBytes(16), 2, {
      ...entryKind.fields.parse({ day: "2026-11-22" }),
      createdAt: "2026-11-21T20:00:00.000Z",
      updatedAt: "2026-11-21T20:00:00.000Z",
    });
    await inChange(ada.vault, async (change) => {
      change.cancel();
      await change.put(entryTable, { ...row, rev: change.takeRev() }, null);
    });
    expect(await take()).toBe(3);
    expect(await verifyVault(ada.vault)).toMatchObject({ status: "ok" });
  });

  it("waits for the one before it, and gives way once that has ended, even by an error", async () => {
    const seen: string[] = [];
    const slow = inChange(ada.vault, async () => {
      seen.push("begins");
      await new Promise((done) => setTimeout(done, 30));
      seen.push("ends");
    });
    await Promise.all([slow, take().then(() => seen.push("next"))]);
    expect(seen).toEqual(["begins", "ends", "next"]);
  });
});

describe("the owner's head", () => {
  it("knows the months that hold records, each once, newest first, and those of other tables apart", async () => {
    expect(await months()).toEqual([]);
    for (const day of ["2026-11-21", "2025-01-01", "2026-11-02", "2026-02-28"]) await put(day);
    expect(await months()).toEqual(["2026-11", "2026-02", "2025-01"]);
    expect(await months("record_versions")).toEqual([]);
    await inChange(ada.vault, (change) => {
      change.noteMonth("goals", "2024-05");
      return nothing();
    });
    expect(await months("goals")).toEqual(["2024-05"]);
    expect(await months()).toEqual(["2026-11", "2026-02", "2025-01"]);
  });

  it("has the months of all rows that open when it is made in place of one that is gone", async () => {
    for (const day of ["2026-11-21", "2019-05-06", "2024-02-03", "1999-12-31"]) await put(day);
    const flip =
      "UPDATE daily_entries SET sealed = INSERT(sealed, 60, 1, CHAR(ASCII(SUBSTR(sealed, 60, 1)) ^ 1))";
    await test.sql("vault", `${flip} WHERE owner_id = ? AND rev = 3`, ada.ownerId);
    const trash = "UPDATE daily_entries SET purge_after = '2026-12-01' WHERE owner_id = ?";
    await test.sql("vault", `${trash} AND rev = 4`, ada.ownerId);
    await test.sql("vault", "DELETE FROM vault_heads WHERE owner_id = ?", ada.ownerId);
    // Another person's are none of theirs.
    const eve = await test.newOwner();
    await inChange(eve.vault, nothing);
    expect(await monthsOf(eve.vault, "daily_entries")).toEqual([]);
    expect(await take()).toBe(5);
    expect(await months()).toEqual(["2026-11", "2019-05", "1999-12"]);
    await put("2024-02-03");
    expect(await months()).toEqual(["2026-11", "2024-02", "2019-05", "1999-12"]);
  });

  it("that is gone with the last rows goes on above the revision that the platform knows", async () => {
    for (const day of ["2026-11-21", "2026-11-20"]) await put(day);
    await settled();
    const { ownerId } = ada;
    await test.sql("vault", "DELETE FROM daily_entries WHERE owner_id = ? AND rev = 2", ownerId);
    await test.sql("vault", "DELETE FROM vault_heads WHERE owner_id = ?", ownerId);
    expect(await take()).toBe(3);
  });

  it("that is gone together with the state begins above every row, and the vault is no longer vouched for", async () => {
    const id = randomUUID();
    await put("2026-11-21", id);
    for (let n = 0; n < 3; n++) await put("2026-11-20", id);
    await settled();
    await test.sql("vault", "DELETE FROM daily_entries WHERE owner_id = ?", ada.ownerId);
    // The highest one left is that of an earlier state.
    const [highest] = await test.sql(
      "vault",
      "SELECT MAX(rev) AS rev FROM record_versions WHERE owner_id = ?",
      ada.ownerId,
    );
    expect(highest).toEqual({ rev: 3 });
    await test.sql("vault", "DELETE FROM vault_heads WHERE owner_id = ?", ada.ownerId);
    await test.sql("platform", "DELETE FROM vault_states WHERE owner_id = ?", ada.ownerId);
    expect(await put("2026-11-21")).toMatchObject({ record: { rev: 4 } });
    await settled();
    expect(await verifyVault(ada.vault)).toMatchObject({ status: "violated" });
    await acceptVault(ada.vault, "test");
    expect(await take()).toBe(6);
    expect(await verifyVault(ada.vault)).toMatchObject({ status: "ok" });
  });

  it("that does not open is begun anew above every row, whatever an earlier platform knows", async () => {
    await put("2026-11-21");
    const earlier = await settled();
    for (const day of ["2026-11-20", "2024-02-03"]) await put(day);
    const { platformDatabase } = test.deps;
    await moveState(platformDatabase.execute, ada.ownerId, await settled(), earlier);
    const set =
      "UPDATE vault_heads SET sealed = CONCAT(LEFT(sealed, LENGTH(sealed) - 1), CHAR(ASCII(RIGHT(sealed, 1)) ^ 1)) WHERE owner_id = ?";
    await test.sql("vault", set, ada.ownerId);
    await acceptVault(ada.vault, "test");
    expect(await stateNow()).toMatchObject({ rev: 4, violatedAt: null });
    expect(await months()).toEqual(["2026-11", "2024-02"]);
    expect(await put("2026-11-19")).toMatchObject({ record: { rev: 5 } });
  });

  it("has the months of all rows, and those it knew, once the vault is accepted", async () => {
    for (const day of ["2026-11-21", "2019-05-06"]) await put(day);
    const { keys } = ada.vault;
    const place = { table: "vault_heads", box: "sealed", ownerId: keys.ownerId, rev: 2 };
    const text = JSON.stringify({ months: { daily_entries: ["2001-01"], goals: ["2024-05"] } });
    const sealed = seal(keys.active, { ...place, rowId: keys.ownerId }, text);
    const set = "UPDATE vault_heads SET sealed = ? WHERE owner_id = ?";
    await test.sql("vault", set, sealed, ada.ownerId);
    expect((await verifyVault(ada.vault)).unlisted).toBe(2);
    await acceptVault(ada.vault, "test");
    expect(await months()).toEqual(["2026-11", "2019-05", "2001-01"]);
    expect(await months("goals")).toEqual(["2024-05"]);
    expect((await verifyVault(ada.vault)).unlisted).toBeUndefined();
    // It opened, so it was not begun anew.
    expect(await stateNow()).toMatchObject({ rev: 3, violatedAt: null });
  });

  it("does not open at another revision or for another owner, nor under the name of a record", async () => {
    await put("2026-11-21");
    const eve = await test.newOwner();
    await inChange(eve.vault, nothing);
    const [hers] = await test.sql(
      "vault",
      "SELECT sealed FROM vault_heads WHERE owner_id = ?",
      eve.ownerId,
    );
    const { keys } = ada.vault;
    const place = { table: "vault_heads", box: "sealed", ownerId: keys.ownerId, rev: 1 };
    const text = JSON.stringify({ months: {} });
    const forged = [
      hers?.["sealed"],
      seal(keys.active, { ...place, rowId: keys.ownerId, rev: 2 }, text),
      seal(keys.active, { ...place, rowId: keys.ownerId, table: "daily_entries" }, text),
      seal(keys.active, { ...place, rowId: keys.ownerId, box: "body" }, text),
      seal(keys.active, { ...place, rowId: randomBytes(16) }, text),
    ];
    for (const sealed of forged) {
      await test.sql(
        "vault",
        "UPDATE vault_heads SET sealed = ? WHERE owner_id = ?",
        sealed,
        ada.ownerId,
      );
      await expect(months()).rejects.toThrow("decryption failed");
      await expect(take()).rejects.toThrow("decryption failed");
    }
    const good = seal(keys.active, { ...place, rowId: keys.ownerId }, text);
    await test.sql(
      "vault",
      "UPDATE vault_heads SET sealed = ? WHERE owner_id = ?",
      good,
      ada.ownerId,
    );
    expect(await months()).toEqual([]);
  });
});

describe("under the owner's lock", () => {
  it("is known what revision there is, null without a head", async () => {
    expect(await underLock(ada.vault, (_, rev) => Promise.resolve(rev))).toBeNull();
    await take();
    expect(await underLock(ada.vault, (_, rev) => Promise.resolve(rev))).toBe(1);
  });

  it("nobody changes anything, not even past the queue of this process", async () => {
    await take();
    let isOver = false;
    let other: Promise<unknown> = Promise.resolve();
    await underLock(ada.vault, async () => {
      other = test
        .sql("vault", "UPDATE vault_heads SET rev = rev WHERE owner_id = ?", ada.ownerId)
        .then(() => expect(isOver).toBe(true));
      await new Promise((done) => setTimeout(done, 100));
      isOver = true;
    });
    await other;
    let hasChanged = false;
    const lock = underLock(ada.vault, async () => {
      await new Promise((done) => setTimeout(done, 30));
      expect(hasChanged).toBe(false);
    });
    const change = take().then(() => {
      hasChanged = true;
    });
    await Promise.all([lock, change]);
  });
});
