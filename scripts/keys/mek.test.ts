import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { decodeKeyring } from "../../api/src/crypto/keyring.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { openTestApp, type TestApp } from "../../api/test/app.ts";
import { signUp } from "../../api/test/people.ts";
import { makeOwners, openAll, runKeys, startKeys } from "../test/keys-command.ts";

const OWNERS = 1500;
const ROTATE = ["rotate", "--mek", "--settle-seconds", "0.1"];
const retire = (mekRef: string) => ["retire", "--mek", mekRef, "--yes", "--settle-seconds", "0.1"];

// Each starts several processes, which share the machine with others.
jest.setTimeout(180_000);

let app: TestApp;
beforeEach(async () => {
  app = await openTestApp();
});
afterEach(() => app.close());

const current = () => localKeyring(app.keyringFile).current();
const keysInFile = () => decodeKeyring(readFileSync(app.keyringFile));
const referencesIn = async () => {
  const read = async (database: "platform" | "vault", table: string) =>
    (await app.sql(database, `SELECT DISTINCT mek_ref AS ref FROM ${table}`)).map((row) =>
      String(row["ref"]),
    );
  return [...(await read("platform", "dek_wraps")), ...(await read("vault", "vault_keys"))];
};
const differing = async () => {
  const read = async (database: "platform" | "vault", table: string) =>
    (
      await app.sql(
        database,
        `SELECT HEX(owner_id) AS owner, version, HEX(\`blob\`) AS b FROM ${table}`,
      )
    ).map((row) => `${String(row["owner"])}/${String(row["version"])} ${String(row["b"])}`);
  const platform = new Set(await read("platform", "dek_wraps"));
  return (await read("vault", "vault_keys")).filter((wrap) => !platform.has(wrap));
};

describe("keys:rotate --mek", () => {
  it("moves every data key of both databases under a new key, and says what is next", async () => {
    await makeOwners(app, 700);
    const before = await openAll(app);
    const former = await current();
    const dry = await runKeys(app, [...ROTATE, "--dry-run"]);
    expect(dry).toMatchObject({ code: 0, output: expect.stringContaining("1,400 wraps") });
    expect(await current()).toBe(former);

    const run = await runKeys(app, ROTATE);
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("keys:retire") });
    expect(run.output).toContain("700 in the platform and 700 in the vault");
    expect(await current()).not.toBe(former);
    expect(new Set(await referencesIn())).toEqual(new Set([await current()]));
    expect(await openAll(app)).toEqual(before);
    expect(await differing()).toEqual([]);
    expect(statSync(app.keyringFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(app.folder).filter((name) => name.startsWith("keyring"))).toEqual([
      "keyring",
    ]);

    const events = await app.sql("platform", "SELECT * FROM audit_events");
    expect(events).toMatchObject(
      ["begins", "is done"].map((what) => ({
        user_id: null,
        tenant_id: null,
        actor: "operator",
        action: "key.rewrapped",
        purpose: `keys:rotate --mek: ${what}`,
      })),
    );
  });

  it("serves a server that runs meanwhile, without a restart", async () => {
    const person = await signUp(app);
    expect((await runKeys(app, ROTATE)).code).toBe(0);
    const [user] = await app.sql("platform", "SELECT id FROM users");
    app.deps.keys.forget(String(user?.["id"]));
    const entry = { body: { day: "2026-11-21", body: "after the rotation" } };
    expect((await person.call("POST", "/api/entries", entry)).status).toBe(201);
    await signUp(app);
    expect(new Set(await referencesIn())).toEqual(new Set([await current()]));
  });

  it("stages a key that wraps nothing until the next run makes it current", async () => {
    const former = await current();
    expect((await runKeys(app, ["rotate", "--mek", "--stage-only"])).code).toBe(0);
    expect((await runKeys(app, ["rotate", "--mek", "--stage-only"])).output).toContain("Found");
    expect(await current()).toBe(former);
    expect(keysInFile()).toHaveLength(2);
    expect((await runKeys(app, ["doctor"])).output).toContain("wraps nothing");
    expect((await runKeys(app, ROTATE)).code).toBe(0);
    expect(keysInFile()).toHaveLength(2);
    expect(await current()).toBe(`local:${String(keysInFile()[1]?.id)}`);
  });

  it("survives being killed at any moment, thirty times, two at once, with sign-ups meanwhile", async () => {
    await makeOwners(app, OWNERS);
    const before = await openAll(app);
    const first = (await app.sql("platform", "SELECT owner_id FROM dek_wraps")).map(
      (row) => row["owner_id"] as Buffer,
    );
    const COUNT =
      "SELECT mek_ref, COUNT(*) FROM dek_wraps WHERE owner_id IN (?) GROUP BY mek_ref ORDER BY mek_ref";
    /** How many of the first wraps are under which key: other ones after each step of a rotation. */
    const spread = () => app.sql("platform", COUNT, [first]);
    let kills = 0;
    /** How often some of them were moved and others were not. */
    let between = 0;
    const over = new AbortController();
    const signUps = (async () => {
      let count = 0;
      for (; !over.signal.aborted; count++) {
        await makeOwners(app, 3);
        await sleep(100);
      }
      return count * 3;
    })();
    for (let round = 0; kills < 30; round++) {
      const start = JSON.stringify(await spread());
      const rotators = [startKeys(app, ROTATE), startKeys(app, ROTATE)];
      const done = new AbortController();
      void Promise.all(rotators.map((rotator) => rotator.ends)).then(() => {
        done.abort();
      });
      await Promise.race(rotators.map((rotator) => rotator.speaks));
      // Every other time once wraps are being moved, whenever that is on this machine.
      const isLate = () => round % 2 === 0 || done.signal.aborted;
      while (!isLate() && JSON.stringify(await spread()) === start) await sleep(10);
      await sleep(Math.random() * (round % 2 === 0 ? 250 : 50));
      for (const rotator of rotators) rotator.kill("SIGKILL");
      const ends = await Promise.all(rotators.map((rotator) => rotator.ends));
      kills += ends.filter(({ code }) => code === null).length;
      if ((await spread()).length > 1) between++;
      const after = await openAll(app);
      for (const [name, hash] of before) {
        if (after.get(name) !== hash) throw new Error(`${name} is another key or gone`);
      }
    }
    over.abort();
    expect(between).toBeGreaterThan(0);
    const newcomers = await signUps;
    const last = await runKeys(app, ROTATE);
    expect(last).toMatchObject({ code: 0 });
    const after = await openAll(app);
    expect(after.size).toBe(before.size + 2 * newcomers);
    expect(new Set(await referencesIn())).toEqual(new Set([await current()]));
    expect(await differing()).toEqual([]);
    expect(await runKeys(app, ["doctor", "--all"])).toMatchObject({ code: 0 });
  }, 600_000);

  it("leaves a wrap that does not open, names it, and moves the others", async () => {
    await makeOwners(app, 20);
    await app.sql(
      "platform",
      "UPDATE dek_wraps SET `blob` = REVERSE(`blob`) ORDER BY owner_id LIMIT 1",
    );
    await app.sql(
      "platform",
      "INSERT INTO dek_wraps SELECT REPEAT('x', 16), 1, 'mek', mek_ref, suite, `blob` FROM dek_wraps LIMIT 1",
    );
    const run = await runKeys(app, ROTATE);
    expect(run.code).toBe(1);
    expect(run.output.match(/: it does not open/g)).toHaveLength(1);
    expect(run.output).toContain("the platform's could not be moved");
    expect(run.output).toContain("user_deks does not know its version");
    const left = await app.sql("platform", "SELECT 1 FROM dek_wraps WHERE mek_ref <> ?", [
      await current(),
    ]);
    expect(left).toHaveLength(2);
    // One wrap that never opens must not keep all others under their master key for ever.
    expect(run.output).toContain("--stage-only");
    const stuck = await current();
    expect(await runKeys(app, ROTATE)).toMatchObject({ code: 1 });
    expect(await current()).toBe(stuck);
    await runKeys(app, [...ROTATE, "--stage-only"]);
    expect(await runKeys(app, ROTATE)).toMatchObject({ code: 1 });
    expect(await current()).not.toBe(stuck);
    const [end] = await app.sql(
      "platform",
      "SELECT purpose FROM audit_events ORDER BY id DESC LIMIT 1",
    );
    expect(end?.["purpose"]).toMatch(/is done but for \d wraps$/);
    // The tampered one is still whole in the vault, so that it can be repaired and moved.
    expect(await runKeys(app, ["doctor", "--all", "--repair"])).toMatchObject({
      code: 1,
      output: expect.stringMatching(
        /✓ owner .* does not open: repaired[^]*✗ owner 7878.*: nobody's/,
      ),
    });
    await app.sql("platform", "DELETE FROM dek_wraps WHERE owner_id = REPEAT('x', 16)");
    expect(await runKeys(app, ROTATE)).toMatchObject({ code: 0 });
    expect(await openAll(app)).toMatchObject({ size: 40 });
  });

  // An administrator may write anywhere.
  const asUser = process.getuid?.() === 0 ? it.skip : it;

  asUser("leaves the keyring as it was when it cannot be written (not as root)", async () => {
    await makeOwners(app, 5);
    const bytes = readFileSync(app.keyringFile);
    chmodSync(app.folder, 0o500);
    try {
      expect((await runKeys(app, ROTATE)).code).toBe(1);
      expect(readFileSync(app.keyringFile)).toEqual(bytes);
    } finally {
      chmodSync(app.folder, 0o700);
    }
    expect((await runKeys(app, ROTATE)).code).toBe(0);
  });

  it("takes over the lock of a command that was killed", async () => {
    await makeOwners(app, 5);
    writeFileSync(`${app.keyringFile}.lock`, JSON.stringify({ pid: 999_999, started: "gone" }));
    expect((await runKeys(app, ROTATE)).code).toBe(0);
  });
});

describe("keys:retire --mek", () => {
  it("is refused with the count while a data key is under it, in either database", async () => {
    await makeOwners(app, 7);
    const former = await current();
    const refused = await runKeys(app, ["retire", "--mek", former, "--yes"]);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining("in use: 7 data keys"),
    });
    await runKeys(app, ROTATE);
    expect(await runKeys(app, ["retire", "--mek", former])).toMatchObject({ code: 1 });
    expect(keysInFile()).toHaveLength(2);
    expect(await runKeys(app, retire(former))).toMatchObject({ code: 0 });
    expect(keysInFile()).toHaveLength(1);
    expect(
      await app.sql("platform", "SELECT purpose FROM audit_events WHERE action = 'key.retired'"),
    ).toEqual([{ purpose: `keys:retire --mek ${former}` }]);
    const active = await runKeys(app, retire(await current()));
    expect(active.code).toBe(1);
    expect(await openAll(app)).toMatchObject({ size: 14 });
    expect(await runKeys(app, retire(former))).toMatchObject({
      code: 1,
      output: expect.stringContaining(`does not have ${former}`),
    });
  });

  it("is refused when a wrap was on its way", async () => {
    await makeOwners(app, 3);
    const former = await current();
    await runKeys(app, ROTATE);
    const [late] = await app.sql("platform", "SELECT * FROM dek_wraps LIMIT 1");
    const retiring = startKeys(app, [...retire(former).slice(0, -1), "2"]);
    await retiring.speaks;
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = ? WHERE owner_id = ?", [
      former,
      late?.["owner_id"],
    ]);
    expect(await retiring.ends).toMatchObject({
      code: 1,
      output: expect.stringMatching(/Nothing is under[^]*in use: 1 data keys/),
    });
    expect(keysInFile()).toHaveLength(2);
  });

  it("leaves no server behind that had no reason to look at the keyring meanwhile", async () => {
    const person = await signUp(app);
    const former = await current();
    await runKeys(app, ROTATE);
    expect((await runKeys(app, retire(former))).code).toBe(0);
    const [user] = await app.sql("platform", "SELECT id FROM users");
    app.deps.keys.forget(String(user?.["id"]));
    const entry = { body: { day: "2026-11-21", body: "after the retirement" } };
    expect((await person.call("POST", "/api/entries", entry)).status).toBe(201);
    await signUp(app);
    expect(new Set(await referencesIn())).toEqual(new Set([await current()]));
  });
});

describe("the command line", () => {
  it.each([
    ["rotate", "--mek", "--dek", "all"],
    ["rotate", "--mek", "--made-before", "2026-01-01"],
    ["rotate", "--dek", "all", "--stage-only"],
    ["rotate", "--dek", ""],
    ["rotate", "--dek", "all", "others"],
    ["retire", "--dek", "all", "--older-than", "", "--yes"],
    ["retire", "--dek", "all", "--older-than", "-1", "--yes"],
    ["retire", "--dek", "all", "--yes"],
    ["retire", "--mek", "local:0000000000000000", "--older-than", "30", "--yes"],
    ["doctor", "--dry-run", "--repair"],
    ["status", "--row"],
  ])("refuses what it would not heed: %s %s %s %s %s", async (...args) => {
    const run = await runKeys(app, args);
    expect(run).toMatchObject({ code: 2, output: expect.stringContaining("Usage:") });
  });
});
