import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  ada = await signUp(app);
});

const day = "2026-11-21";
const morning = {
  day,
  kind: "morning",
  mentalState: 7,
  strongestEmotion: "hope",
  avoiding: "mail",
};
const evening = {
  day,
  kind: "evening",
  gaveEnergy: "a walk",
  drainedEnergy: "meetings",
  pressureOrPurpose: "both",
  honestNote: "Better than it looks.",
};

describe("a check-in", () => {
  it.each([morning, evening])("is kept as it was answered: %j", async (answers) => {
    const { status, body } = await ada.call("POST", "/api/feels", { body: answers });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...answers,
      id: expect.any(String),
      rev: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await ada.call("GET", `/api/feels/${String(body["id"])}`)).body).toEqual(body);
  });

  it("may be answered bit by bit", async () => {
    const { body } = await ada.call("POST", "/api/feels", { body: { day, kind: "morning" } });
    const path = `/api/feels/${String(body["id"])}`;
    const { body: later } = await ada.call("PATCH", path, { body: { mentalState: 3 } });
    expect(later).toMatchObject({ day, kind: "morning", mentalState: 3 });
    const { body: taken } = await ada.call("PATCH", path, { body: { mentalState: null } });
    expect(taken).not.toHaveProperty("mentalState");
  });

  it("cannot be changed into one of the other kind with answers of this one", async () => {
    const { body } = await ada.call("POST", "/api/feels", { body: morning });
    const path = `/api/feels/${String(body["id"])}`;
    expect((await ada.call("PATCH", path, { body: { kind: "evening" } })).status).toBe(400);
  });
});

describe("one check-in a day and kind", () => {
  it("a second is a conflict that names the first", async () => {
    const { body: first } = await ada.call("POST", "/api/feels", { body: morning });
    for (const [method, path] of [
      ["POST", "/api/feels"],
      ["PUT", `/api/feels/${randomUUID()}`],
    ] as const) {
      expect(await ada.call(method, path, { body: morning })).toMatchObject({
        status: 409,
        body: { code: "conflict", id: first["id"] },
      });
    }
    expect((await ada.call("POST", "/api/feels", { body: evening })).status).toBe(201);
    const other = { ...morning, day: "2026-11-20" };
    expect((await ada.call("POST", "/api/feels", { body: other })).status).toBe(201);
  });

  it("of many at once one is made", async () => {
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => ada.call("POST", "/api/feels", { body: morning })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(5);
    expect((await ada.call("GET", "/api/feels")).body["items"]).toHaveLength(1);
  });

  it("moving one onto the day of another is a conflict, and changes neither", async () => {
    await ada.call("POST", "/api/feels", { body: morning });
    const { body } = await ada.call("POST", "/api/feels", {
      body: { ...morning, day: "2026-11-20" },
    });
    const path = `/api/feels/${String(body["id"])}`;
    expect((await ada.call("PATCH", path, { body: { day } })).status).toBe(409);
    expect((await ada.call("GET", path)).body).toEqual(body);
  });

  it("one in the trash keeps no place, and its day can be given again", async () => {
    const { body } = await ada.call("POST", "/api/feels", { body: morning });
    await ada.call("DELETE", `/api/feels/${String(body["id"])}`);
    expect((await ada.call("POST", "/api/feels", { body: morning })).status).toBe(201);
    // And what lies in the trash cannot come back beside it.
    const again = await ada.call("PUT", `/api/feels/${String(body["id"])}`, { body: morning });
    expect(again.status).toBe(409);
  });

  it("is nobody else's matter", async () => {
    const bob = await signUp(app);
    await ada.call("POST", "/api/feels", { body: morning });
    expect((await bob.call("POST", "/api/feels", { body: morning })).status).toBe(201);
  });
});

it("lists check-ins newest first, of a range and of a kind", async () => {
  for (const one of ["2026-11-19", "2026-11-20", "2026-11-21"]) {
    await ada.call("POST", "/api/feels", { body: { ...morning, day: one } });
    await ada.call("POST", "/api/feels", { body: { ...evening, day: one } });
  }
  const list = async (query: string) => {
    const { body } = await ada.call("GET", `/api/feels?${query}`);
    return (body["items"] as { day: string; kind: string }[]).map(
      ({ day: one, kind }) => `${one} ${kind}`,
    );
  };
  expect(await list("from=2026-11-20&to=2026-11-21")).toEqual([
    "2026-11-21 evening",
    "2026-11-21 morning",
    "2026-11-20 evening",
    "2026-11-20 morning",
  ]);
  expect(await list("kind=evening&limit=2")).toEqual(["2026-11-21 evening", "2026-11-20 evening"]);
});

it("shows both of a day with the day", async () => {
  await ada.call("POST", "/api/feels", { body: evening });
  const empty = await ada.call("GET", "/api/days/2026-11-20");
  expect(empty.body["feels"]).toEqual({ morning: null, evening: null });
  const { body } = await ada.call("GET", `/api/days/${day}`);
  expect(body["feels"]).toMatchObject({ morning: null, evening });
});
