import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import { activateKey, decodeKeyring, stageKey } from "../../crypto/keyring.ts";
import { hex } from "../../lib/ids.ts";
import { countLeft, rewrapAll, type RewrapDeps, type RewrapOptions } from "./rewrap.ts";

let test: TestVault;
let ada: Owner;
let target: string;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  ada = await test.newOwner();
  await mirror(ada);
  await mirror(await test.newOwner());
  target = rotateKeyring();
});

/** Adds a master key to the keyring and makes it current. @returns its reference. */
function rotateKeyring(): string {
  const staged = stageKey(readFileSync(test.keyringFile), new Date());
  const id = decodeKeyring(staged).at(-1)?.id ?? "";
  writeFileSync(test.keyringFile, activateKey(staged, id));
  return `local:${id}`;
}

/** Gives the vault the wrap of an owner that the platform has, as signing up does. */
async function mirror({ ownerId }: Owner): Promise<void> {
  const [wrap] = await test.sql(
    "platform",
    "SELECT w.*, d.dek_id FROM dek_wraps w JOIN user_deks d USING (owner_id, version) WHERE owner_id = ?",
    ownerId,
  );
  await test.sql("vault", "DELETE FROM vault_keys WHERE owner_id = ?", ownerId);
  await test.sql(
    "vault",
    "INSERT INTO vault_keys (owner_id, version, method, dek_id, mek_ref, suite, `blob`) VALUES (?, 1, 'mek', ?, ?, ?, ?)",
    ...[ownerId, wrap?.["dek_id"], wrap?.["mek_ref"], wrap?.["suite"], wrap?.["blob"]],
  );
}

const rewrap = (options: Partial<RewrapOptions> = {}, deps: Partial<RewrapDeps> = {}) =>
  rewrapAll(
    { ...test.deps, ...deps },
    { target: () => Promise.resolve(target), atOnce: 1, settleMs: 0, ...options },
  );
const hers = (database: "platform" | "vault") =>
  test.sql(
    database,
    `SELECT mek_ref, \`blob\` FROM ${database === "vault" ? "vault_keys" : "dek_wraps"} WHERE owner_id = ?`,
    ada.ownerId,
  );
/** Why which of her wraps was left. */
const reasons = (unmoved: Awaited<ReturnType<typeof rewrap>>["unmoved"]) =>
  unmoved.map(({ database, ownerId, version, why }) => {
    expect([ownerId, version]).toEqual([hex(ada.ownerId), 1]);
    return `${database}: ${why}`;
  });

describe("a wrap that cannot be moved", () => {
  it("is left, and its mirror with it, where its master key is not at hand", async () => {
    const sql = "SET mek_ref = 'local:lost' WHERE owner_id = ?";
    await test.sql("platform", `UPDATE dek_wraps ${sql}`, ada.ownerId);
    const before = [await hers("platform"), await hers("vault")];
    const report = await rewrap();
    expect(report).toMatchObject({ isFinished: true, platform: 1, vault: 1 });
    expect(report.unmoved[0]?.mekRef).toBe("local:lost");
    expect(reasons(report.unmoved)).toEqual([
      "platform: its master key is not at hand",
      "vault: the platform's could not be moved",
    ]);
    expect([await hers("platform"), await hers("vault")]).toEqual(before);
  });

  it("is left where nobody knows what data key it holds", async () => {
    await test.sql("platform", "DELETE FROM user_deks WHERE owner_id = ?", ada.ownerId);
    const before = [await hers("platform"), await hers("vault")];
    const report = await rewrap();
    expect(report).toMatchObject({ isFinished: true, platform: 1, vault: 1 });
    expect(reasons(report.unmoved)).toEqual([
      "platform: user_deks does not know its version: npm run keys:doctor",
      "vault: user_deks does not know its version: npm run keys:doctor",
    ]);
    expect([await hers("platform"), await hers("vault")]).toEqual(before);
  });

  it("is not put in the place of a mirror that names another data key", async () => {
    const sql = "UPDATE vault_keys SET dek_id = REPEAT('x', 16), `blob` = REVERSE(`blob`)";
    await test.sql("vault", `${sql} WHERE owner_id = ?`, ada.ownerId);
    const before = await hers("vault");
    const report = await rewrap();
    expect(report).toMatchObject({ isFinished: true, platform: 2, vault: 1 });
    expect(reasons(report.unmoved)).toEqual(["vault: it differs from the platform's"]);
    expect(await hers("vault")).toEqual(before);
    expect(await hers("platform")).toMatchObject([{ mek_ref: target }]);
  });
});

describe("re-wrapping", () => {
  it("that is stopped at work ends with what is written, before it waits for anything", async () => {
    const stop = new AbortController();
    let waitedMs = 0;
    const report = await rewrap({
      signal: stop.signal,
      settleMs: 600_000,
      onProgress: ({ done, waitingMs }) => {
        waitedMs += waitingMs;
        if (done > 0) stop.abort();
      },
    });
    expect(waitedMs).toBe(0);
    expect(report).toEqual({ target, platform: 2, vault: 2, unmoved: [], isFinished: false });
    expect(await countLeft(test.deps, target)).toBe(0);
  });

  it("goes over it again where somebody else stored a wrap under the former key meanwhile", async () => {
    const [former] = await hers("platform");
    const { platformDatabase } = test.deps;
    let counts = 0;
    const racing: RewrapDeps["platformDatabase"] = {
      ...platformDatabase,
      execute: async (sql, values) => {
        // The first count is before all work, the second tells whether any is left.
        if (sql.includes("COUNT(*)") && ++counts === 2) {
          await test.sql(
            "platform",
            "UPDATE dek_wraps SET mek_ref = ?, `blob` = ? WHERE owner_id = ?",
            ...[former?.["mek_ref"], former?.["blob"], ada.ownerId],
          );
        }
        return platformDatabase.execute(sql, values);
      },
    };
    const waits: number[] = [];
    const report = await rewrap(
      {
        settleMs: 1,
        onProgress: ({ waitingMs }) => {
          if (waitingMs > 0) waits.push(counts);
        },
      },
      { platformDatabase: racing },
    );
    expect(report).toMatchObject({ isFinished: true, platform: 3, unmoved: [] });
    // It did not take the second count for the end.
    expect(waits[0]).toBe(3);
    expect(await countLeft(test.deps, target)).toBe(0);
  });
});
