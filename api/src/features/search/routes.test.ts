import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";
import { samplesOf, writeSample } from "../../../test/samples.ts";
import { KindName } from "../../contract/record.ts";
import type { Found } from "./contract.ts";

/** All of it over HTTP, with one account; another looks on. */

let app: TestApp;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  app = await openTestApp();
  [ada, eve] = [await signUp(app), await signUp(app)];
});
afterAll(() => app.close());

type Answer = Reply & { readonly body: { readonly items: Found[]; readonly total: number } };

const find = async (q: string, more: object = {}, person = ada) =>
  (await person.call("POST", "/api/search", { body: { q, ...more } })) as Answer;
const idsOf = async (q: string, more: object = {}) =>
  (await find(q, more)).body.items.map(({ id }) => id);

async function write(fields: object, id: string = randomUUID()): Promise<string> {
  const body = { day: "2026-11-20", ...fields };
  const { status } = await ada.call("PUT", `/api/entries/${id}`, { body });
  if (status > 201) throw new Error(`not written: ${status}`);
  return id;
}

describe("what is searched", () => {
  /** Each text of a sample with a word of its own in place of the common one. */
  const words: string[] = [];
  const marked = (value: unknown): unknown => {
    if (typeof value === "string" && value.includes("WORD")) {
      const word = `quokka${String.fromCharCode(97 + (words.length % 26), 97 + Math.floor(words.length / 26))}`;
      words.push(word);
      return value.replace("WORD", word);
    }
    if (Array.isArray(value)) return value.map(marked);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, marked(one)]));
  };

  it.each(KindName.options)("every text of a kind: %s", async (kind) => {
    words.length = 0;
    const [pillarId, habitId, moodId] = [randomUUID(), randomUUID(), randomUUID()];
    await ada.call("PUT", `/api/pillars/${pillarId}`, { body: { name: "Health" } });
    await ada.call("PUT", `/api/habits/${habitId}`, { body: { name: "Tea" } });
    const day = "2026-11-21";
    const samples = samplesOf({ word: "WORD", day, pillarId, habitId, moodId });
    const { [kind]: sample } = samples;
    const evening = ["gaveEnergy", "drainedEnergy", "honestNote"];
    const others = kind === "feels" ? [{ day, kind: "evening", ...Object.fromEntries(evening.map((name) => [name, "WORD"])) }] : [];
    for (const fields of [sample.fields, ...others]) {
      words.length = 0;
      const own = marked(fields) as Record<string, unknown>;
      const made = await writeSample(ada, kind, { ...sample, fields: own }, randomUUID());
      expect(made.status).toBe(201);
      for (const word of words) {
        const { items } = (await find(`"${word}"`)).body;
        expect(items).toMatchObject([{ kind, id: made.body["id"] }]);
        const dayless = ["pillars", "habits", "moods", "templates"].includes(kind);
        expect(items[0]?.day).toBe(dayless ? null : kind === "weekly-recaps" ? "2026-11-16" : day);
      }
      expect(words.length > 0).toBe(kind !== "reminders");
      const remove = sample.path ?? `/api/${kind}/${String(made.body["id"])}`;
      expect((await ada.call("DELETE", remove)).status).toBe(204);
      for (const word of words) expect((await find(`"${word}"`)).body.total).toBe(0);
    }
  });
});

describe("who may search", () => {
  it("nobody finds what another wrote, nor does anybody without a token", async () => {
    await write({ title: "Wombat" });
    expect((await find("wombat")).body.total).toBe(1);
    expect((await find("wombat", {}, eve)).body).toEqual({ items: [], total: 0 });
    expect((await call(app, "POST", "/api/search", { body: { q: "wombat" } })).status).toBe(401);
    expect((await call(app, "GET", "/api/search?q=wombat")).status).toBe(401);
  });
});
