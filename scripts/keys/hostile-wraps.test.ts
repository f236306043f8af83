import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { decodeKeyring } from "../../api/src/crypto/keyring.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { openTestApp, type TestApp } from "../../api/test/app.ts";
import { workerServices } from "../../api/test/databases.ts";
import { proxyTo } from "../../api/test/proxy.ts";
import { makeOwners, openAll, runKeys } from "../test/keys-command.ts";

const ROTATE = ["rotate", "--mek", "--settle-seconds", "0.1"];

// Each starts several processes, which share the machine with others.
jest.setTimeout(180_000);

let app: TestApp;
beforeEach(async () => {
  app = await openTestApp();
});
afterEach(() => app.close());

const current = () => localKeyring(app.keyringFile).current();
const TABLES = [
  ["platform", "dek_wraps"],
  ["vault", "vault_keys"],
] as const;

describe("a wrap that somebody altered in the database", () => {
  it("hides no other from keys:retire by another spelling of its reference", async () => {
    await makeOwners(app, 5);
    const before = await openAll(app);
    const former = await current();
    const staged = await runKeys(app, [...ROTATE, "--stage-only"]);
    expect(staged.code).toBe(0);
    // Most of them are under the former key, as where a rotation was killed.
    for (const [database, table] of TABLES) {
      const spelt = former.toUpperCase();
      await app.sql(database, `UPDATE ${table} SET mek_ref = ? ORDER BY owner_id LIMIT 1`, [spelt]);
    }
    const retired = await runKeys(app, ["retire", "--mek", former, "--yes"]);
    expect(retired).toMatchObject({
      code: 1,
      output: expect.stringContaining("5 data keys in the platform and 5 in the vault"),
    });
    expect(decodeKeyring(readFileSync(app.keyringFile))).toHaveLength(2);

    const rotated = await runKeys(app, ROTATE);
    expect(rotated).toMatchObject({
      code: 1,
      output: expect.stringContaining(
        `under ${former.toUpperCase()}: its master key is not at hand`,
      ),
    });
    expect(rotated.output).toContain("2 wraps were left as they are: npm run keys:doctor");
    // The only wrap of its owner may be one that needs nothing but its reference put right.
    const refused = await runKeys(app, ["retire", "--mek", former, "--yes"]);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining("in use: 1 data keys"),
    });
    for (const [database, table] of TABLES) {
      await app.sql(database, `UPDATE ${table} SET mek_ref = ? WHERE mek_ref = ?`, [
        former,
        former,
      ]);
    }
    expect((await runKeys(app, ROTATE)).code).toBe(0);
    expect(await openAll(app)).toEqual(before);
  });

  it("is named by the rotation and the doctor where its method is none", async () => {
    await makeOwners(app, 3);
    await app.sql(
      "vault",
      "INSERT INTO vault_keys SELECT owner_id, version, 'passphrase', dek_id, mek_ref, suite, `blob` FROM vault_keys LIMIT 1",
    );
    const rotated = await runKeys(app, ROTATE);
    expect(rotated.code).toBe(1);
    expect(rotated.output).toMatch(/vault: owner .* method passphrase, .*no such method is known/);
    const looked = await runKeys(app, ["doctor"]);
    expect(looked).toMatchObject({
      code: 1,
      output: expect.stringContaining("delete it from vault_keys"),
    });
    await app.sql("vault", "DELETE FROM vault_keys WHERE method = 'passphrase'");
    expect((await runKeys(app, ROTATE)).code).toBe(0);
  });
});

it("a database that goes away under a rotation ends it by one sentence, and nothing is lost", async () => {
  await makeOwners(app, 2000);
  const before = await openAll(app);
  const proxy = await proxyTo(workerServices().platformUrl);
  try {
    proxy.whenNext("UPDATE JSON_TABLE", () => {
      proxy.cut();
    });
    const { code, output } = await runKeys(app, ROTATE, { PLATFORM_DATABASE_URL: proxy.url });
    expect(code).toBe(1);
    expect(output).not.toMatch(/Node\.js v|\n +at /);
  } finally {
    await proxy.close();
  }
  expect((await runKeys(app, ROTATE)).code).toBe(0);
  expect(await openAll(app)).toEqual(before);
});
