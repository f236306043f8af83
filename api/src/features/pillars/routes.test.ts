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

const make = async (name: string, fields: object = {}) => {
  const { status, body } = await ada.call("POST", "/api/pillars", { body: { name, ...fields } });
  expect(status).toBe(201);
  return body as { id: string; rev: number };
};
const names = async () => {
  const { body } = await ada.call("GET", "/api/pillars");
  return (body["items"] as { name: string }[]).map(({ name }) => name);
};

describe("pillars", () => {
  it("have what they are given, and defaults for the rest", async () => {
    expect(await make("Family")).toMatchObject({
      name: "Family",
      description: "",
      color: "#64748b",
      icon: "",
      target: 8,
      archived: false,
    });
  });

  it("stand in the order in which they were made, until they are put into another", async () => {
    const made = [];
    for (const name of ["Family", "Health", "Revenue"]) {
      made.push((await make(name)).id);
      app.clock.now = new Date(app.clock.now.getTime() + 1);
    }
    expect(await names()).toEqual(["Family", "Health", "Revenue"]);
    const [family, health, revenue] = made;
    const ids = [revenue, family, health];
    expect((await ada.call("POST", "/api/pillars/reorder", { body: { ids } })).status).toBe(204);
    expect(await names()).toEqual(["Revenue", "Family", "Health"]);
    await make("Last");
    expect(await names()).toEqual(["Revenue", "Family", "Health", "Last"]);
  });

  it("each have a revision of their own after they were put into order, and a sum that fits", async () => {
    const made = [];
    for (let i = 0; i < 12; i++) made.push((await make(`Pillar ${i}`)).id);
    await ada.call("POST", "/api/pillars/reorder", { body: { ids: made.toReversed() } });
    const { body } = await ada.call("GET", "/api/pillars");
    const revs = (body["items"] as { rev: number }[]).map(({ rev }) => rev);
    expect(new Set(revs)).toEqual(new Set(Array.from({ length: 12 }, (_, i) => 13 + i)));
    expect((await ada.call("GET", "/api/me/vault")).body["integrity"]).toMatchObject({
      status: "ok",
    });
  });

  it("are not written when their order is what it was", async () => {
    const { id } = await make("One");
    const order = { body: { ids: [id] } };
    await ada.call("POST", "/api/pillars/reorder", order);
    const { body: before } = await ada.call("GET", `/api/pillars/${id}`);
    await ada.call("POST", "/api/pillars/reorder", order);
    expect((await ada.call("GET", `/api/pillars/${id}`)).body).toEqual(before);
    // No revision was taken for it.
    expect((await make("Two")).rev).toBe(3);
  });

  it("are put into order whole or not at all: none missing, foreign or twice", async () => {
    const [one, two] = [await make("One"), await make("Two")];
    const archived = await make("Old", { archived: true });
    const bob = await signUp(app);
    const { body: foreign } = await bob.call("POST", "/api/pillars", { body: { name: "Bob's" } });
    for (const ids of [
      [one.id],
      [one.id, two.id, two.id],
      [one.id, two.id, randomUUID()],
      [one.id, two.id, foreign["id"]],
      [],
      ["1"],
    ]) {
      const reply = await ada.call("POST", "/api/pillars/reorder", { body: { ids } });
      expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect((reply.body["errors"] as { path: string }[])[0]?.path).toMatch(/^body\.ids/);
    }
    for (const ids of [
      [two.id, one.id],
      [archived.id, two.id, one.id],
    ]) {
      expect((await ada.call("POST", "/api/pillars/reorder", { body: { ids } })).status).toBe(204);
    }
  });
});

describe("a pillar that is deleted", () => {
  const day = "2026-11-21";
  const remove = (id: string) => ada.call("DELETE", `/api/pillars/${id}`);

  it.each<[string, (pillarId: string) => Promise<unknown>]>([
    [
      "a score",
      (id) => ada.call("PUT", `/api/pillars/${id}/scores/${day}`, { body: { score: 5 } }),
    ],
    [
      "a slip",
      (pillarId) =>
        ada.call("PUT", `/api/daily-recaps/by-day/${day}`, {
          body: { slips: [{ text: "No walk", pillarId }] },
        }),
    ],
    [
      "a correction of a week",
      (pillarId) =>
        ada.call("PUT", "/api/weekly-recaps/by-week/2026-W47", {
          body: { corrections: [{ text: "Walk", pillarId }] },
        }),
    ],
    [
      "an entry in the trash",
      async (pillarId) => {
        const body = { day, pillarIds: [pillarId] };
        const { body: entry } = await ada.call("POST", "/api/entries", { body });
        await ada.call("DELETE", `/api/entries/${String(entry["id"])}`);
      },
    ],
  ])("stays, archived, when it is named by %s", async (_, refer) => {
    const { id } = await make("Health");
    const other = await make("Other");
    await refer(id);
    expect((await remove(id)).status).toBe(204);
    expect((await ada.call("GET", `/api/pillars/${id}`)).body).toMatchObject({ archived: true });
    expect((await remove(other.id)).status).toBe(204);
    expect((await ada.call("GET", `/api/pillars/${other.id}`)).status).toBe(404);
  });

  it("is never in the trash with a score that was kept, though both came at once", async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = await make("Health");
      const score = () =>
        ada.call("PUT", `/api/pillars/${id}/scores/${day}`, { body: { score: 5 } });
      const calls = round % 2 === 0 ? [remove, score] : [score, remove];
      const replies = await Promise.all(calls.map((call) => call(id)));
      const put = replies[round % 2 === 0 ? 1 : 0]?.status;
      const { status } = await ada.call("GET", `/api/pillars/${id}`);
      expect([`${String(put)} ${status}`]).toContainEqual(
        expect.stringMatching(/^(201 200|404 404)$/),
      );
    }
  });

  it("is guarded by the revision that was seen, archived or not", async () => {
    const headers = { "if-match": '"999"' };
    const { id } = await make("Health");
    const path = `/api/pillars/${id}`;
    expect((await ada.call("DELETE", path, { headers })).status).toBe(412);
    await ada.call("PUT", `${path}/scores/${day}`, { body: { score: 5 } });
    expect((await ada.call("DELETE", path, { headers })).status).toBe(412);
    expect((await ada.call("GET", path)).body).toMatchObject({ archived: false });
  });
});

describe("scores of pillars", () => {
  const day = "2026-11-21";
  const range = "from=2026-11-01&to=2026-11-30";

  it("are one a day, which is replaced", async () => {
    const { id } = await make("Health");
    const path = `/api/pillars/${id}/scores/${day}`;
    const first = await ada.call("PUT", path, { body: { score: 7 } });
    expect(first).toMatchObject({ status: 201, body: { pillarId: id, day, score: 7, note: "" } });
    const second = await ada.call("PUT", path, { body: { score: 9, note: "ran" } });
    expect(second).toMatchObject({ status: 200, body: { id: first.body["id"], score: 9 } });
    const { body } = await ada.call("GET", `/api/pillars/scores?${range}`);
    expect(body["items"]).toEqual([second.body]);
    expect((await ada.call("GET", `/api/days/${day}`)).body["scores"]).toEqual([second.body]);
  });

  it("of many clients at once are one still", async () => {
    const { id } = await make("Health");
    const path = `/api/pillars/${id}/scores/${day}`;
    const replies = await Promise.all(
      [1, 2, 3, 4, 5].map((score) => ada.call("PUT", path, { body: { score } })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
    const { body } = await ada.call("GET", `/api/pillars/scores?${range}`);
    expect(body["items"]).toHaveLength(1);
  });

  it("are guarded by the revision that was seen", async () => {
    const { id } = await make("Health");
    const path = `/api/pillars/${id}/scores/${day}`;
    const { body } = await ada.call("PUT", path, { body: { score: 7 } });
    const guarded = (match: string) =>
      ada.call("PUT", path, { body: { score: 2 }, headers: { "if-match": match } });
    expect(await guarded('"999"')).toMatchObject({ status: 412, body: { code: "rev_mismatch" } });
    expect((await guarded(`"${String(body["rev"])}"`)).status).toBe(200);
  });

  it("can be taken back, and are not there twice", async () => {
    const { id } = await make("Health");
    const path = `/api/pillars/${id}/scores/${day}`;
    await ada.call("PUT", path, { body: { score: 7 } });
    expect((await ada.call("DELETE", path)).status).toBe(204);
    expect((await ada.call("DELETE", path)).status).toBe(404);
    expect((await ada.call("GET", `/api/pillars/scores?${range}`)).body["items"]).toEqual([]);
    expect((await ada.call("PUT", path, { body: { score: 5 } })).status).toBe(201);
  });

  it("are of a pillar that is there, and one's own; an archived one may have them too", async () => {
    const put = (id: string) =>
      ada.call("PUT", `/api/pillars/${id}/scores/${day}`, { body: { score: 5 } });
    expect((await put(randomUUID())).status).toBe(404);
    const bob = await signUp(app);
    const { body: foreign } = await bob.call("POST", "/api/pillars", { body: { name: "Bob's" } });
    expect((await put(String(foreign["id"]))).status).toBe(404);
    expect((await put((await make("Old", { archived: true })).id)).status).toBe(201);
  });

  it("are asked for by a range of at most a year", async () => {
    const reply = await ada.call("GET", "/api/pillars/scores?from=2025-01-01&to=2026-01-02");
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: "query.to" }] } });
  });
});
