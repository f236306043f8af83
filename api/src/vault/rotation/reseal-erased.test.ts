import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import { boxVersion } from "../../crypto/box.ts";
import { entryKind } from "../../features/entries/entries.ts";
import { eraseAccount } from "../../platform/erasures.ts";
import { eraseOwner } from "../erase.ts";
import { putRecord } from "../records.ts";
import { resealAll, type ResealDeps, type ResealOptions, type ResealProgress } from "./reseal.ts";

let test: TestVault;
let ada: Owner;
let eve: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  const owners = [await test.newOwner(), await test.newOwner()];
  for (const { vault } of owners) {
    await putRecord(vault, entryKind, randomUUID(), {
      fields: entryKind.fields.parse({ day: "2026-11-21", title: "First", body: "words" }),
      guard: undefined,
      now: test.clock.now,
    });
  }
  // A rotation goes by the ids of users.
  owners.sort((one, other) => (one.userId < other.userId ? -1 : 1));
  [ada, eve] = owners as [Owner, Owner];
});

async function erase({ userId, ownerId }: Owner): Promise<void> {
  const dates = { requestedAt: test.clock.now, unreadableAfter: test.clock.now };
  const reason = { actor: "user", purpose: "test", requestId: null } as const;
  await eraseAccount(test.deps.platform, userId, dates, reason);
  await eraseOwner(test.deps.vaultDatabase, new Uint8Array(ownerId));
}

/** Rotates everybody's key; `act` is called once, after the first answer in `phase` to a statement that is like `sql`. */
async function rotate(
  phase: ResealProgress["phase"],
  sql: RegExp,
  act: () => void | Promise<void>,
  options: Partial<ResealOptions> = {},
) {
  const { vaultDatabase } = test.deps;
  let now: ResealProgress["phase"] = "making keys";
  let [owners, isDone] = [0, false];
  const acting: ResealDeps["vaultDatabase"] = {
    ...vaultDatabase,
    execute: async (text, values) => {
      const answer = await vaultDatabase.execute(text, values);
      if (!isDone && now === phase && sql.test(text)) {
        isDone = true;
        await act();
      }
      return answer as never;
    },
  };
  const phases = ["making keys", "waiting", "sealing", "looking again"] as const;
  const report = await resealAll(
    { ...test.deps, vaultDatabase: acting },
    {
      who: null,
      madeBefore: new Date("2100-01-01"),
      graceMs: 0,
      purpose: "test",
      // Told after each owner: after the second the next phase begins.
      onProgress: () => {
        now = phases[Math.floor(++owners / 2)] ?? now;
      },
      ...options,
    },
  );
  expect(isDone).toBe(true);
  return report;
}

const rowsOf = async ({ ownerId, userId }: Owner) => ({
  keys: await test.sql("platform", "SELECT 1 FROM user_deks WHERE user_id = ?", userId),
  wraps: await test.sql("platform", "SELECT 1 FROM dek_wraps WHERE owner_id = ?", ownerId),
  mirrors: await test.sql("vault", "SELECT 1 FROM vault_keys WHERE owner_id = ?", ownerId),
  heads: await test.sql("vault", "SELECT 1 FROM vault_heads WHERE owner_id = ?", ownerId),
});
const NOTHING = { keys: [], wraps: [], mirrors: [], heads: [] };
const versionsOf = async ({ ownerId }: Owner) =>
  (await test.sql("vault", "SELECT sealed FROM daily_entries WHERE owner_id = ?", ownerId)).map(
    (row) => boxVersion(row["sealed"] as Uint8Array),
  );

describe("a rotation during which somebody is erased", () => {
  it.each([
    // `erasures` keeps the mirror away by then.
    ["after its keys were unwrapped", 1],
    ["before", 0],
  ])("activates no key of theirs, and takes what is missing for no fault: %s", async (_, when) => {
    const { keys } = test.deps;
    let isErased = false;
    const eraseOnce = async () => {
      if (isErased) return;
      isErased = true;
      await erase(ada);
    };
    const report = await resealAll(
      {
        ...test.deps,
        keys: {
          ...keys,
          openKeys: async (userId, use) => {
            const isHers = userId === ada.userId;
            if (isHers && when === 0) await eraseOnce();
            const opened = await keys.openKeys(userId, use);
            if (isHers) await eraseOnce();
            return opened;
          },
        },
      },
      { who: null, madeBefore: new Date("2100-01-01"), graceMs: 0, purpose: "test" },
    );
    expect(report).toMatchObject({ begun: 2, activated: 1, finished: 1, unopened: [] });
    expect(report.isFinished).toBe(true);
    expect(await rowsOf(ada)).toEqual(NOTHING);
    expect(await versionsOf(eve)).toEqual([2]);
  });

  it("passes over them when it comes to them", async () => {
    const report = await rotate("sealing", /^SELECT id, LENGTH/, () => erase(eve));
    expect(report).toMatchObject({ activated: 2, finished: 1, unopened: [], isFinished: true });
    expect(await rowsOf(eve)).toEqual(NOTHING);
    // What is left of their rows opens for nobody, and was not sealed anew.
    expect(await versionsOf(eve)).toEqual([1]);
    expect(await versionsOf(ada)).toEqual([2]);
  });

  it("makes no new head for them, when it has read the one that they had", async () => {
    const head = /^SELECT .*sealed FROM vault_heads/;
    const report = await rotate("sealing", head, () => erase(ada));
    expect(report).toMatchObject({ activated: 2, finished: 1, unopened: [], isFinished: true });
    expect(await rowsOf(ada)).toEqual(NOTHING);
    expect(await versionsOf(eve)).toEqual([2]);
  });
});

describe("a rotation that is stopped while it seals", () => {
  it("leaves the rest under the former key, and the next one brings it to its end", async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const report = await rotate("sealing", /^SELECT id, LENGTH/, () => stop.abort(), { signal });
    expect(report).toMatchObject({ activated: 2, finished: 0, unopened: [], isFinished: false });
    expect([await versionsOf(ada), await versionsOf(eve)]).toEqual([[1], [1]]);
    const next = await rotate("sealing", /^SELECT id, LENGTH/, () => undefined, {
      madeBefore: new Date(0),
    });
    expect(next).toMatchObject({ begun: 0, finished: 2, isFinished: true });
    expect([await versionsOf(ada), await versionsOf(eve)]).toEqual([[2], [2]]);
  });
});
