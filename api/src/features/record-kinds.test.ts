import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { signUp, type Person, type Reply } from "../../test/people.ts";
import { samplesOf, writeSample, type Sample } from "../../test/samples.ts";
import { contract } from "../contract/index.ts";
import { KindName } from "../contract/record.ts";
import { uuidToBytes } from "../lib/ids.ts";
import { snake } from "../vault/statements.ts";
import type { Table } from "../vault/table.ts";
import { RECORD_TABLES as TABLES_OF_MODELS } from "../vault/tables.ts";
import { RECORD_KINDS, kindNamed } from "./record-kinds.ts";
import { RECORD_TABLES } from "./vault-tables.ts";

/** What all kinds of record have in common, asked of each of them over HTTP. */

const DAY = "2026-11-21";
const [pillarId, habitId, moodId] = [randomUUID(), randomUUID(), randomUUID()];

const SAMPLES = samplesOf({ word: "heron", day: DAY, pillarId, habitId, moodId });
const KINDS = KindName.options.map((kind) => ({ kind, ...SAMPLES[kind] }));
type Case = (typeof KINDS)[number];

let app: TestApp;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  app = await openTestApp();
  [ada, eve] = [await signUp(app), await signUp(app)];
  await ada.call("PUT", `/api/pillars/${pillarId}`, { body: { name: "Health" } });
  await ada.call("PUT", `/api/habits/${habitId}`, { body: { name: "Water" } });
});
afterAll(() => app.close());

const write = (one: Case, fields: Sample["fields"], id: string): Promise<Reply> =>
  writeSample(ada, one.kind, { ...one, fields }, id);
const get = (kind: string, id: string) => ada.call("GET", `/api/${kind}/${id}`);
/** A path with a pillar, or a habit, of somebody's own in place of the one it has. */
async function ownPath(person: Person, path: string): Promise<string> {
  const [, api, kind, , ...rest] = path.split("/");
  const { body } = await person.call("POST", `/api/${kind ?? ""}`, { body: { name: "Own" } });
  return ["", api, kind, String(body["id"]), ...rest].join("/");
}
const remove = (one: Case, id: string) => ada.call("DELETE", one.path ?? `/api/${one.kind}/${id}`);
const inTrash = async (query = "") =>
  (await ada.call("GET", `/api/trash${query}`)).body as {
    items: { kind: string; id: string; purgeAfter: string; record: object }[];
    nextCursor: string | null;
  };

describe("the registry of kinds", () => {
  it("has each kind once, under the name that its paths have, and each table of records", () => {
    const names = RECORD_KINDS.map(({ kind }) => kind);
    expect([...names].sort()).toEqual([...KindName.options].sort());
    const tables = RECORD_TABLES.map(({ table }) => table);
    expect([...tables].sort()).toEqual([...TABLES_OF_MODELS].sort());
    const paths = Object.values(contract).flatMap((endpoints) =>
      Object.values<{ path: string }>(endpoints).map(({ path }) => path),
    );
    for (const name of names) expect(paths).toContain(`/api/${name}/:id/versions`);
  });
});

describe("the description of the format", () => {
  const text = readFileSync(resolve(import.meta.dirname, "../../../docs/vault-format.md"), "utf8");
  const rowOf = (name: string) => text.split("\n").find((line) => line.startsWith(`| \`${name}\``));

  it.each(KINDS)(
    "has the table, its boxes, fields and blind columns: $kind",
    ({ kind, fields }) => {
      const { table, boxColumns, blindColumns } = kindNamed(kind).table;
      const row = rowOf(table);
      for (const name of [...boxColumns, ...Object.keys(fields)]) {
        expect(row).toMatch(new RegExp(`[\` ]${name}[\`,]`));
      }
      expect(text).toContain(`\`${kind}\``);
      for (const column of blindColumns) expect(rowOf(`${table}.${snake(column)}`)).toBeDefined();
    },
  );
});

describe("of every kind", () => {
  it.each(KINDS)("a record is a record: $kind", async (one) => {
    const { kind, fields, change } = one;
    const made = await write(one, fields, randomUUID());
    expect(made.status).toBe(201);
    // No field is left out of the sample, nor of the answer.
    expect(made.body).toEqual({
      ...fields,
      ...one.derived,
      id: expect.any(String),
      rev: expect.any(Number),
      createdAt: "2026-11-21T20:00:00.000Z",
      updatedAt: "2026-11-21T20:00:00.000Z",
    });
    const id = String(made.body["id"]);
    expect((await get(kind, id)).body).toEqual(made.body);

    const changed = await write(one, { ...fields, ...change }, id);
    expect(changed).toMatchObject({ status: 200, body: { ...fields, ...change, id } });
    const { body: history } = await ada.call("GET", `/api/${kind}/${id}/versions`);
    expect(history["items"]).toEqual([made.body]);
    const restored = await ada.call("POST", `/api/${kind}/${id}/restore`, {
      body: { rev: made.body["rev"] },
    });
    expect(restored).toMatchObject({ status: 200, body: fields });

    // Another person's record is not found, neither here nor in the trash.
    for (const [method, path, body] of [
      ["GET", `/api/${kind}/${id}`],
      ["POST", `/api/${kind}/${id}/restore`, { rev: 1 }],
      ["POST", `/api/trash/${kind}/${id}/restore`],
      ["DELETE", `/api/trash/${kind}/${id}`],
    ] as const) {
      expect(await eve.call(method, path, body && { body })).toMatchObject({
        status: 404,
        body: { code: "not_found" },
      });
    }

    const trashPath = `/api/trash/${kind}/${id}`;
    expect((await ada.call("DELETE", trashPath)).status).toBe(404);
    expect((await remove(one, id)).status).toBe(204);
    expect((await get(kind, id)).status).toBe(404);
    expect((await ada.call("GET", `/api/${kind}/${id}/versions`)).status).toBe(404);
    const { body: _body, ...heading } = fields;
    expect((await inTrash()).items).toMatchObject([
      { kind, id, purgeAfter: "2026-12-21", record: heading },
    ]);
    expect((await eve.call("GET", "/api/trash")).body).toEqual({ items: [], nextCursor: null });

    const back = await ada.call("POST", `${trashPath}/restore`);
    expect(back).toMatchObject({ status: 200, body: { kind, id } });
    expect(back.headers.get("etag")).toBe(`"${String(back.body["rev"])}"`);
    expect((await get(kind, id)).body).toEqual({ ...restored.body, rev: back.body["rev"] });
    expect((await inTrash()).items).toEqual([]);
    expect((await ada.call("POST", `${trashPath}/restore`)).status).toBe(404);

    expect((await remove(one, id)).status).toBe(204);
    expect((await ada.call("DELETE", trashPath)).status).toBe(204);
    expect((await ada.call("DELETE", trashPath)).status).toBe(404);
    const rows = `SELECT 1 FROM ${kindNamed(kind).table.table} WHERE id = ?`;
    expect(await app.sql("vault", rows, [uuidToBytes(id)])).toEqual([]);
  });

  it("nothing is left, and the vault is what it should be", async () => {
    expect((await ada.call("GET", "/api/me/vault")).body).toMatchObject({
      counts: { entries: 0, versions: 0, trash: 0, kinds: { pillars: 1, habits: 1 } },
      integrity: { status: "ok" },
    });
  });
});

describe("the trash", () => {
  it.each(KINDS.filter(({ kind }) => kindNamed(kind).table.naturalColumn !== null))(
    "gives nothing back where another has its place by now: $kind",
    async (one) => {
      const { kind, fields } = one;
      const first = await write(one, fields, randomUUID());
      const id = String(first.body["id"]);
      await remove(one, id);
      const second = await write(one, fields, randomUUID());
      expect(second.status).toBe(201);
      expect(await ada.call("POST", `/api/trash/${kind}/${id}/restore`)).toMatchObject({
        status: 409,
        body: { code: "conflict", id: second.body["id"] },
      });
      expect((await get(kind, String(second.body["id"]))).body).toEqual(second.body);
      await remove(one, String(second.body["id"]));
      expect((await ada.call("POST", `/api/trash/${kind}/${id}/restore`)).status).toBe(200);
    },
  );

  it("is listed in pages, what was put there last first, and says what does not open", async () => {
    const start = app.clock.now;
    app.clock.now = new Date("2026-11-21T23:58:00.000Z");
    const carl = await signUp(app);
    const ids: string[] = [];
    for (const [i, kind] of (["templates", "moods", "moods", "reminders"] as const).entries()) {
      // From the third on it is the next day.
      if (i === 2) app.clock.now = new Date("2026-11-22T00:02:00.000Z");
      const { body } = await carl.call("POST", `/api/${kind}`, { body: SAMPLES[kind].fields });
      const id = String(body["id"]);
      await carl.call("DELETE", `/api/${kind}/${id}`);
      ids.unshift(id);
    }
    const page = async (query: string) => {
      const { body } = await carl.call("GET", `/api/trash${query}`);
      return { ...body, ids: (body["items"] as { id: string }[]).map(({ id }) => id) };
    };
    const first = await page("?limit=3");
    expect(first.ids).toEqual(ids.slice(0, 3));
    const cursor = (first as unknown as { nextCursor: string }).nextCursor;
    expect(await page(`?limit=3&cursor=${cursor}`)).toMatchObject({
      ids: ids.slice(3),
      nextCursor: null,
    });
    const [newest = ""] = ids;
    await app.sql(
      "vault",
      "UPDATE reminders SET sealed = INSERT(sealed, 60, 1, CHAR(ASCII(SUBSTR(sealed, 60, 1)) ^ 1)) WHERE id = ?",
      [uuidToBytes(newest)],
    );
    expect(await page("")).toMatchObject({ ids: ids.slice(1), unreadable: 1 });
    expect((await carl.call("POST", `/api/trash/reminders/${newest}/restore`)).body).toMatchObject({
      code: "record_unreadable",
    });
    expect((await carl.call("DELETE", `/api/trash/reminders/${newest}`)).status).toBe(204);
    app.clock.now = start;
  });

  it("keeps the earlier states of another record that were put under one that is deleted", async () => {
    const made = async (title: string) => {
      const path = `/api/entries/${randomUUID()}`;
      for (const body of [title, `${title}, once more`]) {
        await ada.call("PUT", path, { body: { day: DAY, title: body } });
      }
      return path;
    };
    const [one, other] = [await made("One"), await made("Other")];
    await app.sql(
      "vault",
      "UPDATE record_versions v JOIN record_versions o USING (owner_id) SET v.record_key = o.record_key WHERE o.rev < v.rev",
    );
    await ada.call("DELETE", one);
    expect((await ada.call("DELETE", one.replace("/api", "/api/trash"))).status).toBe(204);
    const { body } = await ada.call("GET", "/api/me/vault");
    expect(body).toMatchObject({ counts: { versions: 1 } });
    expect((await ada.call("GET", other)).body).toMatchObject({ title: "Other, once more" });
  });
});

describe("what is stored", () => {
  it("of no kind opens with a bit of it changed, and can be written over", async () => {
    const dan = await signUp(app);
    for (const { kind, ...sample } of KINDS) {
      // What refers to a pillar or a habit does so to one of their own.
      const own = { ...sample, ...(sample.path && { path: await ownPath(dan, sample.path) }) };
      const made = await writeSample(dan, kind, own, randomUUID());
      const id = String(made.body["id"]);
      const { table, boxColumns } = kindNamed(kind).table;
      for (const box of boxColumns) {
        const flip = `UPDATE ${table} SET ${box} = INSERT(${box}, 60, 1, CHAR(ASCII(SUBSTR(${box}, 60, 1)) ^ 1)) WHERE id = ?`;
        await app.sql("vault", flip, [uuidToBytes(id)]);
        expect([kind, box, (await dan.call("GET", `/api/${kind}/${id}`)).body]).toMatchObject([
          kind,
          box,
          { code: "record_unreadable" },
        ]);
        expect(await writeSample(dan, kind, own, id)).toMatchObject({ status: 200, body: { id } });
      }
    }
    const { body } = await dan.call("GET", "/api/me/vault");
    expect(body).toMatchObject({ integrity: { status: "ok" } });
    const { kinds } = body["counts"] as { kinds: object };
    expect(Object.values(kinds).filter((count) => Number(count) < 1)).toEqual([]);
  });

  it("is in no box of any table what was not sealed: the database refuses it", async () => {
    const plain = Buffer.from(JSON.stringify({ note: "plain text ".repeat(20) }));
    const sealed = Buffer.concat([Buffer.from([0xf9]), plain]);
    const insert = ({ table, boxColumns, blindColumns }: Table, open: string | null) => {
      const row = {
        owner_id: randomBytes(16),
        id: randomBytes(16),
        rev: 1,
        ...Object.fromEntries(blindColumns.map((column) => [snake(column), randomBytes(16)])),
        ...Object.fromEntries(boxColumns.map((box) => [box, box === open ? plain : sealed])),
      };
      return app.deps.vaultDatabase.execute(
        `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
          .map(() => "?")
          .join(", ")})`,
        Object.values(row),
      );
    };
    for (const table of RECORD_TABLES) {
      await insert(table, null);
      for (const box of table.boxColumns) {
        await expect(insert(table, box)).rejects.toMatchObject({ errno: 4025 });
      }
    }
  });
});

/** What is refused: of each kind, its sample with this in it, and which part of the request is named as the fault. */
const REFUSED: readonly (readonly [KindName, object, string])[] = [
  ...[0, 11, 5.5, "5", null].flatMap((score): (readonly [KindName, object, string])[] => [
    ["feels", { mentalState: score ?? "5" }, "body.mentalState"],
    ["pillars", { target: score }, "body.target"],
    ["pillar-scores", { score }, "body.score"],
    ["daily-recaps", { scores: [{ pillarId, score }] }, "body.scores.0.score"],
  ]),
  ["entries", { tags: Array<string>(51).fill("t") }, "body.tags"],
  ["entries", { tags: ["t".repeat(101)] }, "body.tags.0"],
  ["entries", { tags: ["   "] }, "body.tags.0"],
  ["feels", { honestNote: "no" }, "body.honestNote"],
  ["feels", { kind: "evening" }, "body.mentalState"],
  ["feels", { kind: "noon" }, "body.kind"],
  ["feels", { day: "2026-02-30" }, "body.day"],
  ["pillars", { name: " " }, "body.name"],
  ["pillars", { color: "red" }, "body.color"],
  ["pillars", { position: -1 }, "body.position"],
  ["pillars", { score: 1 }, "body"],
  ["habits", { name: "" }, "body.name"],
  ["habits", { schedule: { type: "weekdays", days: [] } }, "body.schedule.days"],
  ["habits", { schedule: { type: "weekdays", days: [8] } }, "body.schedule.days.0"],
  ["habits", { schedule: { type: "weekdays", days: [1, 1] } }, "body.schedule.days"],
  ["habits", { schedule: { type: "per_week", times: 8 } }, "body.schedule.times"],
  ["habits", { schedule: { type: "monthly" } }, "body.schedule.type"],
  ["habits", { goal: { type: "at_least", value: -1 } }, "body.goal.value"],
  ["habits", { goal: { type: "at_least" } }, "body.goal.value"],
  ["habits", { goal: { type: "yes_no", value: 1 } }, "body.goal"],
  ["habit-checks", { state: "almost" }, "body.state"],
  ["habit-checks", { value: -1 }, "body.value"],
  ["habit-checks", { value: "8" }, "body.value"],
  ["habit-checks", { rev: 1 }, "body"],
  ["moods", { valence: 3 }, "body.valence"],
  ["moods", { valence: 0.5 }, "body.valence"],
  ["moods", { name: "" }, "body.name"],
  ["moods", { system: true }, "body"],
  ["mood-logs", { at: "08:00" }, "body.at"],
  ["mood-logs", { at: "2026-11-21T08:00:00+01:00" }, "body.at"],
  ["mood-logs", { moodId: "good" }, "body.moodId"],
  [
    "daily-recaps",
    {
      scores: [
        { pillarId, score: 1 },
        { pillarId, score: 2 },
      ],
    },
    "body.scores",
  ],
  ["daily-recaps", { slips: [{ text: " " }] }, "body.slips.0.text"],
  ["daily-recaps", { corrections: [{ text: "x", done: "yes" }] }, "body.corrections.0.done"],
  ["daily-recaps", { grade: "A" }, "body"],
  ["weekly-recaps", { week: "2026-W54" }, "body.week"],
  ["weekly-recaps", { week: "2025-W53" }, "body.week"],
  ["weekly-recaps", { week: "2026-W00" }, "body.week"],
  ["weekly-recaps", { week: "2026-47" }, "body.week"],
  ["weekly-recaps", { wins: [""] }, "body.wins.0"],
  ["templates", { kind: "moods" }, "body.kind"],
  ["templates", { body: "t".repeat(256 * 1024 + 1) }, "body.body"],
  ["reminders", { time: "24:00" }, "body.time"],
  ["reminders", { days: [] }, "body.days"],
  ["reminders", { channel: "sms" }, "body.channel"],
];

describe("what cannot be", () => {
  it.each(KINDS)("is refused, with the fault named: $kind", async (one) => {
    const cases = REFUSED.filter(([kind]) => kind === one.kind);
    expect(cases).not.toEqual([]);
    for (const [, wrong, path] of cases) {
      const { status, body } = await write(one, { ...one.fields, ...wrong }, randomUUID());
      const [fault] = (body["errors"] ?? []) as { path: string }[];
      expect([wrong, status, body["code"], fault?.path]).toEqual([
        wrong,
        400,
        "invalid_request",
        path,
      ]);
    }
  });

  it.each([
    ...KINDS.filter(({ path }) => path === undefined).map(({ kind }) => `/api/${kind}`),
    "/api/trash",
  ])("is refused as a cursor, which only a page gives: %s", async (path) => {
    for (const cursor of [
      "x",
      "",
      "MjAyNi0xMS0y",
      Buffer.from("2026-13-41 x").toString("base64url"),
    ]) {
      expect(await ada.call("GET", `${path}?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { errors: [{ path: "query.cursor" }] },
      });
    }
  });

  it.each([
    ["POST", "/api/trash/diaries/%s/restore", "params.kind"],
    ["POST", "/api/trash/entries/1/restore", "params.id"],
    ["DELETE", "/api/trash/record-versions/%s", "params.kind"],
    ["PUT", "/api/habits/%s/checks/2026-11-31", "params.day"],
    ["PUT", "/api/pillars/%s/scores/today", "params.day"],
    ["GET", "/api/weekly-recaps/by-week/2026-W54", "params.week"],
    ["GET", "/api/daily-recaps/by-day/2026-02-30", "params.day"],
  ])("is refused in a path: %s %s", async (method, path, fault) => {
    const reply = await ada.call(method, path.replace("%s", pillarId), {
      ...(method === "PUT" ? { body: { state: "done" } } : {}),
    });
    expect(reply.status).toBe(400);
    expect((reply.body["errors"] as { path: string }[]).map(({ path: at }) => at)).toContain(fault);
  });
});
