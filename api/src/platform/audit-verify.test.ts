import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { later, record, sealerOf, verify } from "../../test/audit.ts";
import { chainKey } from "../crypto/audit-chain.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Three seals of three events each, with ids from 101 on. */
beforeEach(async () => {
  await app.sql("platform", "DELETE FROM audit_seals");
  await app.sql("platform", "DELETE FROM audit_events");
  await app.sql("platform", "ALTER TABLE audit_events AUTO_INCREMENT = 101");
  const seal = sealerOf(app);
  for (let batch = 0; batch < 3; batch++) {
    await record(app, 3, { target: "a target", requestId: "a request", actorId: "an actor" });
    later(app, 61);
    await seal();
  }
  expect(await verify(app)).toMatchObject({ seals: 3, events: 9, fault: null });
});

const attack = (sql: string, values: unknown[] = []) => app.sql("platform", sql, values);
const event = (kind: string, eventId: bigint, sealId: bigint | null) => ({ kind, eventId, sealId });
const seal = (kind: string, sealId: bigint) => ({ kind, sealId, eventId: null });
const found = async () => (await verify(app)).fault;

describe("verifying the audit names the first event that", () => {
  it.each([
    "tenant_id = 'somebody'",
    "user_id = 'somebody'",
    "user_id = ''",
    "actor = 'user'",
    "actor_id = 'somebody else'",
    "actor_id = NULL",
    "action = 'test.undone'",
    "action = 'TEST.DONE'",
    "outcome = 'failure'",
    "purpose = 'another'",
    "target = 'another'",
    "target = request_id, request_id = target",
    "request_id = NULL",
    "sealed = x'01'",
    "sealed = ''",
    "at = at + INTERVAL 1000 MICROSECOND",
  ])("was altered: %s", async (change) => {
    await attack(`UPDATE audit_events SET ${change} WHERE id IN (105, 108)`);
    expect(await found()).toEqual(event("event_altered", 105n, 2n));
  });

  it.each([101, 105, 109])("is gone: %d", async (id) => {
    await attack("DELETE FROM audit_events WHERE id = ?", [id]);
    expect(await found()).toEqual(
      event("event_missing", BigInt(id), BigInt(Math.ceil((id - 100) / 3))),
    );
  });

  it("were exchanged", async () => {
    await attack("UPDATE audit_events SET action = 'test.other' WHERE id = 102");
    await attack("DELETE FROM audit_seals");
    await sealerOf(app)();
    for (const [from, to] of [
      [102, 1],
      [103, 102],
      [1, 103],
    ]) {
      await attack("UPDATE audit_events SET id = ? WHERE id = ?", [to, from]);
    }
    expect(await found()).toEqual(event("event_altered", 102n, 1n));
  });

  it.each([
    ["before all others", 0],
    ["with the lowest number", 1],
    ["in the place of one that was rolled back", 110],
  ])("was put in %s", async (_where, id) => {
    await attack("ALTER TABLE audit_events AUTO_INCREMENT = 111");
    await record(app, 1);
    later(app, 61);
    await sealerOf(app)();
    await attack("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'");
    const row = "'job', 'test.forged', 'test', '2026-11-20 20:00:00'";
    await attack(
      id === 0
        ? `INSERT INTO audit_events (id, actor, action, purpose, at) VALUES (1, ${row})`
        : `INSERT INTO audit_events (id, actor, action, purpose, at) VALUES (${id}, ${row})`,
    );
    if (id === 0) await attack("UPDATE audit_events SET id = 0 WHERE id = 1");
    expect(await found()).toEqual(event("event_unsealed", BigInt(id), null));
  });

  it("was put in at the end with a time of the past", async () => {
    await attack(
      "INSERT INTO audit_events (id, actor, action, purpose, at) VALUES (200, 'job', 'test.forged', 'test', '2026-11-20 20:00:00')",
    );
    expect(await found()).toEqual(event("event_unsealed", 200n, null));
  });
});

describe("verifying the audit names the first seal that", () => {
  it.each([
    "first_id = first_id + 1",
    "last_id = last_id + 1",
    "leaves = CONCAT(SUBSTR(leaves, 1, 24), SUBSTR(leaves, 49))",
    "leaves = CONCAT(leaves, leaves)",
    "hash = UNHEX(SHA2('x', 256))",
    "hash = ''",
    "sealed_at = sealed_at + INTERVAL 1 SECOND",
  ])("was altered: %s", async (change) => {
    await attack(`UPDATE audit_seals SET ${change} WHERE id = 2`);
    expect(await found()).toEqual(seal("seal_altered", 2n));
  });

  it("is gone", async () => {
    await attack("DELETE FROM audit_seals WHERE id = 2");
    expect(await found()).toEqual(seal("seal_missing", 2n));
  });

  it("is gone from the beginning", async () => {
    await attack("DELETE FROM audit_seals WHERE id = 1");
    expect(await found()).toEqual(seal("seal_missing", 1n));
  });

  it("is gone, though those after it were given other numbers", async () => {
    await attack("DELETE FROM audit_seals WHERE id = 2");
    await attack("UPDATE audit_seals SET id = 2 WHERE id = 3");
    expect(await found()).toEqual(seal("seal_altered", 2n));
  });

  it("was exchanged with another", async () => {
    for (const [from, to] of [
      [2, 9],
      [3, 2],
      [9, 3],
    ]) {
      await attack("UPDATE audit_seals SET id = ? WHERE id = ?", [to, from]);
    }
    expect(await found()).toEqual(seal("seal_altered", 2n));
  });

  it("was put in by who may insert", async () => {
    await attack(
      "INSERT INTO audit_seals SELECT 4, first_id, last_id, leaves, hash, sealed_at FROM audit_seals WHERE id = 3",
    );
    expect(await found()).toEqual(seal("seal_altered", 4n));
  });
});

it("says that the key is another, when it made no seal", async () => {
  const wrong = await verify(app, [chainKey(Buffer.alloc(32))]);
  expect(wrong.fault).toEqual(seal("key_unknown", 1n));
});

it("says that nothing is sealed any more", async () => {
  await record(app, 1);
  later(app, 3600);
  await record(app, 1);
  expect(await verify(app)).toMatchObject({
    fault: { kind: "sealing_stalled" },
    unsealed: { count: 2 },
  });
});

it("does not take what was written before a stop for a fault, however long ago", async () => {
  await record(app, 2);
  later(app, 365 * 86_400);
  expect(await verify(app)).toMatchObject({ fault: null, unsealed: { count: 2 } });
});

it("sees no fault when the newest seals were cut off with their events, which the copy outside shows", async () => {
  await attack("DELETE FROM audit_seals WHERE id = 3");
  await attack("DELETE FROM audit_events WHERE id > 106");
  expect(await found()).toBeNull();
});
