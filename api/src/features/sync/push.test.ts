import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { samplesOf } from "../../../test/samples.ts";
import { KindName } from "../../contract/record.ts";
import { uuidToBytes } from "../../lib/ids.ts";

const DAY = "2026-11-21";
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  ada = await signUp(app);
});

const send = (ops: unknown, person = ada) => person.call("POST", "/api/sync", { body: { ops } });
const push = async (...ops: unknown[]) => {
  const { status, body } = await send(ops);
  expect(status).toBe(200);
  return body["outcomes"] as Record<string, unknown>[];
};
const entry = (title: string, id: string = randomUUID(), ifRev?: number) => ({
  op: "put",
  kind: "entries",
  id,
  ...(ifRev === undefined ? {} : { ifRev }),
  record: { day: DAY, title },
});
const removal = (id: string, ifRev?: number) => ({
  op: "delete",
  kind: "entries",
  id,
  ...(ifRev === undefined ? {} : { ifRev }),
});
const read = (kind: string, id: string) => ada.call("GET", `/api/${kind}/${id}`);

describe("POST /api/sync", () => {
  it("takes records of every kind, in their order, and none a second time", async () => {
    const [pillarId, habitId, moodId] = [randomUUID(), randomUUID(), randomUUID()];
    const samples = samplesOf({ word: "heron", day: DAY, pillarId, habitId, moodId });
    const own = (kind: string, id: string, record: object) => ({ op: "put", kind, id, record });
    const ops = [
      own("pillars", pillarId, { name: "Health" }),
      own("habits", habitId, { name: "Water" }),
      ...KindName.options.map((kind) => own(kind, randomUUID(), samples[kind].fields)),
    ];
    const outcomes = await push(...ops);
    expect(outcomes).toEqual(
      ops.map(({ kind, id }, i) => ({ kind, id, status: "applied", rev: i + 1 })),
    );
    for (const { kind, id, record } of ops)
      expect((await read(kind, id)).body).toMatchObject(record);
    // As after an answer that was lost, whatever is said of revisions.
    const again = ops.map((op, i) => ({ ...op, ...(i % 2 ? { ifRev: 0 } : {}) }));
    expect(await push(...again)).toEqual(
      outcomes.map((outcome) => ({ ...outcome, status: "unchanged" })),
    );
  });

  it("guards by the revision that was last seen, deleted or not, and tells what is there", async () => {
    const id = randomUUID();
    expect(await push(entry("One", id, 0))).toMatchObject([{ status: "applied", rev: 1 }]);
    expect(await push(entry("Two", id, 1))).toMatchObject([{ status: "applied", rev: 2 }]);
    const current = { kind: "entries", id, rev: 2, deleted: false };
    const record = (await read("entries", id)).body;
    for (const ifRev of [0, 1, 3]) {
      expect(await push(entry("Three", id, ifRev), removal(id, ifRev))).toEqual([
        { kind: "entries", id, status: "conflict", current: { ...current, record } },
        { kind: "entries", id, status: "conflict", current: { ...current, record } },
      ]);
    }
    expect(await push(removal(id, 2))).toMatchObject([{ status: "applied", rev: 3 }]);
    for (const ifRev of [0, 2]) {
      expect(await push(entry("Three", id, ifRev))).toEqual([
        { kind: "entries", id, status: "conflict", current: { ...current, rev: 3, deleted: true } },
      ]);
    }
    // Deleted already, or never there: as it was asked for.
    expect(await push(removal(id, 1), removal(randomUUID()))).toMatchObject([
      { status: "unchanged" },
      { status: "unchanged" },
    ]);
    expect(await push(entry("Back", id, 3))).toMatchObject([{ status: "applied", rev: 4 }]);
    // Without a guard it is written over, and kept.
    expect(await push(entry("Over", id))).toMatchObject([{ status: "applied", rev: 5 }]);
    const { body } = await ada.call("GET", `/api/entries/${id}/versions`);
    expect((body["items"] as { title: string }[]).map(({ title }) => title)).toEqual([
      "Back",
      "Two",
      "One",
    ]);
    // Gone for good: there is nothing to merge with.
    await push(removal(id));
    await ada.call("DELETE", `/api/trash/entries/${id}`);
    expect(await push(entry("Late", id, 5))).toEqual([
      { kind: "entries", id, status: "conflict", current: null },
    ]);
  });

  it("tells which other record has the natural key", async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const recap = (id: string) => ({
      op: "put",
      kind: "daily-recaps",
      id,
      ifRev: 0,
      record: { day: DAY, summary: id },
    });
    const [, outcome] = await push(recap(one), recap(two));
    const { body: record } = await read("daily-recaps", one);
    expect(outcome).toEqual({
      kind: "daily-recaps",
      id: two,
      status: "conflict",
      current: { kind: "daily-recaps", id: one, rev: 1, deleted: false, record },
    });
  });

  it("has an outcome for what is not valid, and goes on after it", async () => {
    const id = randomUUID();
    const bad: [unknown, string[]][] = [
      [null, [""]],
      ["delete everything", [""]],
      [{}, ["op"]],
      [{ ...entry("x", id), op: "patch" }, ["op"]],
      [{ ...entry("x", id), kind: "diaries" }, ["kind"]],
      [{ ...entry("x", id), kind: "__proto__" }, ["kind"]],
      [{ ...entry("x"), id: "1" }, ["id"]],
      [{ ...entry("x", id), ifRev: -1 }, ["ifRev"]],
      [{ ...entry("x", id), ifRev: null }, ["ifRev"]],
      [{ ...entry("x", id), more: 1 }, [""]],
      [{ ...entry("x", id), record: [] }, ["record"]],
      [{ ...entry("x", id), record: { day: "2026-02-30" } }, ["record.day"]],
      [{ ...entry("x", id), record: { day: DAY, rev: 3 } }, ["record"]],
      [{ op: "put", kind: "entries", id }, ["record"]],
      [{ ...removal(id), record: {} }, [""]],
    ];
    const outcomes = await push(...bad.map(([op]) => op), entry("Good", id));
    expect(outcomes.at(-1)).toMatchObject({ status: "applied", rev: 1 });
    for (const [i, [, paths]] of bad.entries()) {
      const { status, errors } = outcomes[i] as { status: string; errors: { path: string }[] };
      const found = errors.map(({ path }) => path.replace(/^op$/, ""));
      expect({ i, status, found }).toEqual({
        i,
        status: "invalid",
        found: paths[0] === "op" ? ["", "op"].filter((path) => found.includes(path)) : paths,
      });
    }
    expect(outcomes[4]).toMatchObject({ kind: null, id });
    expect(outcomes[6]).toMatchObject({ kind: "entries", id: null });
  });

  it("asks of a record what its own addresses ask", async () => {
    const habitId = randomUUID();
    const check = (day: string, id = randomUUID(), of = habitId) => ({
      op: "put",
      kind: "habit-checks",
      id,
      record: { habitId: of, day, state: "done" },
    });
    const score = {
      op: "put",
      kind: "pillar-scores",
      id: randomUUID(),
      record: { pillarId: randomUUID(), day: DAY, score: 5 },
    };
    const done = check(DAY);
    expect(await push(done, score)).toMatchObject([
      { status: "not_found" },
      { status: "not_found" },
    ]);
    const habit = { op: "put", kind: "habits", id: habitId, record: { name: "Water" } };
    const outcomes = await push(habit, done, check("2026-11-23"));
    expect(outcomes).toMatchObject([
      { status: "applied" },
      { status: "applied" },
      { status: "invalid", errors: [{ path: "record.day" }] },
    ]);
    // What was taken once is not refused because of what became of its habit.
    await push({ op: "delete", kind: "habits", id: habitId });
    expect(await push(done)).toMatchObject([{ status: "unchanged" }]);
  });

  it("archives a pillar that records name, once", async () => {
    const id = randomUUID();
    await push(
      { op: "put", kind: "pillars", id, record: { name: "Health" } },
      {
        op: "put",
        kind: "pillar-scores",
        id: randomUUID(),
        record: { pillarId: id, day: DAY, score: 5 },
      },
    );
    const removed = { op: "delete", kind: "pillars", id, ifRev: 1 };
    expect(await push(removed)).toMatchObject([{ status: "applied", rev: 3 }]);
    expect((await read("pillars", id)).body).toMatchObject({ archived: true });
    expect(await push(removed)).toMatchObject([{ status: "unchanged", rev: 3 }]);
  });

  it.each([
    ["pillars", "pillars", "pillar-scores", { pillarId: randomUUID(), day: DAY, score: 5 }],
    [
      "habits",
      "morning_habits",
      "habit-checks",
      { habitId: randomUUID(), day: DAY, state: "done" },
    ],
  ])("goes on beside one of the %s that does not open", async (kind, table, ofIt, record) => {
    const id = "pillarId" in record ? record.pillarId : record.habitId;
    const make = { op: "put", kind, id, record: { name: "Health" } };
    const name = { op: "put", kind: ofIt, id: randomUUID(), record };
    const remove = { op: "delete", kind, id };
    await push(make);
    const flip = `UPDATE ${table} SET sealed = INSERT(sealed, 60, 1, CHAR(ASCII(SUBSTR(sealed, 60, 1)) ^ 1)) WHERE id = ?`;
    await app.sql("vault", flip, [uuidToBytes(id)]);
    const unreadable = {
      ...{ kind, id, status: "conflict" },
      current: { kind, id, rev: 1, deleted: false, unreadable: true },
    };
    const removed = [remove, { ...remove, ifRev: 1 }, { ...remove, ifRev: 7 }];
    expect(await push(name, ...removed, entry("Other"))).toMatchObject([
      { status: "applied", rev: 2 },
      ...[unreadable, unreadable, unreadable],
      { status: "applied", rev: 3 },
    ]);
    expect(await push(make, remove)).toMatchObject([
      { status: "applied", rev: 4 },
      { status: "applied", rev: 5 },
    ]);
    expect((await read(kind, id)).body).toMatchObject({ archived: true });
  });

  it("sees in each removal what the ops before it wrote", async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const make = (id: string) => ({ op: "put", kind: "pillars", id, record: { name: "Health" } });
    const remove = (id: string) => ({ op: "delete", kind: "pillars", id });
    const about = { ...entry("x"), record: { day: DAY, pillarIds: [one] } };
    await push(make(one), make(two), about);
    await push(
      remove(two),
      { ...about, record: { day: DAY } },
      remove(one),
      make(two),
      { ...about, record: { day: DAY, pillarIds: [two] } },
      remove(two),
    );
    expect((await read("pillars", one)).status).toBe(404);
    expect((await read("pillars", two)).body).toMatchObject({ archived: true });
    // It is in the trash, whatever it was when it came there.
    const three = { ...make(randomUUID()), record: { name: "Old", archived: true } };
    expect(await push(three, remove(three.id), remove(three.id))).toMatchObject([
      { status: "applied" },
      { status: "applied" },
      { status: "unchanged" },
    ]);
  });

  it("keeps each text that is written over blindly, however soon", async () => {
    const id = randomUUID();
    // Each goes on where the one before ends, which one device that types would not have kept.
    await push(...["One", "One two", "One two three"].map((title) => entry(title, id)));
    const { body } = await ada.call("GET", `/api/entries/${id}/versions`);
    expect(body["items"]).toMatchObject([{ title: "One two" }, { title: "One" }]);
  });

  it("makes changes of one record in their order, and 500 at once but no more", async () => {
    const id = randomUUID();
    expect(await push(entry("a", id), entry("b", id), removal(id), entry("c", id))).toMatchObject(
      [1, 2, 3, 4].map((rev) => ({ status: "applied", rev })),
    );
    expect(await push()).toEqual([]);
    expect(await push(...Array.from({ length: 500 }, () => removal(id, 0)))).toHaveLength(500);
    for (const ops of [Array.from({ length: 501 }, () => removal(id)), {}, "x", undefined]) {
      expect(await send(ops)).toMatchObject({
        status: 400,
        body: { errors: [{ path: "body.ops" }] },
      });
    }
    expect((await send([entry("x".repeat(2 * 1024 * 1024))])).status).toBe(413);
  }, 60_000);

  it("leaves records out of conflicts once the answer is large", async () => {
    const id = randomUUID();
    const body = "x".repeat(1024 * 1024);
    await ada.call("PUT", `/api/entries/${id}`, { body: { day: DAY, body } });
    const outcomes = await push(...Array.from({ length: 12 }, () => entry("mine", id, 99)));
    const shown = outcomes.map(({ current }) => "record" in (current as object));
    expect(shown).toEqual([...Array<boolean>(7).fill(true), ...Array<boolean>(5).fill(false)]);
    expect(outcomes.at(-1)).toMatchObject({ current: { id, rev: 1, deleted: false } });
  }, 40_000);

  it("is for whoever may write", async () => {
    const { body } = await ada.call("POST", "/api/tokens", {
      body: { name: "reader", scopes: ["journal:read"] },
    });
    const headers = { authorization: `Bearer ${String(body["token"])}` };
    const ops = { headers, body: { ops: [] } };
    expect((await ada.call("GET", "/api/sync", { headers })).status).toBe(200);
    expect((await ada.call("POST", "/api/sync", ops)).status).toBe(403);
  });
});
