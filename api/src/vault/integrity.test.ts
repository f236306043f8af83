import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { workerServices } from "../../test/databases.ts";
import { call, signUp, type Person } from "../../test/people.ts";
import { proxyTo, type Proxy } from "../../test/proxy.ts";
import { uuidToBytes } from "../lib/ids.ts";
import { findState, moveState } from "../platform/state-statements.ts";
import { acceptVault, rebase, verifyVault } from "./integrity.ts";
import { KindName } from "../contract/record.ts";
import { RECORD_TABLES } from "./tables.ts";
import { openVault, type UserVault } from "./user-vault.ts";

const TABLES = ["vault_heads", ...RECORD_TABLES];

let app: TestApp;
let platform: Proxy;
let vaultProxy: Proxy;
beforeAll(async () => {
  const services = workerServices();
  [platform, vaultProxy] = await Promise.all([
    proxyTo(services.platformUrl),
    proxyTo(services.vaultUrl),
  ]);
  app = await openTestApp({
    PLATFORM_DATABASE_URL: platform.url,
    VAULT_DATABASE_URL: vaultProxy.url,
  });
});
afterAll(async () => {
  await app.close();
  await Promise.all([platform.close(), vaultProxy.close()]);
});

const sql = (statement: string, ...values: unknown[]) => app.sql("vault", statement, values);

/** Somebody with the vault that the server would open for them. */
interface Writer extends Person {
  readonly vault: UserVault;
  readonly owner: Buffer;
}

async function newWriter(): Promise<Writer> {
  const person = await signUp(app);
  const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [person.email]);
  const use = { actor: "user", purpose: "test", requestId: null } as const;
  const vault = await openVault(app.deps, String(user?.["id"]), use);
  return { ...person, vault, owner: Buffer.from(vault.keys.ownerId) };
}

const put = (person: Person, id: string, title: string) =>
  person.call("PUT", `/api/entries/${id}`, { body: { day: "2026-11-21", title } });

const statusOf = async ({ vault }: Writer) => (await verifyVault(vault)).status;

/** As its owner is told, who may ask only so often. */
const shownTo = async (person: Person) => {
  const { status, body } = await person.call("GET", "/api/me/vault");
  expect(status).toBe(200);
  return (body["integrity"] as { status: string }).status;
};

const eventsOf = async ({ owner }: Writer) => {
  const rows = await app.sql(
    "platform",
    "SELECT actor, action FROM audit_events WHERE action LIKE 'vault.%' AND user_id = (SELECT user_id FROM user_deks WHERE owner_id = ? LIMIT 1) ORDER BY id",
    [owner],
  );
  return rows.map((row) => `${String(row["actor"])} ${String(row["action"])}`);
};

type Copy = ReadonlyMap<string, readonly RowDataPacket[]>;

async function copyOf(owner: Buffer): Promise<Copy> {
  const copy = new Map<string, RowDataPacket[]>();
  for (const table of TABLES) {
    copy.set(table, await sql(`SELECT * FROM ${table} WHERE owner_id = ?`, owner));
  }
  return copy;
}

async function putBack(owner: Buffer, copy: Copy): Promise<void> {
  for (const [table, rows] of copy) {
    await sql(`DELETE FROM ${table} WHERE owner_id = ?`, owner);
    for (const row of rows) await sql(`INSERT INTO ${table} SET ?`, row);
  }
}

describe("a vault whose rows were changed in the database, as authentic as they may be", () => {
  let ada: Writer;
  let eve: Writer;
  const newIds = () => ({ changed: randomUUID(), other: randomUUID(), trashed: randomUUID() });
  let ids = newIds();
  let before: Copy;
  let rowBefore: RowDataPacket | undefined;
  beforeEach(async () => {
    [ada, eve] = [await newWriter(), await newWriter()];
    ids = newIds();
    for (const id of Object.values(ids)) {
      await put(ada, id, "First");
      await put(ada, id, "Second");
    }
    await put(eve, randomUUID(), "Hers");
    await ada.call("DELETE", `/api/entries/${ids.trashed}`);
    before = await copyOf(ada.owner);
    rowBefore = before
      .get("daily_entries")
      ?.find((row) => uuidToBytes(ids.changed).equals(row["id"] as Buffer));
    await put(ada, ids.changed, "Third");
    expect(await statusOf(ada)).toBe("ok");
  });

  const id = (of: keyof typeof ids) => uuidToBytes(ids[of]);
  it.each<[string, () => Promise<unknown>]>([
    [
      "one row put back",
      async () => {
        await sql("DELETE FROM daily_entries WHERE id = ?", id("changed"));
        await sql("INSERT INTO daily_entries SET ?", rowBefore);
      },
    ],
    [
      "one row put back, and the head",
      async () => {
        await sql("DELETE FROM daily_entries WHERE id = ?", id("changed"));
        await sql("INSERT INTO daily_entries SET ?", rowBefore);
        await sql("DELETE FROM vault_heads WHERE owner_id = ?", ada.owner);
        await sql("INSERT INTO vault_heads SET ?", before.get("vault_heads")?.[0]);
      },
    ],
    ["a row deleted", () => sql("DELETE FROM daily_entries WHERE id = ?", id("other"))],
    [
      "an earlier state deleted",
      () => sql("DELETE FROM record_versions WHERE owner_id = ? LIMIT 1", ada.owner),
    ],
    [
      "an earlier state added",
      () =>
        sql(
          "INSERT INTO record_versions (owner_id, id, rev, record_key, sealed) SELECT owner_id, REVERSE(id), rev, REVERSE(record_key), sealed FROM record_versions WHERE owner_id = ? LIMIT 1",
          ada.owner,
        ),
    ],
    ["a table emptied", () => sql("DELETE FROM record_versions WHERE owner_id = ?", ada.owner)],
    [
      "everything deleted",
      async () => {
        for (const table of TABLES) await sql(`DELETE FROM ${table} WHERE owner_id = ?`, ada.owner);
      },
    ],
    ["the head deleted", () => sql("DELETE FROM vault_heads WHERE owner_id = ?", ada.owner)],
    [
      "another day of deletion",
      () => sql("UPDATE daily_entries SET purge_after = '2026-01-01' WHERE id = ?", id("trashed")),
    ],
    [
      "a row taken out of the trash",
      () => sql("UPDATE daily_entries SET purge_after = NULL WHERE id = ?", id("trashed")),
    ],
    [
      "a row put into the trash",
      () => sql("UPDATE daily_entries SET purge_after = '2027-01-01' WHERE id = ?", id("other")),
    ],
    [
      "another revision",
      () => sql("UPDATE daily_entries SET rev = rev + 1000 WHERE id = ?", id("other")),
    ],
    [
      "a row moved to another person",
      () =>
        sql(
          "UPDATE daily_entries SET owner_id = ?, rev = rev + 100 WHERE id = ?",
          eve.owner,
          id("other"),
        ),
    ],
    ["the whole vault put back", () => putBack(ada.owner, before)],
  ])("is found: %s", async (what, tamper) => {
    await tamper();
    expect(await statusOf(ada)).toBe("violated");
    expect(await shownTo(ada)).toBe("violated");
    if (what === "a row moved to another person") expect(await statusOf(eve)).toBe("violated");
    expect(await eventsOf(ada)).toEqual(["job vault.violated"]);
    expect(app.logged().includes(`"ownerId":"${ada.owner.toString("hex")}"`)).toBe(true);

    // Nobody is kept from writing.
    expect((await put(ada, randomUUID(), "After")).status).toBe(201);
    expect(await statusOf(ada)).toBe("violated");

    await acceptVault(ada.vault, "test");
    expect(await statusOf(ada)).toBe("ok");
    expect((await put(ada, randomUUID(), "After that")).status).toBe(201);
    expect(await statusOf(ada)).toBe("ok");
    expect(await eventsOf(ada)).toEqual(["job vault.violated", "operator vault.accepted"]);
    expect(await eventsOf(eve)).toEqual(
      what === "a row moved to another person" ? ["job vault.violated"] : [],
    );
  });

  it("is found by the next write when its revision is not the one that is known, and goes on above all that were given", async () => {
    const [head] = await sql("SELECT rev FROM vault_heads WHERE owner_id = ?", ada.owner);
    await putBack(ada.owner, before);
    const written = await put(ada, ids.other, "After");
    expect(written.body["rev"]).toBe(Number(head?.["rev"]) + 1);
    expect(await eventsOf(ada)).toEqual(["job vault.violated"]);
  });

  it("is found at the next sign-in, which does not wait for it", async () => {
    await sql("DELETE FROM daily_entries WHERE id = ?", id("other"));
    const start = app.clock.now;
    const signIn = () =>
      call(app, "POST", "/api/auth/login", {
        body: { email: ada.email, password: ada.password },
      });
    expect((await signIn()).status).toBe(200);
    // It was verified less than ten minutes ago.
    expect(await eventsOf(ada)).toEqual([]);
    app.clock.now = new Date(start.getTime() + 10 * 60_000);
    expect((await signIn()).status).toBe(200);
    for (let i = 0; i < 100 && (await eventsOf(ada)).length === 0; i++) {
      await new Promise((done) => setTimeout(done, 20));
    }
    app.clock.now = start;
    expect(await eventsOf(ada)).toEqual(["job vault.violated"]);
  });

  it("is found when the sum is made with another key, which leaves it under the one it was", async () => {
    await sql("DELETE FROM daily_entries WHERE id = ?", id("other"));
    expect(await rebase(ada.vault, 1)).toMatchObject({ status: "violated" });
  });
});

describe("a vault that nobody touched", () => {
  it("is unknown before the first write, and ok after it and without a state from before", async () => {
    const carl = await newWriter();
    expect(await statusOf(carl)).toBe("unknown");
    await put(carl, randomUUID(), "One");
    expect(await statusOf(carl)).toBe("ok");
    await app.sql("platform", "DELETE FROM vault_states WHERE owner_id = ?", [carl.owner]);
    await put(carl, randomUUID(), "Two");
    expect(await statusOf(carl)).toBe("ok");
    expect(await eventsOf(carl)).toEqual(["job vault.baselined"]);
  });

  it("shows keys and counts, and nothing of its rows", async () => {
    const carl = await newWriter();
    const id = randomUUID();
    await put(carl, id, "One");
    await put(carl, id, "Two");
    await put(carl, randomUUID(), "Three");
    await carl.call("DELETE", `/api/entries/${id}`);
    expect((await carl.call("GET", "/api/me/vault")).body).toEqual({
      keys: [{ version: 1, state: "active", createdAt: expect.any(String), mekProvider: "local" }],
      counts: {
        entries: 1,
        versions: 1,
        trash: 1,
        kinds: { ...Object.fromEntries(KindName.options.map((kind) => [kind, 0])), entries: 1 },
      },
      integrity: { status: "ok", verifiedAt: "2026-11-21T20:00:00.000Z", violatedAt: null },
      lastProvenRestore: null,
    });
  });

  it("is verified while its owner writes at several places at once", async () => {
    const carl = await newWriter();
    const ids = Array.from({ length: 5 }, () => randomUUID());
    await Promise.all([
      ...Array.from({ length: 40 }, (_, i) => put(carl, ids[i % 5] ?? "", `Title ${i}`)),
      ...Array.from({ length: 10 }, () => verifyVault(carl.vault)),
    ]);
    expect(await statusOf(carl)).toBe("ok");
    expect(await eventsOf(carl)).toEqual([]);
  });

  it("is settled once a change is committed, so that only one state passes for it", async () => {
    const carl = await newWriter();
    await put(carl, randomUUID(), "One");
    const state = () => findState(app.deps.platformDatabase.execute, carl.owner);
    for (let i = 0; i < 100 && (await state())?.nextRev !== null; i++) {
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(await state()).toMatchObject({ rev: 1, nextRev: null, nextSum: null });
  });
});

describe("a process that ends, or a database that goes away, in the middle of a change", () => {
  afterEach(() => {
    platform.mend();
    vaultProxy.mend();
  });

  it("before it was committed: what was announced is one of two states, and the next change announces another", async () => {
    const carl = await newWriter();
    await put(carl, randomUUID(), "One");
    await verifyVault(carl.vault);
    const { execute } = app.deps.platformDatabase;
    const state = await findState(execute, carl.owner);
    if (state === null) throw new Error("there is no state");
    const announced = { ...state, nextRev: state.rev + 1, nextSum: randomBytes(32) };
    expect(await moveState(execute, carl.owner, state, announced)).toBe(true);
    await put(carl, randomUUID(), "Two");
    expect(await statusOf(carl)).toBe("ok");
    // A statement that comes late finds another state, and changes nothing.
    expect(await moveState(execute, carl.owner, state, announced)).toBe(false);
    expect(await statusOf(carl)).toBe("ok");
  });

  it.each(["SELECT dek_version", "UPDATE vault_states"])(
    "the platform goes away at %s: nothing is written, and it is said so",
    async (statement) => {
      const carl = await newWriter();
      await put(carl, randomUUID(), "One");
      platform.mend();
      const id = randomUUID();
      platform.whenNext(statement, () => platform.cut());
      expect(await put(carl, id, "Two")).toMatchObject({
        status: 503,
        body: { code: "platform_unavailable" },
      });
      platform.mend();
      expect((await carl.call("GET", `/api/entries/${id}`)).status).toBe(404);
      expect(await statusOf(carl)).toBe("ok");
      expect((await put(carl, id, "Three")).status).toBe(201);
      expect(await statusOf(carl)).toBe("ok");
    },
  );

  /** Connections that were broken may be noticed only when they are used. */
  async function statusWhenBack(writer: Writer) {
    for (let tries = 1; tries < 10; tries++) {
      const status = await statusOf(writer).catch(() => null);
      if (status !== null) return status;
    }
    return statusOf(writer);
  }

  it("wherever it is cut, the vault is never taken for violated", async () => {
    const carl = await newWriter();
    const ids = Array.from({ length: 4 }, () => randomUUID());
    await put(carl, randomUUID(), "One");
    const cuts: [Proxy, string][] = [
      [platform, "SELECT dek_version"],
      [platform, "UPDATE vault_states"],
      [vaultProxy, "FOR UPDATE"],
      [vaultProxy, "INSERT INTO"],
      [vaultProxy, "UPDATE daily_entries"],
      [vaultProxy, "UPDATE vault_heads"],
      [vaultProxy, "COMMIT"],
    ];
    for (let i = 0; i < 40; i++) {
      const [proxy, statement] = cuts[Math.floor(Math.random() * cuts.length)] ?? [platform, ""];
      proxy.mend();
      proxy.whenNext(statement, () => proxy.cut());
      await Promise.all([0, 1, 2].map((k) => put(carl, ids[(i + k) % 4] ?? "", `Title ${i}`)));
      proxy.whenNext("no such statement", () => undefined);
      platform.mend();
      vaultProxy.mend();
      if (i % 4 === 0) expect(await statusWhenBack(carl)).toBe("ok");
    }
    expect(await statusWhenBack(carl)).toBe("ok");
    expect(await eventsOf(carl)).toEqual([]);
  }, 60_000);
});
