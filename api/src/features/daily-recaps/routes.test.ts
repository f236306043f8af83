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
const byDay = `/api/daily-recaps/by-day/${day}`;
const pillarId = randomUUID();
const recap = {
  scores: [
    { pillarId, score: 7 },
    { pillarId: randomUUID(), score: 8 },
  ],
  slips: [{ text: "No run", pillarId }],
  outs: [{ text: "Ill", pillarId: null }],
  corrections: [{ text: "Shoes by the door", pillarId, done: false }],
  summary: "A mixed day.",
};

describe("the recap of a day", () => {
  it("is written and read by its day, with what its scores come to", async () => {
    expect((await ada.call("GET", byDay)).status).toBe(404);
    const made = await ada.call("PUT", byDay, { body: recap });
    expect(made).toMatchObject({
      status: 201,
      body: { ...recap, day, overall: 7.5, grade: "B", label: "Consistent" },
    });
    const { body } = await ada.call("GET", byDay);
    expect(body).toEqual(made.body);
    expect((await ada.call("GET", `/api/daily-recaps/${String(body["id"])}`)).body).toEqual(body);
    expect((await ada.call("GET", "/api/daily-recaps")).body["items"]).toEqual([body]);
    expect((await ada.call("GET", `/api/days/${day}`)).body["recap"]).toEqual(body);
  });

  it("is replaced, and its earlier state kept", async () => {
    const { body: first } = await ada.call("PUT", byDay, { body: recap });
    const second = await ada.call("PUT", byDay, { body: { summary: "Better." } });
    expect(second).toMatchObject({
      status: 200,
      body: { id: first["id"], scores: [], overall: null, grade: null, label: null },
    });
    const path = `/api/daily-recaps/${String(first["id"])}`;
    const { body: history } = await ada.call("GET", `${path}/versions`);
    expect(history["items"]).toMatchObject([{ summary: "A mixed day.", overall: 7.5 }]);
    const restored = await ada.call("POST", `${path}/restore`, { body: { rev: first["rev"] } });
    expect(restored.body).toMatchObject({ ...recap, grade: "B" });
  });

  it("is one a day: a second by the protocol names the first", async () => {
    const { body } = await ada.call("PUT", byDay, { body: recap });
    expect(await ada.call("POST", "/api/daily-recaps", { body: { day } })).toMatchObject({
      status: 409,
      body: { code: "conflict", id: body["id"] },
    });
  });

  it("is not overwritten by who has not seen it", async () => {
    await ada.call("PUT", byDay, { body: recap });
    const headers = { "if-none-match": "*" };
    const reply = await ada.call("PUT", byDay, { body: { summary: "Mine" }, headers });
    expect(reply).toMatchObject({ status: 412, body: { current: { summary: "A mixed day." } } });
  });
});
