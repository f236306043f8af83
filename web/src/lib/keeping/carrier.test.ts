/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import type { Me } from "@timos/api/contract";
import { createClient, type Send, UnreachableError } from "@/lib/api.ts";
import { createCarrier } from "./carrier.ts";
import type { DayView } from "./day-views.ts";
import { createOutbox } from "./outbox.ts";

const [HABIT, CHECK, MOOD, LOG] = [
  "c41d7e08-2f95-4a6b-9d13-0e8f5a2b6c77",
  "0b9f3c46-1f5e-4a7e-9c3f-6f1f5f7a2b11",
  "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c03",
  "7c9e6679-7425-40de-944b-e07fc1f90ae7",
];
const at = "2026-11-21T10:00:00.000Z";
const meta = { rev: 5, createdAt: at, updatedAt: at };
const habit = {
  ...meta,
  id: HABIT,
  name: "Water",
  icon: "",
  color: "#0284c7",
  goal: { type: "yes_no" as const },
  schedule: { type: "weekdays" as const, days: [6] },
  position: 1,
  archived: false,
};
const dayOf = (day: string): DayView => ({
  day,
  entries: [],
  feels: { morning: null, evening: null },
  habits: [{ habit, check: null, isDue: true }],
  moodLogs: [],
  scores: [],
  recap: null,
  isComplete: true,
});
const ada = { timeZone: "Europe/Berlin", dayStartHour: 4 } as Me;

/** A device, and the API it is now and then connected to. */
function connect() {
  const kept = new Map<string, { answer: string; at: number }>();
  const rows = new Map<string, unknown>();
  const api = {
    isDown: false,
    now: Date.parse("2026-11-21T12:00:00Z"),
    asked: [] as string[],
    today: dayOf("2026-11-21"),
    ops: [] as unknown[],
    outcome: (op: { kind: string; id: string }): object => ({ ...op, status: "applied", rev: 9 }),
  };
  const send: Send = (path, init) => {
    if (api.isDown) return Promise.reject(new TypeError("Failed to fetch"));
    api.asked.push(`${init.method ?? "GET"} ${path}`);
    const json = (body: unknown) => Promise.resolve(Response.json(body));
    if (path === "/api/today") return json(api.today);
    if (path.startsWith("/api/days/")) return json(dayOf(path.slice(-10)));
    if (path === "/api/sync") {
      const { ops } = JSON.parse(init.body as string) as { ops: { kind: string; id: string }[] };
      api.ops.push(...ops);
      return json({ outcomes: ops.map(({ kind, id }) => api.outcome({ kind, id })) });
    }
    if (path.includes("/checks/")) {
      const body = JSON.parse(init.body as string) as object;
      const day = path.slice(-10);
      return json({ ...meta, id: CHECK, habitId: HABIT, day, value: null, note: "", ...body });
    }
    throw new Error(`not foreseen: ${path}`);
  };
  const through: { send: Send } = { send };
  const client = createClient((...request) => through.send(...request));
  const outbox = createOutbox({
    keeper: {
      put: (_, id, value) =>
        Promise.resolve(rows.set(id, JSON.parse(JSON.stringify(value))).has(id)),
      remove: (id) => Promise.resolve(void rows.delete(id)),
      all: () => Promise.resolve(Array.from(rows, ([id, value]) => ({ id, value }))),
    },
    push: client.sync.push,
    alone: (work) => work(),
    tellTabs: () => undefined,
    noteSent: () => undefined,
  });
  const carrier = createCarrier({
    send,
    keeper: {
      keepAnswer: (question, answer) =>
        Promise.resolve(kept.set(question, { answer, at: api.now }).size > 0),
      findAnswer: (question) => Promise.resolve(kept.get(question) ?? null),
    },
    outbox,
    user: () => ada,
    now: () => api.now,
  });
  through.send = carrier.carry;
  return { api, client, carrier, outbox, rows };
}

const check = (client: ReturnType<typeof connect>["client"], state: "done" | "skipped") =>
  client.habits.putCheck({ params: { id: HABIT, day: "2026-11-21" }, body: { state } });

describe("a journal out of reach", () => {
  it("is shown as it was last read, and says of when", async () => {
    const { api, client, carrier } = connect();
    const view = await client.days.today();
    api.isDown = true;
    api.now += 60_000;
    expect(await client.days.today()).toEqual(view);
    expect(await client.days.get({ params: { day: "2026-11-21" } })).toEqual(view);
    expect([carrier.isReached(), carrier.shownFrom()]).toEqual([false, api.now - 60_000]);
    api.isDown = false;
    await client.days.today();
    expect([carrier.isReached(), carrier.shownFrom()]).toEqual([true, null]);
  });

  it("never shows yesterday as today, nor a day it does not know as an empty one", async () => {
    const { api, client } = connect();
    await client.days.today();
    api.isDown = true;
    // Past the day-start hour of the person, in their zone.
    api.now = Date.parse("2026-11-22T03:30:00Z");
    const today = await client.days.today();
    expect(today.day).toBe("2026-11-22");
    expect(today.habits).toMatchObject([{ habit: { id: HABIT }, check: null, isDue: false }]);
    api.now = Date.parse("2026-11-22T02:30:00Z");
    expect((await client.days.today()).day).toBe("2026-11-21");
    await expect(client.days.get({ params: { day: "2026-11-01" } })).rejects.toThrow(
      UnreachableError,
    );
    await expect(client.entries.list({ query: {} })).rejects.toThrow(UnreachableError);
  });

  it("shows what was saved after it was read", async () => {
    const { api, client } = connect();
    await client.days.today();
    await check(client, "done");
    api.isDown = true;
    const { habits } = await client.days.today();
    expect(habits[0]?.check).toMatchObject({ id: CHECK, state: "done" });
  });
});

describe("what is done out of reach", () => {
  it("is shown at once, and made once there is a connection, the last of it alone", async () => {
    const { api, client, outbox } = connect();
    await client.days.today();
    api.isDown = true;
    await check(client, "skipped");
    const made = await check(client, "done");
    await client.moodLogs.put({
      params: { id: LOG },
      body: { day: "2026-11-21", at, moodId: MOOD },
      guard: "absent",
    });
    const view = await client.days.today();
    expect(view.habits[0]?.check).toMatchObject({ id: made.id, state: "done" });
    expect(view.moodLogs).toMatchObject([{ id: LOG, moodId: MOOD }]);
    await outbox.flush();
    expect(outbox.changes()).toHaveLength(2);
    api.isDown = false;
    await outbox.flush();
    expect(outbox.changes()).toEqual([]);
    expect(api.ops).toMatchObject([
      { op: "put", kind: "habit-checks", id: made.id, record: { habitId: HABIT, state: "done" } },
      { op: "put", kind: "mood-logs", id: LOG },
    ]);
    outbox.stop();
  });

  it("is not overtaken by what is done after it, though there is a connection again", async () => {
    const { api, client, outbox } = connect();
    await client.days.today();
    api.isDown = true;
    await check(client, "done");
    api.isDown = false;
    await client.habits.removeCheck({ params: { id: HABIT, day: "2026-11-21" } });
    await outbox.flush();
    expect(api.asked.filter((asked) => asked.includes("/checks/"))).toEqual([]);
    expect(api.ops.at(-1)).toMatchObject({ op: "delete", kind: "habit-checks" });
    outbox.stop();
  });

  it("goes over what another device made first, and is kept when the server does not take it", async () => {
    const { api, client, outbox, rows } = connect();
    await client.days.today();
    api.isDown = true;
    await check(client, "done");
    api.isDown = false;
    api.outcome = ({ kind, id }) =>
      id === CHECK
        ? { kind, id, status: "applied", rev: 9 }
        : { kind, id, status: "conflict", current: { kind, id: CHECK, rev: 8, deleted: false } };
    await outbox.flush();
    expect(api.ops.at(-1)).toMatchObject({ op: "put", id: CHECK, record: { state: "done" } });
    expect(rows.size).toBe(0);

    api.isDown = true;
    await check(client, "skipped");
    api.isDown = false;
    api.outcome = ({ kind, id }) => ({ kind, id, status: "not_found" });
    await outbox.flush();
    expect(outbox.changes()).toMatchObject([{ refused: "not_found" }]);
    expect((await client.days.today()).habits[0]?.check).toBeNull();
    await outbox.letRefusedGo();
    expect(rows.size).toBe(0);
    outbox.stop();
  });
});
