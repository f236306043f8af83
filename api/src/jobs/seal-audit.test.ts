import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import mysql from "mysql2/promise";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { later, record, sealerOf, verify } from "../../test/audit.ts";
import { workerServices } from "../../test/databases.ts";
import { chainKey } from "../crypto/audit-chain.ts";
import { EVENTS_AT_ONCE } from "../platform/audit-statements.ts";

let app: TestApp;
beforeEach(async () => {
  app = await openTestApp();
});
afterEach(() => app.close());

const seals = () => app.sql("platform", "SELECT * FROM audit_seals ORDER BY id");
const ids = async () =>
  (await app.sql("platform", "SELECT id FROM audit_events ORDER BY id")).map((row) =>
    Number(row["id"]),
  );
const intact = { fault: null, unsealed: { count: 0, since: null, until: null } };

describe("the sealer of the audit", () => {
  it("leaves what is younger than a minute, and seals it then", async () => {
    const seal = sealerOf(app);
    await record(app, 3);
    later(app, 59);
    await seal();
    expect(await seals()).toHaveLength(0);
    later(app, 2);
    await seal();
    await seal();
    expect(await seals()).toHaveLength(1);
    expect(await verify(app)).toEqual({ seals: 1, events: 3, ...intact });
  });

  it("seals a backlog in batches", async () => {
    await record(app, 2 * EVENTS_AT_ONCE + 1);
    later(app, 61);
    await sealerOf(app)();
    expect(await verify(app)).toMatchObject({ seals: 3, events: 2 * EVENTS_AT_ONCE + 1 });
  });

  it("seals an event that commits below others that are sealed, and loses none", async () => {
    const seal = sealerOf(app);
    const connection = await mysql.createConnection(workerServices().platformUrl);
    try {
      await connection.beginTransaction();
      await connection.query(
        "INSERT INTO audit_events (actor, action, purpose, at) VALUES ('job', 'test.long', 'test', ?)",
        [app.clock.now.toISOString().slice(0, 23).replace("T", " ")],
      );
      await record(app, 3);
      later(app, 61);
      await seal();
      expect(await verify(app)).toEqual({ seals: 1, events: 3, ...intact });
      await connection.commit();
    } finally {
      await connection.end();
    }
    // Before it is found it is no alarm.
    expect(await verify(app)).toEqual({ seals: 1, events: 3, ...intact });
    await record(app, 1);
    later(app, 61);
    await seal();
    expect(await verify(app)).toEqual({ seals: 3, events: 5, ...intact });
  });

  it("finds what came late while no worker ran", async () => {
    await record(app, 3);
    const [first = 0, second = 0] = await ids();
    await app.sql("platform", "UPDATE audit_events SET id = id + 1 WHERE id > ? ORDER BY id DESC", [
      first,
    ]);
    later(app, 61);
    await sealerOf(app)();
    await app.sql(
      "platform",
      "INSERT INTO audit_events (id, actor, action, purpose, at) VALUES (?, 'job', 'test.late', 'test', '2026-11-21 20:00:00')",
      [second],
    );
    later(app, 86_000);
    await sealerOf(app)();
    expect(await verify(app)).toEqual({ seals: 2, events: 4, ...intact });
  });

  it("is done by two workers at once as by one", async () => {
    await record(app, 5 * EVENTS_AT_ONCE);
    later(app, 61);
    const workers = [sealerOf(app), sealerOf(app), sealerOf(app)];
    for (let turn = 0; turn < 4; turn++) await Promise.all(workers.map((seal) => seal()));
    expect(await verify(app)).toEqual({ seals: 5, events: 5 * EVENTS_AT_ONCE, ...intact });
  });

  it("goes on where a worker was killed", async () => {
    await record(app, 2 * EVENTS_AT_ONCE);
    later(app, 61);
    const { execute } = app.deps.platformDatabase;
    let written = 0;
    const dying = sealerOf(app, {
      execute: (sql, values) => {
        if (sql.startsWith("INSERT") && ++written > 1) return Promise.reject(new Error("killed"));
        return execute(sql, values);
      },
    });
    await expect(dying()).rejects.toThrow("killed");
    await sealerOf(app)();
    expect(await verify(app)).toEqual({ seals: 2, events: 2 * EVENTS_AT_ONCE, ...intact });
  });

  it("does not mind a clock that is set back, or ahead", async () => {
    const seal = sealerOf(app);
    await record(app, 1);
    later(app, -7 * 86_400);
    await record(app, 1);
    await seal();
    // What bears a time to come is not waited for.
    expect(await verify(app)).toMatchObject({ seals: 1, events: 1 });
    later(app, 61);
    await seal();
    expect(await verify(app)).toEqual({ seals: 2, events: 2, ...intact });
    later(app, 30 * 86_400);
    await record(app, 1);
    await seal();
    later(app, 61);
    await seal();
    expect(await verify(app)).toEqual({ seals: 3, events: 3, ...intact });
  });

  it("goes on under a new key, and what the former one sealed still verifies", async () => {
    const [former] = app.deps.auditKeys;
    if (former === undefined) throw new Error("no key");
    await record(app, 2);
    later(app, 61);
    await sealerOf(app)();
    const keys = [chainKey(Buffer.alloc(32, 7)), former];
    await record(app, 2);
    later(app, 61);
    await sealerOf(app, { keys })();
    expect(await verify(app, keys)).toEqual({ seals: 2, events: 4, ...intact });
    expect(await verify(app)).toMatchObject({ fault: { kind: "seal_altered", sealId: 2n } });
  });

  it("seals nothing under a key that has not made the newest seal", async () => {
    await record(app, 1);
    later(app, 61);
    await sealerOf(app)();
    await record(app, 1);
    later(app, 61);
    const wrong = sealerOf(app, { keys: [chainKey(Buffer.alloc(32, 7))] });
    await wrong();
    expect(app.logged()).toMatch(/"seal":"1",.*was made under another TOKEN_KEY/);
    await wrong();
    expect(await seals()).toHaveLength(1);
  });

  it("seals nothing more when the newest seal is gone or replaced behind its back", async () => {
    const seal = sealerOf(app);
    await record(app, 1);
    later(app, 61);
    await seal();
    await app.sql("platform", "DELETE FROM audit_seals");
    await record(app, 1);
    later(app, 3600);
    await seal();
    expect(app.logged()).toMatch(/"seal":"1",.*is gone, or another is in its place/);
    later(app, 3600);
    await seal();
    expect(await seals()).toHaveLength(0);
  });

  it("goes on once it is noted that the platform was put back, and not by itself", async () => {
    const seal = sealerOf(app);
    const turn = async () => {
      await record(app, 1);
      later(app, 61);
      await seal();
    };
    await turn();
    await turn();
    // As a restore brings it back.
    await app.sql(
      "platform",
      "DELETE FROM audit_events WHERE id > (SELECT MIN(last_id) FROM audit_seals)",
    );
    await app.sql("platform", "DELETE FROM audit_seals WHERE id = 2");
    await turn();
    expect(await seals()).toHaveLength(1);
    await record(app, 1, { action: "platform.restored" });
    await turn();
    await turn();
    expect(await verify(app)).toEqual({ seals: 3, events: 5, ...intact });
    // What was noted of one restore excuses no truncation after it.
    await app.sql("platform", "DELETE FROM audit_seals WHERE id = 3");
    await turn();
    expect(await seals()).toHaveLength(2);
  });

  it("puts no seal on a chain that is replaced in the middle of a turn", async () => {
    const { execute } = app.deps.platformDatabase;
    let isReplaced = false;
    const seal = sealerOf(app, {
      execute: async (sql, values) => {
        if (isReplaced && sql.startsWith("INSERT")) {
          await app.sql("platform", "DELETE FROM audit_seals WHERE id = 2");
        }
        return execute(sql, values);
      },
    });
    for (let n = 0; n < 3; n++) {
      isReplaced = n === 2;
      await record(app, 1);
      later(app, 61);
      await seal();
    }
    expect((await seals()).map(({ id }) => Number(id))).toEqual([1]);
  });

  it("says at once that events which were sealed are gone", async () => {
    const seal = sealerOf(app);
    await record(app, 2);
    later(app, 61);
    await seal();
    await app.sql("platform", "DELETE FROM audit_events LIMIT 1");
    later(app, 61);
    await seal();
    expect(app.logged()).toContain("events that were sealed are gone");
  });

  it("logs the end of the chain, for a copy outside", async () => {
    const seal = sealerOf(app);
    await record(app, 1);
    later(app, 61);
    await seal();
    later(app, 3601);
    await seal();
    const [row] = await seals();
    const hash = (row?.["hash"] as Buffer).toString("hex");
    expect(app.logged()).toContain(`"seal":"1","sealHash":"${hash}"`);
  });
});
