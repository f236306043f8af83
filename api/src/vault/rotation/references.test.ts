import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type TestVault } from "../../../test/vault.ts";
import { activateKey, decodeKeyring, stageKey } from "../../crypto/keyring.ts";
import { countWraps } from "../../platform/rotation-statements.ts";
import { countWrapsByState } from "../../platform/wrap-counts.ts";
import { examineKeys } from "./doctor.ts";
import { countLeft, rewrapAll, type RewrapDeps } from "./rewrap.ts";

/** The collation of a reference takes other spellings for the same; nothing here may. */

let test: TestVault;
let former: string;
let target: string;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  await test.newOwner();
  await test.newOwner();
  const wraps = await test.sql(
    "platform",
    "SELECT w.*, d.dek_id FROM dek_wraps w JOIN user_deks d USING (owner_id, version)",
  );
  for (const wrap of wraps) await test.sql("vault", "INSERT INTO vault_keys SET ?", wrap);
  former = await test.deps.meks.current();
  const staged = stageKey(readFileSync(test.keyringFile), new Date());
  const id = decodeKeyring(staged).at(-1)?.id ?? "";
  writeFileSync(test.keyringFile, activateKey(staged, id));
  target = `local:${id}`;
});

const TABLES = [
  ["platform", "dek_wraps"],
  ["vault", "vault_keys"],
] as const;
const rewrap = (deps: Partial<RewrapDeps> = {}) =>
  rewrapAll(
    { ...test.deps, ...deps },
    { target: () => Promise.resolve(target), atOnce: 1, settleMs: 0 },
  );

describe.each<[string, (ref: string) => string]>([
  ["in capitals", (ref) => ref.toUpperCase()],
  ["with a space after it", (ref) => `${ref} `],
  ["with an accent", (ref) => ref.replace("o", "ó")],
])("the reference of a master key %s", (_, spell) => {
  it.each(TABLES)("is another one, in the %s", async (database, table) => {
    const { execute } = test.deps[`${database}Database`];
    await test.sql(
      database,
      `UPDATE ${table} SET mek_ref = ? ORDER BY owner_id LIMIT 1`,
      spell(former),
    );
    expect(await countWraps(execute, table)).toEqual(
      new Map([
        [former, 1],
        [spell(former), 1],
      ]),
    );
    if (database === "platform") {
      const counts = await countWrapsByState(execute);
      expect(new Map(counts.map(({ mekRef, count }) => [mekRef, count]))).toEqual(
        await countWraps(execute, table),
      );
    }
  });

  it.each([
    ["platform", "former", 2],
    ["platform", "current", 1],
    ["vault", "former", 0],
    ["vault", "current", 0],
  ] as const)(
    "keeps no rotation from its end, and is named or mended: in the %s, of the %s key",
    async (database, which, left) => {
      if (which === "current") await rewrap();
      const table = database === "platform" ? "dek_wraps" : "vault_keys";
      const ref = spell(which === "current" ? target : former);
      await test.sql(database, `UPDATE ${table} SET mek_ref = ? ORDER BY owner_id LIMIT 1`, ref);
      const { unmoved, isFinished } = await rewrap();
      expect(isFinished).toBe(true);
      expect(unmoved).toHaveLength(left);
      if (left > 0) expect(unmoved[0]).toMatchObject({ database, mekRef: ref });
      expect(await countLeft(test.deps, target)).toBe(left);
    },
  );
});

describe("a wrap of a method that is not known", () => {
  it.each(["passphrase", "MEK"])("is named, and all others are moved: %s", async (method) => {
    for (const [database, table] of TABLES) {
      await test.sql(database, `UPDATE ${table} SET method = ? ORDER BY owner_id LIMIT 1`, method);
    }
    const { unmoved, ...report } = await rewrap();
    expect(report).toMatchObject({ isFinished: true, platform: 1, vault: 1 });
    const why = "no such method is known: npm run keys:doctor";
    expect(unmoved).toMatchObject([
      { database: "platform", method, mekRef: former, why },
      { database: "vault", method, mekRef: former },
    ]);
    expect(await countLeft(test.deps, target)).toBe(2);
  });

  it("is named beside one that is known, of the same data key, where a batch ends between both too", async () => {
    for (const [database, table] of TABLES) {
      for (let n = 0; n < 210; n++) {
        await test.sql(
          database,
          `INSERT INTO ${table} (owner_id, version, method, mek_ref, suite, \`blob\`${table === "vault_keys" ? ", dek_id" : ""})
           SELECT owner_id, version, ?, mek_ref, suite, \`blob\`${table === "vault_keys" ? ", dek_id" : ""} FROM ${table} WHERE method = 'mek' ORDER BY owner_id LIMIT 1`,
          `other${n}`,
        );
      }
    }
    const { unmoved, ...report } = await rewrap();
    expect(report).toMatchObject({ isFinished: true, platform: 2, vault: 2 });
    expect(unmoved).toHaveLength(420);
  });

  it("is told of by the doctor, with where it is", async () => {
    const said: string[] = [];
    const look = async () => {
      said.length = 0;
      await examineKeys(test.deps, {
        isThorough: true,
        hasRows: false,
        isRepairing: false,
        onFinding: ({ what, remedy }) => said.push(`${what}: ${remedy}`),
      });
      return said;
    };
    expect(await look()).toEqual([]);
    await test.sql(
      "vault",
      "INSERT INTO vault_keys SELECT owner_id, version, 'passphrase', dek_id, mek_ref, suite, `blob` FROM vault_keys LIMIT 1",
    );
    expect(await look()).toEqual([
      `a wrap of version 1 under ${former} in the vault is of the method "passphrase", which there is not: planted, unless a newer TimOS made it: delete it from vault_keys`,
    ]);
  });
});
