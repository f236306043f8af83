import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  app = await openTestApp();
  [ada, eve] = [await signUp(app), await signUp(app)];
});
afterAll(() => app.close());

const DEFAULTS = {
  time: null,
  title: "",
  body: "",
  pillarIds: [],
  tags: [],
  moodId: null,
  starred: false,
  completed: false,
};
const DAY = "2026-11-21";
const NOW = "2026-11-21T20:00:00.000Z";

/** A new entry of Ada's. */
async function create(fields: object = {}): Promise<{ id: string; rev: number; path: string }> {
  const { status, body } = await ada.call("POST", "/api/entries", {
    body: { day: DAY, ...fields },
  });
  expect(status).toBe(201);
  const id = String(body["id"]);
  return { id, rev: Number(body["rev"]), path: `/api/entries/${id}` };
}

const newPath = () => `/api/entries/${randomUUID()}`;
const refusal = (status: number, code: string) => ({ status, body: { status, code } });
const paths = (reply: Reply) =>
  (reply.body as { errors?: { path: string }[] }).errors?.map((fault) => fault.path);

describe("POST /api/entries", () => {
  it("creates an entry with every field that was left out at its default", async () => {
    const reply = await ada.call("POST", "/api/entries", { body: { day: DAY } });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      rev: expect.any(Number),
      createdAt: NOW,
      updatedAt: NOW,
      day: DAY,
      ...DEFAULTS,
    });
    expect(reply.headers.get("etag")).toBe(`"${String(reply.body["rev"])}"`);
  });

  it("keeps every field, and answers with it when it is read", async () => {
    const fields = {
      day: "2026-02-28",
      time: "08:30",
      title: "A walk",
      body: "# Along the river\n\nIt *rained*.",
      pillarIds: [randomUUID(), randomUUID()],
      tags: ["rain", "river walk"],
      moodId: randomUUID(),
      starred: true,
      completed: true,
    };
    const reply = await ada.call("POST", "/api/entries", { body: fields });
    expect(reply.body).toMatchObject(fields);
    const read = await ada.call("GET", `/api/entries/${String(reply.body["id"])}`);
    expect(read).toMatchObject({ status: 200, body: reply.body });
    expect(read.headers.get("etag")).toBe(reply.headers.get("etag"));
  });

  it("is for those who signed in", async () => {
    const reply = await call(app, "POST", "/api/entries", { body: { day: DAY } });
    expect(reply).toMatchObject(refusal(401, "unauthenticated"));
  });
});

describe("an Idempotency-Key", () => {
  it("does not bring back a record that was put in the trash since", async () => {
    const post = () =>
      ada.call("POST", "/api/entries", {
        body: { day: "2026-11-21", title: "once" },
        headers: { "idempotency-key": "trashed-since" },
      });
    const id = String((await post()).body["id"]);
    await ada.call("DELETE", `/api/entries/${id}`);
    expect(await post()).toMatchObject({ status: 409, body: { code: "conflict", id } });
    expect((await ada.call("GET", `/api/entries/${id}`)).status).toBe(404);
  });

  const post = (person: Person, key: string, body: object) =>
    person.call("POST", "/api/entries", { body, headers: { "idempotency-key": key } });

  it("makes a repeated call answer with the record that the first one made", async () => {
    const key = randomUUID();
    const first = await post(ada, key, { day: DAY, title: "Once" });
    const again = await post(ada, key, { title: "Once", day: DAY, body: "" });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  });

  it("used for other content is a conflict that names the record", async () => {
    const key = randomUUID();
    const first = await post(ada, key, { day: DAY, title: "Once" });
    const other = await post(ada, key, { day: DAY, title: "Twice" });
    expect(other).toMatchObject(refusal(409, "conflict"));
    expect(other.body["id"]).toBe(first.body["id"]);
    expect((await ada.call("GET", `/api/entries/${String(first.body["id"])}`)).body).toEqual(
      first.body,
    );
  });

  it("sent twenty times at once makes one record", async () => {
    const key = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => post(ada, key, { day: "2025-01-01", title: "Burst" })),
    );
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    const day = await ada.call("GET", "/api/days/2025-01-01");
    expect(day.body["entries"]).toHaveLength(1);
  });

  it("of a record that was changed or thrown away since is a conflict, and revives nothing", async () => {
    const key = randomUUID();
    const fields = { day: DAY, title: "Once" };
    const path = `/api/entries/${String((await post(ada, key, fields)).body["id"])}`;
    await ada.call("PATCH", path, { body: { title: "Edited" } });
    expect(await post(ada, key, fields)).toMatchObject(refusal(409, "conflict"));
    await ada.call("PATCH", path, { body: { title: "Once" } });
    await ada.call("DELETE", path);
    expect(await post(ada, key, fields)).toMatchObject(refusal(409, "conflict"));
    expect((await ada.call("GET", path)).status).toBe(404);
  });

  it("of one person is nothing to another", async () => {
    const key = randomUUID();
    const hers = await post(ada, key, { day: DAY, title: "Hers" });
    const others = await post(eve, key, { day: DAY, title: "Mine" });
    expect(others.status).toBe(201);
    expect(others.body["id"]).not.toBe(hers.body["id"]);
  });

  it("says nothing of itself in the id that it leads to", async () => {
    const [one, other] = [
      await post(ada, "my-secret-key", { day: DAY }),
      await post(ada, "my-secret-key2", { day: DAY }),
    ];
    expect(one.body["id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    expect(other.body["id"]).not.toBe(one.body["id"]);
  });

  it.each([
    ["empty", ""],
    ["with a space", "a b"],
    ["of 256 characters", "k".repeat(256)],
    ["of letters beyond ASCII", "schl\u00fcssel"],
  ])("that is %s is refused by name", async (_, key) => {
    const reply = await post(ada, key, { day: DAY });
    expect(reply).toMatchObject(refusal(400, "invalid_request"));
    expect(paths(reply)).toEqual(["Idempotency-Key"]);
  });

  it("may have 255 characters", async () => {
    expect((await post(ada, "k".repeat(255), { day: DAY })).status).toBe(201);
  });
});

describe("PUT /api/entries/:id", () => {
  it("creates under an id of the client's making, and replaces what is there", async () => {
    const id = randomUUID();
    const made = await ada.call("PUT", `/api/entries/${id}`, { body: { day: DAY, title: "One" } });
    expect(made).toMatchObject({ status: 201, body: { id, title: "One" } });
    const replaced = await ada.call("PUT", `/api/entries/${id}`, {
      body: { day: DAY, body: "Two" },
    });
    expect(replaced).toMatchObject({ status: 200, body: { id, title: "", body: "Two" } });
    expect(replaced.headers.get("etag")).toBe(`"${Number(made.body["rev"]) + 1}"`);
    expect((await ada.call("GET", `/api/entries/${id}`)).body).toEqual(replaced.body);
  });

  it("keeps when it was made, and notes when it was changed", async () => {
    const { path } = await create();
    const start = app.clock.now;
    app.clock.now = new Date(start.getTime() + 90_000);
    const reply = await ada.call("PUT", path, { body: { day: DAY } });
    app.clock.now = start;
    expect(reply.body).toMatchObject({ createdAt: NOW, updatedAt: "2026-11-21T20:01:30.000Z" });
  });

  it("takes an id in capitals for the same", async () => {
    const { id } = await create({ title: "Mine" });
    const read = await ada.call("GET", `/api/entries/${id.toUpperCase()}`);
    expect(read).toMatchObject({ status: 200, body: { id, title: "Mine" } });
  });

  it.each([
    "1",
    "c232ab00-9414-11ec-b3c8-9f6bdeced846",
    "00000000-0000-0000-0000-000000000000",
    "0190a5f0-5c00-7f3b-9a76-1e6c8f0d2a11",
    "0b5e0c6e27a74f3b9a761e6c8f0d2a11",
    "..%2f..%2fme",
    "%00",
  ])("refuses %s, which is no random UUID", async (id) => {
    for (const method of ["PUT", "GET", "PATCH", "DELETE"]) {
      const body = method === "GET" || method === "DELETE" ? undefined : { day: DAY };
      const reply = await ada.call(method, `/api/entries/${id}`, body && { body });
      expect(reply).toMatchObject(refusal(400, "invalid_request"));
      expect(paths(reply)).toEqual(["params.id"]);
    }
  });
});

describe("PATCH /api/entries/:id", () => {
  it("changes the fields it names, and takes those that are null back to their default", async () => {
    const { path } = await create({ title: "Title", body: "Body", starred: true, time: "09:00" });
    const reply = await ada.call("PATCH", path, { body: { title: null, time: null, tags: ["a"] } });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      ...DEFAULTS,
      day: DAY,
      body: "Body",
      starred: true,
      tags: ["a"],
    });
    expect((await ada.call("GET", path)).body).toEqual(reply.body);
  });

  it("is read as a merge patch by its own media type too", async () => {
    const { path } = await create();
    const reply = await ada.call("PATCH", path, {
      body: { title: "Merged" },
      headers: { "content-type": "application/merge-patch+json" },
    });
    expect(reply).toMatchObject({ status: 200, body: { title: "Merged" } });
  });

  it.each([
    ["a day that is taken away", { day: null }, ["body.day"]],
    ["a day that is none", { day: "2026-02-30" }, ["body.day"]],
    ["a time that is none", { time: "25:00" }, ["body.time"]],
    ["a field it does not know", { mood: "good" }, ["body"]],
    ["the id", { id: randomUUID() }, ["body"]],
    ["the revision", { rev: 9 }, ["body"]],
    ["wrong types", { title: 1, tags: "x", starred: "yes" }, ["title", "tags", "starred"]],
    ["a blank tag", { tags: ["ok", "  "] }, ["body.tags.1"]],
    ["an array", [{ op: "replace" }], ["body"]],
  ])("refuses %s, by name, and changes nothing", async (_, patch, faults) => {
    const { path, rev } = await create({ title: "Before" });
    const reply = await ada.call("PATCH", path, { body: patch });
    expect(reply).toMatchObject(refusal(400, "invalid_request"));
    expect(paths(reply)).toEqual(
      faults.map((fault) => (fault.startsWith("body") ? fault : `body.${fault}`)),
    );
    expect((await ada.call("GET", path)).body).toMatchObject({ rev, title: "Before" });
  });

  it("of nothing there is not found, guarded or not", async () => {
    for (const headers of [{}, { "if-match": '"1"' }, { "if-match": "*" }]) {
      const reply = await ada.call("PATCH", newPath(), { body: { title: "x" }, headers });
      expect(reply).toMatchObject(refusal(404, "not_found"));
    }
  });
});

describe("If-Match and If-None-Match", () => {
  const put = (path: string, headers: Record<string, string>) =>
    ada.call("PUT", path, { body: { day: DAY, title: "Guarded" }, headers });

  it("let a write pass that knows the newest state, and refuse any other with that state", async () => {
    const { path, rev } = await create({ title: "First" });
    const passed = await put(path, { "if-match": `"${rev}"` });
    expect(passed.status).toBe(200);
    for (const [method, body] of [
      ["PUT", { day: DAY }],
      ["PATCH", { title: "Lost" }],
      ["DELETE", undefined],
    ] as const) {
      const stale = await ada.call(method, path, {
        headers: { "if-match": `"${rev}"` },
        ...(body && { body }),
      });
      expect(stale).toMatchObject(refusal(412, "rev_mismatch"));
      expect(stale.body["current"]).toEqual(passed.body);
    }
    expect((await ada.call("GET", path)).body).toEqual(passed.body);
  });

  it("take a weak tag, which a proxy makes of ours when it compresses", async () => {
    const { path, rev } = await create();
    expect((await put(path, { "if-match": `W/"${rev}"` })).status).toBe(200);
  });

  it("with * ask for any state, or for none", async () => {
    const path = newPath();
    expect(await put(path, { "if-match": "*" })).toMatchObject({
      ...refusal(412, "rev_mismatch"),
      body: { current: null },
    });
    expect((await put(path, { "if-none-match": "*" })).status).toBe(201);
    expect((await put(path, { "if-match": "*" })).status).toBe(200);
    expect(await put(path, { "if-none-match": "*" })).toMatchObject({
      ...refusal(412, "rev_mismatch"),
      body: { current: { title: "Guarded" } },
    });
  });

  it.each([
    ["If-Match", { "if-match": "12" }],
    ["If-Match", { "if-match": "garbage" }],
    ["If-Match", { "if-match": '""' }],
    ["If-Match", { "if-match": '"0"' }],
    ["If-Match", { "if-match": '"-1"' }],
    ["If-Match", { "if-match": '"1e3"' }],
    ["If-Match", { "if-match": '"1", "2"' }],
    ["If-Match", { "if-match": '"9999999999999999"' }],
    ["If-Match", { "if-match": '"1" OR 1=1' }],
    ["If-None-Match", { "if-none-match": '"1"' }],
    ["If-None-Match", { "if-none-match": "garbage" }],
    ["If-None-Match", { "if-match": '"1"', "if-none-match": "*" }],
  ])("that say something else are refused by name: %s %j", async (name, headers) => {
    const path = newPath();
    const reply = await put(path, headers);
    expect(reply).toMatchObject(refusal(400, "invalid_request"));
    expect(paths(reply)).toEqual([name]);
    expect((await ada.call("GET", path)).status).toBe(404);
  });

  it("of another record's revision do not open this one", async () => {
    const [one, other] = [await create(), await create()];
    expect((await put(one.path, { "if-match": `"${other.rev}"` })).status).toBe(412);
  });
});

describe("DELETE /api/entries/:id", () => {
  it("takes the entry out of every list, and leaves it in the trash for thirty days", async () => {
    const { id, path } = await create({ day: "2024-05-05", title: "Thrown away" });
    const reply = await ada.call("DELETE", path);
    expect([reply.status, reply.body]).toEqual([204, { text: "" }]);
    expect((await ada.call("GET", path)).status).toBe(404);
    expect((await ada.call("PATCH", path, { body: { title: "x" } })).status).toBe(404);
    expect((await ada.call("DELETE", path)).status).toBe(404);
    expect((await ada.call("GET", `${path}/versions`)).status).toBe(404);
    const list = await ada.call("GET", "/api/entries?from=2024-05-05&to=2024-05-05");
    expect(list.body["items"]).toEqual([]);
    expect((await ada.call("GET", "/api/days/2024-05-05")).body["entries"]).toEqual([]);
    const days = await ada.call("GET", "/api/days?from=2024-05-01&to=2024-05-31");
    expect(days.body["days"]).toEqual([]);
    const rows = await app.sql(
      "vault",
      "SELECT CAST(purge_after AS CHAR) AS purgeAfter FROM daily_entries WHERE id = UNHEX(?)",
      [id.replaceAll("-", "")],
    );
    expect(rows).toEqual([{ purgeAfter: "2026-12-21" }]);
  });

  it("is undone by a PUT, with the history", async () => {
    const { id, path } = await create({ title: "Old" });
    await ada.call("DELETE", path);
    const guarded = await ada.call("PUT", path, {
      body: { day: DAY, title: "New" },
      headers: { "if-none-match": "*" },
    });
    expect(guarded).toMatchObject({ status: 201, body: { id, title: "New", createdAt: NOW } });
    expect(await ada.call("GET", path)).toMatchObject({ status: 200, body: guarded.body });
    const versions = await ada.call("GET", `${path}/versions`);
    expect(versions.body["items"]).toMatchObject([{ title: "Old" }]);
    const rows = await app.sql(
      "vault",
      "SELECT purge_after FROM daily_entries WHERE id = UNHEX(?)",
      [id.replaceAll("-", "")],
    );
    expect(rows).toEqual([{ purge_after: null }]);
  });

  it("of what is in the trash holds no guard, since nothing is there", async () => {
    const { path, rev } = await create();
    await ada.call("DELETE", path);
    const reply = await ada.call("PUT", path, {
      body: { day: DAY },
      headers: { "if-match": `"${rev}"` },
    });
    expect(reply).toMatchObject({ ...refusal(412, "rev_mismatch"), body: { current: null } });
  });
});

describe("another person's entry", () => {
  it("is not found, by any method", async () => {
    const { path, rev } = await create({ title: "Private" });
    const calls: [string, string, object?][] = [
      ["GET", path],
      ["PATCH", path, { title: "Taken" }],
      ["DELETE", path],
      ["GET", `${path}/versions`],
      ["POST", `${path}/restore`, { rev }],
    ];
    const nothing = newPath();
    for (const [method, target, body] of calls) {
      const foreign = await eve.call(method, target, body && { body });
      const absent = await eve.call(method, target.replace(path, nothing), body && { body });
      expect(foreign).toMatchObject(refusal(404, "not_found"));
      const { requestId: _one, ...foreignBody } = foreign.body;
      const { requestId: _other, ...absentBody } = absent.body;
      expect(foreignBody).toEqual(absentBody);
    }
    expect((await ada.call("GET", path)).body).toMatchObject({ rev, title: "Private" });
  });

  it("leaves the id free for one of one's own", async () => {
    const { path } = await create({ title: "Hers" });
    const mine = await eve.call("PUT", path, {
      body: { day: DAY, title: "Mine" },
      headers: { "if-none-match": "*" },
    });
    expect(mine.status).toBe(201);
    expect((await ada.call("GET", path)).body).toMatchObject({ title: "Hers" });
    expect((await eve.call("DELETE", path)).status).toBe(204);
    expect((await ada.call("GET", path)).body).toMatchObject({ title: "Hers" });
  });
});

describe("the revision", () => {
  it("counts an owner's changes one by one, leaving out those that failed", async () => {
    const person = await signUp(app);
    const revs: number[] = [];
    const write = async (method: string, path: string, body?: object, headers = {}) => {
      const reply = await person.call(method, path, { headers, ...(body && { body }) });
      if (reply.status < 300 && reply.status !== 204) revs.push(Number(reply.body["rev"]));
      return reply;
    };
    const path = newPath();
    await write("PUT", path, { day: DAY, title: "One" });
    expect((await write("PUT", path, { day: DAY }, { "if-match": '"77"' })).status).toBe(412);
    expect((await write("PUT", path, { day: "2026-02-30" })).status).toBe(400);
    expect((await write("PATCH", path, { day: null })).status).toBe(400);
    expect((await write("PATCH", newPath(), { title: "x" })).status).toBe(404);
    expect((await write("DELETE", newPath())).status).toBe(404);
    await write("PATCH", path, { title: "Two" });
    expect((await write("POST", `${path}/restore`, { rev: 999 })).status).toBe(404);
    await write("POST", `${path}/restore`, { rev: 1 });
    expect((await write("DELETE", path)).status).toBe(204);
    await write("POST", "/api/entries", { day: DAY });
    expect(revs).toEqual([1, 2, 3, 5]);
  });

  it("of one person is untouched by what others write", async () => {
    const [one, other] = [await signUp(app), await signUp(app)];
    for (const person of [one, other, one]) {
      await person.call("POST", "/api/entries", { body: { day: DAY } });
    }
    const reply = await other.call("POST", "/api/entries", { body: { day: DAY } });
    expect(reply.body["rev"]).toBe(2);
  });
});
