import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person, type Reply } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await signUp(app);
});
afterAll(() => app.close());

const DAY = "2026-11-21";
const statuses = (replies: Reply[]) => replies.map((reply) => reply.status).sort();
const times = <T>(count: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

/** The newest state of an entry and its earlier ones. */
async function statesOf(path: string): Promise<{ rev: number; body: string }[]> {
  const newest = await ada.call("GET", path);
  const earlier = await ada.call("GET", `${path}/versions?limit=200`);
  return [newest.body, ...(earlier.body["items"] as object[])] as never;
}

describe("writes at the same time", () => {
  it("that create the same id: one is first, and the other sees what is there", async () => {
    for (let round = 0; round < 5; round++) {
      const path = `/api/entries/${randomUUID()}`;
      const replies = await times(2, (i) =>
        ada.call("PUT", path, {
          body: { day: DAY, title: `Client ${i}` },
          headers: { "if-none-match": "*" },
        }),
      );
      expect(statuses(replies)).toEqual([201, 412]);
      const [made, refused] = replies.sort((a, b) => a.status - b.status) as [Reply, Reply];
      expect(refused.body["current"]).toEqual(made.body);
      expect(await ada.call("GET", path)).toMatchObject({ body: made.body });
    }
  });

  it("to one entry each get a revision of their own, and none is lost", async () => {
    const path = `/api/entries/${randomUUID()}`;
    const replies = await times(30, (i) =>
      ada.call("PUT", path, { body: { day: DAY, body: `Text of client ${i}` } }),
    );
    expect(statuses(replies)).toEqual([...Array<number>(29).fill(200), 201]);
    const answered = replies.map(({ body }) => [Number(body["rev"]), body["body"]] as const);
    expect(new Set(answered.map(([rev]) => rev)).size).toBe(30);
    const states = await statesOf(path);
    expect(new Map(states.map(({ rev, body }) => [rev, body]))).toEqual(new Map(answered));
    expect(states.map(({ rev }) => rev)).toEqual(
      answered.map(([rev]) => rev).sort((a, b) => b - a),
    );
  });

  it("that were made from the same state: one is first, the others keep theirs to themselves", async () => {
    const path = `/api/entries/${randomUUID()}`;
    const { headers } = await ada.call("PUT", path, { body: { day: DAY, body: "Base" } });
    const replies = await times(10, (i) =>
      ada.call("PATCH", path, {
        body: { body: `Client ${i}` },
        headers: { "if-match": headers.get("etag") ?? "" },
      }),
    );
    expect(statuses(replies)).toEqual([200, ...Array<number>(9).fill(412)]);
    const winner = replies.find((reply) => reply.status === 200)?.body;
    for (const reply of replies.filter(({ status }) => status === 412)) {
      expect(reply.body["current"]).toEqual(winner);
    }
    expect((await statesOf(path)).map(({ body }) => body)).toEqual([winner?.["body"], "Base"]);
  });

  it("by PATCH to different fields are all there at the end", async () => {
    const path = `/api/entries/${randomUUID()}`;
    await ada.call("PUT", path, { body: { day: DAY } });
    const patches = [{ title: "T" }, { body: "B" }, { starred: true }, { time: "09:09" }];
    await Promise.all(patches.map((body) => ada.call("PATCH", path, { body })));
    expect((await ada.call("GET", path)).body).toMatchObject(
      Object.assign({}, ...patches) as object,
    );
  });

  it("as the first ever of a person all happen, and are counted without a gap", async () => {
    const newcomer = await signUp(app);
    const replies = await times(12, (i) =>
      newcomer.call("POST", "/api/entries", { body: { day: DAY, title: `First ${i}` } }),
    );
    expect(statuses(replies)).toEqual(Array<number>(12).fill(201));
    expect(replies.map(({ body }) => Number(body["rev"])).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const day = await newcomer.call("GET", `/api/days/${DAY}`);
    expect(day.body["entries"]).toHaveLength(12);
  });

  it("in many months at once are all found by a list without a range", async () => {
    const newcomer = await signUp(app);
    const days = Array.from({ length: 24 }, (_, i) => `20${10 + i}-0${1 + (i % 9)}-15`);
    await Promise.all(days.map((day) => newcomer.call("POST", "/api/entries", { body: { day } })));
    const { body } = await newcomer.call("GET", "/api/entries?limit=200");
    const listed = (body["items"] as { day: string }[]).map((entry) => entry.day);
    expect(listed).toEqual(days.toReversed());
  });

  it("by deleting: one takes it away, the others find nothing", async () => {
    const path = `/api/entries/${randomUUID()}`;
    await ada.call("PUT", path, { body: { day: DAY } });
    const replies = await times(5, () => ada.call("DELETE", path));
    expect(statuses(replies)).toEqual([204, 404, 404, 404, 404]);
  });

  it("and a delete leave the entry either way, whole", async () => {
    for (let round = 0; round < 5; round++) {
      const path = `/api/entries/${randomUUID()}`;
      await ada.call("PUT", path, { body: { day: DAY, body: "Before" } });
      const [put, removed] = await Promise.all([
        ada.call("PUT", path, { body: { day: DAY, body: "After" } }),
        ada.call("DELETE", path),
      ]);
      expect(removed.status).toBe(204);
      const read = await ada.call("GET", path);
      if (put.status === 201) expect(read).toMatchObject({ status: 200, body: { body: "After" } });
      else expect(read.status).toBe(404);
    }
  });
});
