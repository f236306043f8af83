import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { KindName } from "../../api/src/contract/record.ts";
import { RECORD_TABLES } from "../../api/src/features/vault-tables.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { keyService } from "../../api/src/vault/key-service.ts";
import { masterKeys } from "../../api/src/vault/mek/providers.ts";
import { examineKeys } from "../../api/src/vault/rotation/doctor.ts";
import type { Finding } from "../../api/src/vault/rotation/examination.ts";
import { openTestApp, type TestApp } from "../../api/test/app.ts";
import { call, signUp, type Person } from "../../api/test/people.ts";
import { samplesOf, writeSample } from "../../api/test/samples.ts";
import { openAll, runKeys, startKeys } from "../test/keys-command.ts";

/** Servers keep keys for a second, and a request takes no more than half of one. */
const ROTATE = ["rotate", "--settle-seconds", "1.5", "--dek"];

// Each starts several processes, which share the machine with others.
jest.setTimeout(180_000);

let app: TestApp;
beforeEach(async () => {
  app = await openTestApp({ KEY_CACHE_SECONDS: "1" });
});
afterEach(() => app.close());

const dayOf = (n: number) => `2026-10-${String(1 + (n % 28)).padStart(2, "0")}`;

/** Entries by id, as they were acknowledged. */
type Written = Map<string, { day: string; body: string }>;

async function write(person: Person, written: Written, id: string, n: number): Promise<void> {
  const entry = { day: dayOf(n), body: `words ${n} of ${id}` };
  const reply = await person.call("PUT", `/api/entries/${id}`, { body: entry });
  if (reply.status >= 300) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  written.set(id, entry);
}

async function writeMany(person: Person, written: Written, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await write(person, written, randomUUID(), n);
}

/** A record of each kind but entries, by its path, as it was acknowledged. */
async function writeOthers(person: Person): Promise<Map<string, object>> {
  const made = async (kind: string) =>
    String((await person.call("POST", `/api/${kind}`, { body: { name: "Own" } })).body["id"]);
  const [pillarId, habitId] = [await made("pillars"), await made("habits")];
  const matter = { word: "words", day: dayOf(1), pillarId, habitId, moodId: randomUUID() };
  const records = new Map<string, object>();
  for (const kind of KindName.exclude(["entries"]).options) {
    const { body } = await writeSample(person, kind, samplesOf(matter)[kind], randomUUID());
    records.set(`/api/${kind}/${String(body["id"])}`, body);
  }
  return records;
}

/** Every entry opens by its id, and its day's list has it. */
async function expectAll(person: Person, written: Written): Promise<void> {
  const listed = new Set<string>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const reply = await person.call(
      "GET",
      `/api/entries?from=2026-10-01&to=2026-10-31&limit=200${query}`,
    );
    expect(reply.status).toBe(200);
    const { items, nextCursor } = reply.body as unknown as {
      items: { id: string }[];
      nextCursor: string | null;
    };
    for (const { id } of items) listed.add(id);
    cursor = nextCursor;
  }
  for (const [id, entry] of written) {
    const reply = await person.call("GET", `/api/entries/${id}`);
    expect(reply).toMatchObject({ status: 200, body: entry });
    if (!listed.has(id)) throw new Error(`${id} is in no list`);
  }
}

/** How many rows are under a version that is swept, or that there is not. */
async function strayRows(): Promise<number> {
  const deks = await app.sql(
    "platform",
    "SELECT HEX(owner_id) AS owner, version FROM user_deks WHERE state IN ('pending', 'active') OR (state = 'decrypt_only' AND swept_at IS NULL)",
  );
  const alive = new Set(deks.map((row) => `${String(row["owner"])}/${String(row["version"])}`));
  let stray = 0;
  const boxes = RECORD_TABLES.flatMap(({ table, boxColumns }) =>
    boxColumns.map((box) => [table, box] as const),
  );
  for (const [table, box] of [...boxes, ["vault_heads", "sealed"] as const]) {
    const rows = await app.sql(
      "vault",
      `SELECT HEX(owner_id) AS owner, CONV(HEX(SUBSTR(${box}, 3, 4)), 16, 10) AS version FROM ${table}`,
    );
    stray += rows.filter(
      (row) => !alive.has(`${String(row["owner"])}/${String(row["version"])}`),
    ).length;
  }
  return stray;
}

const versions = () =>
  app.sql(
    "platform",
    "SELECT version, state, swept_at IS NOT NULL AS swept FROM user_deks ORDER BY user_id, version",
  );
const revs = () => app.sql("vault", "SELECT HEX(id) AS id, rev FROM daily_entries ORDER BY id");

describe("keys:rotate --dek", () => {
  it("seals all that a user has anew, at the revisions it has, and the vault stays proven", async () => {
    const [one, other] = [await signUp(app), await signUp(app)];
    const written: Written = new Map();
    await writeMany(one, written, 30);
    const [id = ""] = written.keys();
    // States that were written over, and one in the trash.
    await write(one, written, id, 3);
    const trashed = randomUUID();
    await write(one, new Map(), trashed, 1);
    await one.call("DELETE", `/api/entries/${trashed}`);
    const others = await writeOthers(one);
    const before = await revs();

    const dry = await runKeys(app, [...ROTATE, one.email, "--dry-run"]);
    expect(dry.output).toContain("make 1 new data keys");
    const run = await runKeys(app, [...ROTATE, one.email]);
    expect(run).toMatchObject({
      code: 0,
      output: expect.stringContaining("Rotations finished: 1."),
    });
    expect(await revs()).toEqual(before);
    expect(await versions()).toEqual(
      expect.arrayContaining([
        { version: 1, state: "decrypt_only", swept: 1 },
        { version: 2, state: "active", swept: 0 },
      ]),
    );
    expect(await strayRows()).toBe(0);
    await expectAll(one, written);
    for (const [path, record] of others) {
      expect((await one.call("GET", path)).body).toEqual(record);
    }
    expect((await one.call("GET", `/api/entries/${id}/versions`)).body).toMatchObject({
      items: [{ body: expect.stringContaining("words 0") }],
    });
    expect((await one.call("GET", "/api/me/vault")).body).toMatchObject({
      integrity: { status: "ok" },
    });
    const [state] = await app.sql("platform", "SELECT * FROM vault_states");
    expect(state).toMatchObject({ dek_version: 2, violated_at: null });
    expect((await other.call("GET", "/api/entries")).status).toBe(200);

    const events = await app.sql(
      "platform",
      "SELECT actor, purpose, user_id FROM audit_events WHERE action = 'dek.rotated'",
    );
    expect(events).toMatchObject([
      { actor: "operator", purpose: "keys:rotate --dek: version 2 begins" },
      { actor: "operator", purpose: "keys:rotate --dek: version 2 is done" },
    ]);
    expect(await runKeys(app, ["doctor", "--all", "--rows"])).toMatchObject({ code: 0 });
  });

  it("survives being killed at any moment, thirty times, two at once, while four write", async () => {
    const people = [await signUp(app), await signUp(app), await signUp(app), await signUp(app)];
    const books = people.map((): Written => new Map());
    const bookOf = (i: number): Written => {
      const book = books[i];
      if (book === undefined) throw new Error("there is a book for each person");
      return book;
    };
    for (const [i, person] of people.entries()) await writeMany(person, bookOf(i), 40);
    const over = new AbortController();
    const faults: string[] = [];
    const writers = people.map(async (person, i) => {
      const written = bookOf(i);
      const ids = [...written.keys()];
      for (let n = 0; !over.signal.aborted; n++) {
        const id = n % 3 === 0 ? randomUUID() : (ids[n % ids.length] ?? randomUUID());
        await write(person, written, id, n).catch((error: unknown) => faults.push(String(error)));
        await sleep(60);
      }
    });
    let kills = 0;
    while (kills < 30) {
      const rotators = [startKeys(app, [...ROTATE, "all"]), startKeys(app, [...ROTATE, "all"])];
      await Promise.race(rotators.map((rotator) => rotator.speaks));
      await sleep(Math.random() * 5500);
      for (const rotator of rotators) rotator.kill("SIGKILL");
      const ends = await Promise.all(rotators.map((rotator) => rotator.ends));
      kills += ends.filter(({ code }) => code === null).length;
      expect(await strayRows()).toBe(0);
    }
    over.abort();
    await Promise.all(writers);
    expect(faults).toEqual([]);
    expect(await runKeys(app, [...ROTATE, "all"])).toMatchObject({ code: 0 });
    for (const [i, person] of people.entries()) await expectAll(person, bookOf(i));
    await openAll(app);
    const unfinished = (await versions()).filter(
      ({ state, swept }) => state === "pending" || (state === "decrypt_only" && swept === 0),
    );
    expect(unfinished).toEqual([]);
    expect(await strayRows()).toBe(0);
    expect(await runKeys(app, ["doctor", "--all", "--rows"])).toMatchObject({ code: 0 });
    const states = await app.sql("platform", "SELECT violated_at FROM vault_states");
    expect(states.every((row) => row["violated_at"] === null)).toBe(true);
  }, 600_000);

  it("lets no server meet a version that it does not know", async () => {
    const person = await signUp(app);
    await writeMany(person, new Map(), 3);
    const [user] = await app.sql("platform", "SELECT id FROM users");
    const userId = String(user?.["id"]);
    const server = () =>
      keyService(app.deps.platform, localKeyring(app.keyringFile), {
        cacheSeconds: 1,
        clock: () => new Date(),
      });
    const [idle, use] = [server(), { actor: "job", purpose: "test", requestId: null } as const];
    const rotating = runKeys(app, [...ROTATE, person.email]);
    const over = new AbortController();
    void rotating.then(() => {
      over.abort();
    });
    // Asks all the time, and holds keys for as long as it may.
    while (!over.signal.aborted) {
      const keys = await idle.openKeys(userId, use);
      for (const row of await app.sql("vault", "SELECT sealed, body FROM daily_entries")) {
        for (const box of [row["sealed"], row["body"]] as Buffer[]) {
          expect(keys.ofVersion(box.readUInt32BE(2)).version).toBeGreaterThan(0);
        }
      }
      await sleep(20);
    }
    expect((await rotating).code).toBe(0);
  });

  it("does not bring back the keys of somebody who is erased in the middle", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    await writeMany(person, new Map(), 5);
    await writeMany(other, new Map(), 5);
    const rotating = startKeys(app, [...ROTATE, "all"]);
    await rotating.speaks;
    await sleep(300);
    const erased = await call(app, "DELETE", "/api/me", {
      headers: { authorization: `Bearer ${person.accessToken}` },
      body: { confirm: person.email },
    });
    expect(erased.status).toBeLessThan(300);
    expect((await rotating.ends).code).toBe(0);
    expect(await app.sql("platform", "SELECT DISTINCT owner_id FROM dek_wraps")).toHaveLength(1);
    expect(await app.sql("vault", "SELECT DISTINCT owner_id FROM vault_keys")).toHaveLength(1);
  });

  it("leaves a row that does not open, and finishes once it is gone", async () => {
    const person = await signUp(app);
    await writeMany(person, new Map(), 6);
    await app.sql(
      "vault",
      "UPDATE daily_entries SET sealed = CONCAT(SUBSTR(sealed, 1, 40), REVERSE(SUBSTR(sealed, 41))) ORDER BY id LIMIT 1",
    );
    const run = await runKeys(app, [...ROTATE, person.email]);
    expect(run).toMatchObject({ code: 1, output: expect.stringContaining("does not open") });
    expect(
      await app.sql(
        "vault",
        "SELECT 1 FROM daily_entries WHERE SUBSTR(sealed, 3, 4) = x'00000001'",
      ),
    ).toHaveLength(1);
    expect(
      (await runKeys(app, ["retire", "--dek", "all", "--older-than", "0", "--yes"])).output,
    ).toContain("Destroyed 0");
  });

  it("finds rows under a version that was swept, sweeps again, and destroys it only then", async () => {
    const person = await signUp(app);
    const written: Written = new Map();
    await writeMany(person, written, 4);
    const [row] = await app.sql("vault", "SELECT * FROM daily_entries LIMIT 1");
    expect((await runKeys(app, [...ROTATE, person.email])).code).toBe(0);
    // A row comes back as it was, as if a server had slept for very long.
    await app.sql(
      "vault",
      "UPDATE daily_entries SET sealed = ?, body = ?, day_key = ? WHERE id = ?",
      [row?.["sealed"], row?.["body"], row?.["day_key"], row?.["id"]],
    );
    const retire = ["retire", "--dek", person.email, "--older-than", "0", "--yes"];
    expect(await runKeys(app, retire)).toMatchObject({
      code: 1,
      output: expect.stringContaining("1 rows are under it"),
    });
    expect(await runKeys(app, ["doctor", "--rows", "--repair"])).toMatchObject({
      code: 0,
      output: expect.stringContaining("which was swept: repaired"),
    });
    // Only what is under way goes on.
    const goOn = [...ROTATE, person.email, "--made-before", "2020-01-01"];
    expect(await runKeys(app, goOn)).toMatchObject({ code: 0 });
    expect(await runKeys(app, retire)).toMatchObject({ code: 0 });
    expect(await app.sql("platform", "SELECT version FROM dek_wraps")).toEqual([{ version: 2 }]);
    expect(await app.sql("vault", "SELECT version FROM vault_keys")).toEqual([{ version: 2 }]);
    await expectAll(person, written);
    expect(await runKeys(app, ["doctor", "--all", "--rows"])).toMatchObject({ code: 0 });
  });
});

describe("keys:doctor", () => {
  it("repairs each database from the other, and nothing that is not certain", async () => {
    const person = await signUp(app);
    const written: Written = new Map();
    await writeMany(person, written, 2);
    const deps = {
      ...app.deps,
      meks: await masterKeys(app.deps.config.vault.masterKeys),
    };
    /** What is left, in words. */
    const examine = async (isRepairing: boolean): Promise<string[]> => {
      const findings: Finding[] = [];
      const options = { isThorough: true, hasRows: true, isRepairing };
      const onFinding = (finding: Finding) => void findings.push(finding);
      const { left } = await examineKeys(deps, { ...options, onFinding });
      const open = findings.filter((finding) => !finding.isRepaired);
      expect(open).toHaveLength(left);
      return open.map(({ ownerId, what, remedy }) => `${ownerId} ${what}: ${remedy}`);
    };
    for (const [database, sql, what] of [
      ["platform", "DELETE FROM dek_wraps", "is missing"],
      ["vault", "DELETE FROM vault_keys", "is not mirrored"],
      ["platform", "UPDATE dek_wraps SET `blob` = REVERSE(`blob`)", "does not open"],
      ["vault", "UPDATE vault_keys SET `blob` = REVERSE(`blob`)", "is another key than"],
      ["vault", "UPDATE vault_keys SET dek_id = REPEAT('x', 16)", "differs from"],
    ] as const) {
      await app.sql(database, sql);
      expect(await examine(false)).toEqual([expect.stringMatching(`${what}.*--repair`)]);
      expect(await examine(true)).toEqual([]);
      expect(await examine(false)).toEqual([]);
    }
    await app.sql("platform", "UPDATE dek_wraps SET `blob` = REVERSE(`blob`)");
    await app.sql("vault", "UPDATE vault_keys SET `blob` = REVERSE(`blob`)");
    expect(await examine(true)).toEqual([expect.stringContaining("opens from neither database")]);
    await app.sql("platform", "UPDATE dek_wraps SET `blob` = REVERSE(`blob`)");
    await app.sql(
      "vault",
      "INSERT INTO vault_keys SELECT REPEAT('x', 16), version, method, dek_id, mek_ref, suite, `blob` FROM vault_keys",
    );
    await app.sql(
      "platform",
      "INSERT INTO dek_wraps SELECT REPEAT('y', 16), version, method, mek_ref, suite, `blob` FROM dek_wraps",
    );
    expect(await examine(true)).toEqual([
      expect.stringMatching(/^7979.* a wrap of version 1 in the platform: nobody's/),
      expect.stringMatching(/^7878.* the platform has no version 1/),
    ]);
    await expectAll(person, written);
  });

  it("names owners without an active version, and with two", async () => {
    await signUp(app);
    await app.sql("platform", "UPDATE user_deks SET state = 'decrypt_only'");
    expect((await runKeys(app, ["doctor"])).output).toContain("it has 0 active versions");
  });
});

describe("keys:status", () => {
  it("says where each key is, and what is under way", async () => {
    const person = await signUp(app);
    await writeMany(person, new Map(), 3);
    await app.sql("platform", "UPDATE user_deks SET state = 'decrypt_only'");
    const { code, output } = await runKeys(app, ["status", "--rows"]);
    expect(code).toBe(0);
    expect(output).toMatch(/Provider local: makes new wraps[^]*platform 1, vault 1/);
    expect(output).toContain("1 former keys with rows perhaps left");
    expect(output).toMatch(/Rows under former data keys: \d/);
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = 'local:0123456789abcdef'");
    expect(await runKeys(app, ["status"])).toMatchObject({
      code: 1,
      output: expect.stringContaining("NOT IN THE KEYRING"),
    });
  });
});
