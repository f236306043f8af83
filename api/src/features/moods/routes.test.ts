import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { SYSTEM_MOODS } from "./system.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  ada = await signUp(app);
});

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly system: boolean;
  readonly archived: boolean;
  readonly rev: number;
}
const list = async (query = "") =>
  (await ada.call("GET", `/api/moods${query}`)).body as {
    items: Listed[];
    nextCursor: string | null;
  };
const first = SYSTEM_MOODS[0]?.id ?? "";

describe("moods", () => {
  it("are there from the start", async () => {
    const { items } = await list();
    expect(items.map(({ id }) => id)).toEqual(SYSTEM_MOODS.map(({ id }) => id));
    expect(items.every(({ system, rev }) => system && rev === 0)).toBe(true);
  });

  it("of one's own follow, by name", async () => {
    for (const name of ["Zesty", "brave"]) {
      await ada.call("POST", "/api/moods", { body: { name, valence: 1 } });
    }
    const own = (await list()).items.filter(({ system }) => !system);
    expect(own.map(({ name }) => name)).toEqual(["brave", "Zesty"]);
  });

  it("that everybody has are changed for oneself only", async () => {
    const body = { name: "Overjoyed", emoji: "🎉", valence: 2, archived: true };
    expect((await ada.call("PUT", `/api/moods/${first}`, { body })).status).toBe(201);
    expect((await list()).items[0]).toMatchObject({ ...body, id: first, system: true, rev: 1 });
    const bob = await signUp(app);
    const { body: his } = await bob.call("GET", "/api/moods");
    expect((his["items"] as Listed[])[0]).toMatchObject({ name: "Joyful", archived: false });
    await ada.call("DELETE", `/api/moods/${first}`);
    expect((await list()).items[0]).toMatchObject({ name: "Joyful", rev: 0 });
  });

  it("come in pages", async () => {
    await ada.call("POST", "/api/moods", { body: { name: "Own", valence: 0 } });
    const names: string[] = [];
    for (let query = "?limit=4"; ;) {
      const { items, nextCursor } = await list(query);
      names.push(...items.map(({ name }) => name));
      if (nextCursor === null) break;
      query = `?limit=4&cursor=${nextCursor}`;
    }
    expect(names).toEqual([...SYSTEM_MOODS.map(({ name }) => name), "Own"]);
    expect((await ada.call("GET", "/api/moods?cursor=x")).status).toBe(400);
  });
});

describe("a mood that is deleted", () => {
  it.each([
    ["a log", "mood-logs", { day: "2026-11-21", at: "2026-11-21T08:00:00.000Z" }],
    ["an entry", "entries", { day: "2026-11-21" }],
  ])("stays, archived, when it is named by %s", async (_, kind, fields) => {
    const make = async (name: string) => {
      const { body } = await ada.call("POST", "/api/moods", { body: { name, valence: 1 } });
      return String(body["id"]);
    };
    const [moodId, other] = [await make("Brave"), await make("Zesty")];
    expect((await ada.call("POST", `/api/${kind}`, { body: { ...fields, moodId } })).status).toBe(
      201,
    );
    for (const id of [moodId, other]) {
      expect((await ada.call("DELETE", `/api/moods/${id}`)).status).toBe(204);
    }
    expect((await ada.call("GET", `/api/moods/${moodId}`)).body).toMatchObject({ archived: true });
    expect((await ada.call("GET", `/api/moods/${other}`)).status).toBe(404);
  });

  it("is as everybody has it, when it is one of these, whatever names it", async () => {
    const body = { name: "Overjoyed", valence: 2 };
    await ada.call("PUT", `/api/moods/${first}`, { body });
    await ada.call("POST", "/api/entries", { body: { day: "2026-11-21", moodId: first } });
    expect((await ada.call("DELETE", `/api/moods/${first}`)).status).toBe(204);
    expect((await list()).items[0]).toMatchObject({ name: "Joyful", archived: false, rev: 0 });
  });
});

describe("logs of moods", () => {
  it("are many a day, newest first, and narrowed to one mood", async () => {
    const log = (at: string, moodId: string) =>
      ada.call("POST", "/api/mood-logs", {
        body: { day: "2026-11-21", at, moodId, note: "so" },
      });
    const other = SYSTEM_MOODS[1]?.id ?? "";
    await log("2026-11-21T08:00:00.000Z", first);
    await log("2026-11-21T09:00:00.000Z", other);
    await log("2026-11-21T07:00:00.000Z", first);
    const times = async (query: string) => {
      const { body } = await ada.call("GET", `/api/mood-logs${query}`);
      return (body["items"] as { at: string }[]).map(({ at }) => at.slice(11, 13));
    };
    expect(await times("")).toEqual(["09", "08", "07"]);
    expect(await times(`?moodId=${first}`)).toEqual(["08", "07"]);
    const { body } = await ada.call("GET", "/api/days/2026-11-21");
    expect((body["moodLogs"] as unknown[]).length).toBe(3);
  });
});
