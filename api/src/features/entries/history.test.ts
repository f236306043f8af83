import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
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
const START = new Date("2026-11-21T20:00:00.000Z");
const MINUTE = 60_000;
afterEach(() => {
  app.clock.now = START;
});
const after = (minutes: number) => {
  app.clock.now = new Date(START.getTime() + minutes * MINUTE);
};

interface State {
  readonly rev: number;
  readonly title: string;
  readonly body: string;
}

/** An entry that is written again and again, as an editor does that saves by itself. */
class Draft {
  readonly path = `/api/entries/${randomUUID()}`;
  rev = 0;

  async write(fields: object, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await ada.call("PUT", this.path, { body: { day: DAY, ...fields }, headers });
    expect(reply.status).toBeLessThan(300);
    this.rev = Number(reply.body["rev"]);
    return reply;
  }

  /** A write that names the state it was made from. */
  save(fields: object): Promise<Reply> {
    return this.write(fields, this.rev === 0 ? {} : { "if-match": `"${this.rev}"` });
  }

  async versions(query = ""): Promise<State[]> {
    const reply = await ada.call("GET", `${this.path}/versions${query}`);
    expect(reply.status).toBe(200);
    return reply.body["items"] as State[];
  }

  async bodies(): Promise<string[]> {
    return (await this.versions()).map((state) => state.body);
  }
}

describe("the versions of an entry", () => {
  it("are none before anything was written over", async () => {
    const draft = new Draft();
    await draft.save({ body: "One" });
    expect(await draft.versions()).toEqual([]);
  });

  it("are the states that were written over, whole, newest first", async () => {
    const draft = new Draft();
    const states = [];
    for (const body of ["One", "Two", "Three"]) {
      states.push((await draft.write({ body, tags: [body], starred: true })).body);
    }
    expect(await draft.versions()).toEqual([states[1], states[0]]);
  });

  it("come in pages that hold each of them once", async () => {
    const draft = new Draft();
    for (let i = 0; i < 8; i++) await draft.write({ body: `State ${i}` });
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ""; cursor !== null; pages++) {
      const query: string = cursor === "" ? "?limit=3" : `?limit=3&cursor=${cursor}`;
      const reply: Reply = await ada.call("GET", `${draft.path}/versions${query}`);
      seen.push(...(reply.body["items"] as State[]).map((state) => state.body));
      cursor = reply.body["nextCursor"] as string | null;
    }
    expect(pages).toBe(3);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `State ${i}`));
  });

  it.each(["0", "-1", "abc", "1.5", "", "9999999999999999"])(
    "refuse the cursor %j, which no page gave",
    async (cursor) => {
      const draft = new Draft();
      await draft.save({});
      const reply = await ada.call("GET", `${draft.path}/versions?cursor=${cursor}`);
      expect(reply).toMatchObject({
        status: 400,
        body: { code: "invalid_request", errors: [{ path: "query.cursor" }] },
      });
    },
  );

  it("are of one entry, not of its neighbours", async () => {
    const [one, other] = [new Draft(), new Draft()];
    for (const body of ["a", "b"]) {
      await one.write({ body: `one ${body}` });
      await other.write({ body: `other ${body}` });
    }
    expect(await one.bodies()).toEqual(["one a"]);
  });
});

describe("an earlier state", () => {
  it("is written again as the newest, and what it replaces is kept", async () => {
    const draft = new Draft();
    const first = await draft.write({ title: "First", body: "Text", tags: ["a"], time: "07:00" });
    await draft.write({ title: "Second" });
    const reply = await ada.call("POST", `${draft.path}/restore`, {
      body: { rev: first.body["rev"] },
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ ...(first.body as object), rev: draft.rev + 1 });
    expect(reply.headers.get("etag")).toBe(`"${draft.rev + 1}"`);
    expect((await ada.call("GET", draft.path)).body).toEqual(reply.body);
    expect((await draft.versions()).map((state) => state.title)).toEqual(["Second", "First"]);
  });

  it("brings the entry back to the day that it had", async () => {
    const draft = new Draft();
    const first = await draft.write({ day: "2023-03-03" });
    await draft.write({ day: "2024-04-04" });
    await ada.call("POST", `${draft.path}/restore`, { body: { rev: first.body["rev"] } });
    const days = await Promise.all(
      ["2023-03-03", "2024-04-04"].map((day) => ada.call("GET", `/api/days/${day}`)),
    );
    expect(days.map((day) => (day.body["entries"] as unknown[]).length)).toEqual([1, 0]);
  });

  it("is not written over what is newer than the writer knows", async () => {
    const draft = new Draft();
    const first = await draft.write({ body: "One" });
    await draft.write({ body: "Two" });
    const reply = await ada.call("POST", `${draft.path}/restore`, {
      body: { rev: first.body["rev"] },
      headers: { "if-match": `"${String(first.body["rev"])}"` },
    });
    expect(reply).toMatchObject({ status: 412, body: { current: { body: "Two" } } });
  });

  it("is not found when it never was, is the newest, or is another entry's", async () => {
    const [draft, other] = [new Draft(), new Draft()];
    await other.write({ body: "Other" });
    const { rev: foreign } = other;
    await other.write({ body: "Other again" });
    await draft.write({ body: "One" });
    await draft.write({ body: "Two" });
    for (const rev of [draft.rev, draft.rev + 1, foreign, Number.MAX_SAFE_INTEGER]) {
      const reply = await ada.call("POST", `${draft.path}/restore`, { body: { rev } });
      expect(reply).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
    expect((await ada.call("GET", draft.path)).body).toMatchObject({ body: "Two" });
  });

  it("is not found by another person", async () => {
    const eve = await signUp(app);
    const draft = new Draft();
    const first = await draft.write({ body: "One" });
    await draft.write({ body: "Two" });
    const theirs = await eve.call("PUT", draft.path, { body: { day: DAY } });
    expect(theirs.status).toBe(201);
    const reply = await eve.call("POST", `${draft.path}/restore`, {
      body: { rev: first.body["rev"] },
    });
    expect(reply.status).toBe(404);
  });

  it.each([[{}], [{ rev: 0 }], [{ rev: "1" }], [{ rev: 1.5 }], [{ rev: 1, day: DAY }], [[]]])(
    "is asked for by its revision, not by %j",
    async (body) => {
      const draft = new Draft();
      await draft.save({});
      const reply = await ada.call("POST", `${draft.path}/restore`, { body });
      expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    },
  );
});

describe("an editor that saves by itself", () => {
  it("leaves one state for each ten minutes, the first of them", async () => {
    const draft = new Draft();
    let body = "";
    for (let minute = 0; minute < 14; minute++) {
      after(minute);
      body += ` and minute ${minute}`;
      await draft.save({ body });
    }
    const kept = (await draft.bodies()).map((text) => text.split("minute").length - 2);
    expect(kept).toEqual([10, 0]);
  });

  it("leaves every state again once ten minutes have gone by", async () => {
    const draft = new Draft();
    await draft.save({ body: "One" });
    await draft.save({ body: "One two" });
    after(9.99);
    await draft.save({ body: "One two three" });
    expect(await draft.bodies()).toEqual(["One"]);
    after(10);
    await draft.save({ body: "One two three four" });
    expect(await draft.bodies()).toEqual(["One two three", "One"]);
  });

  const long = "It rained all day, and I stayed at home with a book. ".repeat(4);
  it.each([
    ["another text altogether", { body: long }, { body: "I deleted everything." }],
    ["nothing", { body: long }, { body: "" }],
    ["a half of it", { body: long }, { body: long.slice(0, long.length / 2) }],
    ["the end of it", { body: long }, { body: long.slice(0, -65) }],
    ["another title", { title: "Good" }, { title: "Bad" }],
    ["no title", { title: "A title" }, { title: "" }],
    ["another tag", { tags: ["dear", "friend"] }, { tags: ["dear"] }],
    ["no tags", { tags: ["only"] }, { tags: [] }],
    ["no mood", { moodId: "0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11" }, { moodId: null }],
  ])("keeps what was written when it is replaced by %s", async (_, from, to) => {
    const draft = new Draft();
    await draft.save({ title: "Before" });
    await draft.save(from);
    await draft.save({ ...from, completed: true });
    const { rev } = draft;
    await draft.save(to);
    expect((await draft.versions()).map((state) => state.rev)).toContain(rev);
  });

  it.each([
    ["goes on at its end", "One", "One two"],
    ["goes on at its beginning", "two", "One two"],
    ["goes on in its middle", "One three", "One two three"],
    ["is the same", long, long],
  ])("leaves no state of a text that %s", async (_, from, to) => {
    const draft = new Draft();
    await draft.save({ body: "" });
    await draft.save({ body: from });
    const { rev } = draft;
    await draft.save({ body: to });
    expect((await draft.versions()).map((state) => state.rev)).not.toContain(rev);
  });

  it("loses nothing of a text that is taken away in small cuts, a letter at each save", async () => {
    const draft = new Draft();
    await draft.save({ body: "" });
    await draft.save({ body: `${long}the end` });
    for (let cut = 1; cut <= 7; cut++) await draft.save({ body: `${long}the end`.slice(0, -cut) });
    expect(await draft.bodies()).toContain(`${long}the end`);
  });

  it("never hides a write that named no state: it may come from elsewhere", async () => {
    const draft = new Draft();
    for (const body of ["One", "One two", "One two three"]) await draft.write({ body });
    expect(await draft.bodies()).toEqual(["One two", "One"]);
  });

  it("never hides a state by restoring another", async () => {
    const draft = new Draft();
    await draft.save({ body: "One" });
    await draft.save({ body: "One two" });
    const [first] = await draft.versions();
    await ada.call("POST", `${draft.path}/restore`, {
      body: { rev: first?.rev },
      headers: { "if-match": `"${draft.rev}"` },
    });
    expect(await draft.bodies()).toEqual(["One two", "One"]);
  });

  it("coalesces by PATCH as by PUT", async () => {
    const draft = new Draft();
    await draft.save({ body: "One" });
    for (const body of ["One two", "One two three"]) {
      const reply = await ada.call("PATCH", draft.path, {
        body: { body },
        headers: { "if-match": `"${draft.rev}"` },
      });
      draft.rev = Number(reply.body["rev"]);
    }
    expect(await draft.bodies()).toEqual(["One"]);
  });
});

describe("the states of a large entry", () => {
  it("come in pages that are no larger than an answer may be, and none is left out", async () => {
    const path = `/api/entries/${randomUUID()}`;
    for (let i = 0; i < 20; i++) {
      const body = { day: "2026-11-21", body: String(i).padStart(3, "0").repeat(300_000) };
      await ada.call("PUT", path, { body });
    }
    const seen: string[] = [];
    let pages = 0;
    for (let cursor = ""; ;) {
      pages++;
      const page = await ada.call("GET", `${path}/versions?limit=200${cursor}`);
      seen.push(
        ...(page.body["items"] as { body: string }[]).map((state) => state.body.slice(0, 3)),
      );
      const next = page.body["nextCursor"] as string | null;
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual(Array.from({ length: 19 }, (_, i) => String(18 - i).padStart(3, "0")));
    // Nineteen states of 900 kB do not fit into one answer.
    expect(pages).toBeGreaterThan(1);
  }, 40_000);
});
