import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";
import { samplesOf, writeSample } from "../../../test/samples.ts";
import { createApp } from "../../app.ts";
import { KindName } from "../../contract/record.ts";
import { uuidToBytes } from "../../lib/ids.ts";
import { openVault } from "../../vault/user-vault.ts";
import type { Found } from "./contract.ts";
import { keptTexts, type KeptTexts } from "./kept-texts.ts";
import { search } from "./search.ts";

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

const userIdOf = async ({ email }: Person): Promise<string> => {
  const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  return String(row?.["id"]);
};

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
    const others =
      kind === "feels"
        ? [{ day, kind: "evening", ...Object.fromEntries(evening.map((name) => [name, "WORD"])) }]
        : [];
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

describe("an answer", () => {
  it("has kind, day, title, the text as it is written with what was found in it, and how many there are", async () => {
    const id = await write({ title: "Vor dem Haus", body: "Ein <b>Wörterbuch</b> & Regen." });
    const { body } = await find("worter");
    expect(body).toEqual({
      items: [
        {
          kind: "entries",
          id,
          day: "2026-11-20",
          title: "Vor dem Haus",
          snippet: [
            { text: "Ein <b>", match: false },
            { text: "Wörter", match: true },
            { text: "buch</b> & Regen.", match: false },
          ],
          score: expect.any(Number),
        },
      ],
      total: 1,
    });
    const get = await ada.call("GET", `/api/search?q=${encodeURIComponent("wörter")}&limit=1`);
    expect(get).toMatchObject({ status: 200, body });
  });

  it("has the best first, newer ones before older, and as many as asked for", async () => {
    const old = await write({ day: "2019-01-01", body: "numbat" });
    const recent = await write({ day: "2026-11-20", body: "numbat" });
    const titled = await write({ day: "2018-01-01", title: "Numbat" });
    const begun = await write({ day: "2026-11-20", body: "numbats" });
    expect(await idsOf("numbat")).toEqual([titled, recent, old, begun]);
    expect((await find("numbat", { limit: 2 })).body).toMatchObject({ items: [{}, {}], total: 4 });
  });

  it("is narrowed by days, kinds, tag and pillar", async () => {
    const pillarId = randomUUID();
    const day = "2026-10-10";
    await ada.call("PUT", `/api/pillars/${pillarId}`, { body: { name: "Dugong" } });
    const entry = await write({ day, body: "dugong", tags: ["Sea", "far"], pillarIds: [pillarId] });
    const other = await write({ day: "2026-10-12", body: "dugong" });
    const score = `/api/pillars/${pillarId}/scores/${day}`;
    const { body: scored } = await ada.call("PUT", score, { body: { score: 7, note: "dugong" } });
    const recap = { day, slips: [{ text: "dugong", pillarId }] };
    const { body: slipped } = await ada.call("PUT", `/api/daily-recaps/${randomUUID()}`, {
      body: recap,
    });
    const [scoreId, recapId] = [String(scored["id"]), String(slipped["id"])];
    const all = [pillarId, entry, other, scoreId, recapId];
    const sorted = async (more: object) => (await idsOf("dugong", more)).sort();
    expect(await sorted({})).toEqual(all.toSorted());
    expect(await sorted({ from: day, to: day })).toEqual([entry, scoreId, recapId].sort());
    expect(await sorted({ from: "2026-10-11" })).toEqual([other]);
    expect(await sorted({ from: "2026-10-11", to: "2026-10-10" })).toEqual([]);
    expect(await sorted({ kind: ["pillars", "pillar-scores"] })).toEqual(
      [pillarId, scoreId].sort(),
    );
    expect(await sorted({ tag: "Sea" })).toEqual([entry]);
    expect(await sorted({ tag: "Se" })).toEqual([]);
    expect(await sorted({ pillarId })).toEqual([entry, scoreId, recapId].sort());
    const path = "/api/search?q=dugong&kind=entries&kind=pillars";
    expect((await ada.call("GET", path)).body["total"]).toBe(3);
    expect((await ada.call("GET", "/api/search?q=dugong&kind=pillars")).body["total"]).toBe(1);
  });
});

describe("bad input is refused, and said where it is", () => {
  it.each([
    ["q=", "query.q"],
    ["q=%20%20", "query.q"],
    ["q=-rain", "query.q"],
    [`q=${"a".repeat(201)}`, "query.q"],
    ["", "query.q"],
    ["q=rain&kind=secrets", "query.kind"],
    ["q=rain&limit=0", "query.limit"],
    ["q=rain&limit=101", "query.limit"],
    ["q=rain&from=2026-02-30", "query.from"],
    ["q=rain&pillarId=1", "query.pillarId"],
    ["q=rain&sort=day", "query"],
  ])("GET ?%s", async (query, path) => {
    const reply = await ada.call("GET", `/api/search?${query}`);
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    const [fault] = reply.body["errors"] as { path: string }[];
    expect(fault?.path.startsWith(path)).toBe(true);
  });

  it.each([{ q: " " }, { q: "rain", limit: "5" }, { q: "rain", kind: "entries" }, { q: "\ud800" }])(
    "POST %j",
    async (body) => {
      expect((await ada.call("POST", "/api/search", { body })).status).toBe(400);
    },
  );
});

describe("what is found is what there is now", () => {
  it("after writing, changing, trashing, taking back and deleting for good", async () => {
    const id = await write({ body: "potoroo" });
    expect(await idsOf("potoroo")).toEqual([id]);
    await ada.call("PATCH", `/api/entries/${id}`, { body: { body: "bilby" } });
    expect([await idsOf("potoroo"), await idsOf("bilby")]).toEqual([[], [id]]);
    await ada.call("DELETE", `/api/entries/${id}`);
    expect(await idsOf("bilby")).toEqual([]);
    await ada.call("POST", `/api/trash/entries/${id}/restore`);
    expect(await idsOf("bilby")).toEqual([id]);
    await ada.call("DELETE", `/api/entries/${id}`);
    await ada.call("DELETE", `/api/trash/entries/${id}`);
    expect(await idsOf("bilby")).toEqual([]);
  });

  it("when another instance wrote it, and when a database was put back", async () => {
    const id = await write({ body: "kowari" });
    expect(await idsOf("kowari")).toEqual([id]);
    const head = "SELECT owner_id, rev, sealed FROM vault_heads";
    const before = await app.sql("vault", head);
    const rows = await app.sql("vault", "SELECT * FROM daily_entries");
    const again = createServer(createApp(app.deps));
    await new Promise<void>((done) => again.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(again.address() as AddressInfo).port}`;
    const headers = { authorization: `Bearer ${ada.accessToken}` };
    const body = { day: "2026-11-20", body: "mulgara" };
    await call({ url }, "PUT", `/api/entries/${id}`, { headers, body });
    await new Promise((done) => again.close(done));
    expect([await idsOf("kowari"), await idsOf("mulgara")]).toEqual([[], [id]]);
    for (const { owner_id, rev, sealed } of before) {
      await app.sql("vault", "UPDATE vault_heads SET rev = ?, sealed = ? WHERE owner_id = ?", [
        rev,
        sealed,
        owner_id,
      ]);
    }
    await app.sql("vault", "DELETE FROM daily_entries");
    for (const row of rows) await app.sql("vault", "INSERT INTO daily_entries SET ?", [row]);
    expect([await idsOf("kowari"), await idsOf("mulgara")]).toEqual([[id], []]);
  });

  it("leaves out what does not open, and counts it", async () => {
    const id = await write({ body: "quoll" });
    const kept = await write({ body: "quoll too" });
    await app.sql(
      "vault",
      "UPDATE daily_entries SET body = CONCAT(LEFT(body, LENGTH(body) - 1), 'x') WHERE id = ?",
      [uuidToBytes(id)],
    );
    app.deps.texts.forget(await userIdOf(ada));
    expect((await find("quoll")).body).toMatchObject({
      items: [{ id: kept }],
      total: 1,
      unreadable: 1,
    });
    expect(app.logged()).toContain("rows of a vault do not open");
    await write({ body: "quoll" }, id);
    expect((await find("quoll")).body).toMatchObject({ total: 2 });
    expect((await find("quoll")).body).not.toHaveProperty("unreadable");
  });
});

describe("in memory", () => {
  it("are the texts of who searched, until they sign out, or are forgotten in another way", async () => {
    await find("wombat");
    const size = () => app.deps.texts.size;
    const full = size();
    expect(full).toBeGreaterThan(0);
    const signIn = async () => {
      const { email, password } = ada;
      const { body } = await call(app, "POST", "/api/auth/login", { body: { email, password } });
      return { authorization: `Bearer ${String(body["accessToken"])}` };
    };
    const headers = await signIn();
    await call(app, "POST", "/api/search", { headers, body: { q: "wombat" } });
    expect(size()).toBeGreaterThan(0);
    // Somebody else's end changes nothing of it.
    app.deps.texts.onMessage(`session:${randomUUID()}`);
    app.deps.texts.onMessage(`user:${randomUUID()}`);
    expect(size()).toBeGreaterThan(0);
    const { body: sessions } = await ada.call("GET", "/api/auth/sessions");
    const other = (sessions["items"] as { id: string; current: boolean }[]).find(
      (one) => !one.current,
    );
    await ada.call("DELETE", `/api/auth/sessions/${other?.id ?? ""}`);
    expect(size()).toBe(0);
    await find("wombat");
    expect(size()).toBeGreaterThan(0);
    await app.deps.forgetKeys(await userIdOf(ada));
    expect(size()).toBe(0);
  });

  it("what one asks while it is opened for another is answered from it", async () => {
    const answers = await Promise.all(["wombat", "wombat", "-x wombat"].map((q) => find(q)));
    expect(answers.map(({ body }) => body.total)).toEqual([1, 1, 1]);
  });

  it("a personal access token with the scope finds as much; one without does not", async () => {
    const using = async (scope: string) => {
      const { body } = await ada.call("POST", "/api/tokens", {
        body: { name: "t", scopes: [scope] },
      });
      const headers = { authorization: `Bearer ${String(body["token"])}` };
      const reply = await call(app, "POST", "/api/search", { headers, body: { q: "wombat" } });
      return { ...reply, revoke: () => ada.call("DELETE", `/api/tokens/${String(body["id"])}`) };
    };
    const allowed = await using("journal:read");
    expect(allowed.body["total"]).toBe(1);
    expect((await using("account:read")).status).toBe(403);
    expect(app.deps.texts.size).toBeGreaterThan(0);
    expect((await allowed.revoke()).status).toBe(204);
    expect(app.deps.texts.size).toBe(0);
  });

  it("what was looked for and found is in no log, database or Redis, nor in an error", async () => {
    const word = "thylacine";
    await write({ body: `a ${word}` });
    for (const path of [
      `?q=${word}`,
      `?q=${word}&kind=${word}`,
      `?q=-${word}`,
      `?q=${word}&limit=0`,
    ]) {
      const reply = await ada.call("GET", `/api/search${path}`);
      if (reply.status !== 200) expect(JSON.stringify(reply.body)).not.toContain(word);
    }
    await find(`${word}~`);
    expect(app.logged()).toContain('"/api/search"');
    expect(app.logged()).not.toContain(word);
    for (const database of ["platform", "vault"] as const) {
      const tables = await app.sql(
        database,
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
      );
      for (const { name } of tables) {
        const rows = await app.sql(database, "SELECT * FROM ??", [name]);
        expect(JSON.stringify(rows.map((row) => Object.values(row).map(String)))).not.toContain(
          word,
        );
      }
    }
    const redis = new Redis(app.deps.config.redisUrl);
    const keys = await redis.keys("*");
    const values = await Promise.all(keys.map((key) => redis.dump(key)));
    redis.disconnect();
    expect(`${keys.join()}${values.join()}`).not.toContain(word);
  });
});

describe("room in memory", () => {
  const ask = async (kept: KeptTexts, person: Person, q: string) => {
    const userId = await userIdOf(person);
    const use = { actor: "user", purpose: "test", requestId: null } as const;
    const vault = await openVault(app.deps, userId, use);
    const { total, items } = await kept.use(userId, "session", (texts) =>
      search(vault, texts, { q, limit: 20 }, "2026-11-21"),
    );
    return { total, ids: items.map(({ id }) => id).sort() };
  };

  it("without any, the same is found, and nothing is kept", async () => {
    const [none, enough] = [keptTexts(100), keptTexts(1e6)];
    for (const q of ["wombat OR numbat", "womabt", "dugong -sea"]) {
      expect(await ask(none, ada, q)).toEqual(await ask(enough, ada, q));
    }
    expect([none.size, enough.size > 0]).toEqual([0, true]);
    enough.close();
    expect(enough.size).toBe(0);
  });

  it("is left to whoever searched last", async () => {
    await eve.call("POST", "/api/entries", { body: { day: "2026-11-20", body: "wombat" } });
    const probe = keptTexts(1e6);
    await ask(probe, ada, "wombat");
    const [ofAda] = [probe.size];
    await ask(probe, eve, "wombat");
    expect(probe.size).toBeGreaterThan(ofAda);
    const [both, ofEve] = [probe.size, probe.size - ofAda];
    probe.close();
    // Enough for either, and not for both.
    const tight = keptTexts(Math.max(both - 1, Math.ceil(ofAda / 0.8)));
    await ask(tight, eve, "wombat");
    await ask(tight, ada, "wombat");
    expect(tight.size).toBeGreaterThanOrEqual(ofAda);
    expect(tight.size).toBeLessThanOrEqual(Math.max(both - 1, Math.ceil(ofAda / 0.8)));
    expect((await ask(tight, eve, "wombat")).total).toBe(1);
    expect(ofEve).toBeGreaterThan(0);
    tight.close();
  });

  it("is given back when nobody searches for a while, and not while somebody does", async () => {
    const kept = keptTexts(1e6, 0);
    const during = kept.use("u", "s", async ({ texts }) => {
      await ask(kept, ada, "wombat");
      kept.onMessage("session:s");
      await sleep(20);
      return texts.size;
    });
    await during;
    for (let i = 0; i < 100 && kept.size > 0; i++) await sleep(5);
    expect(kept.size).toBe(0);
  });

  it("texts that are dropped while they are searched are still searched, and then wiped", async () => {
    const kept = keptTexts(1e6);
    const userId = await userIdOf(ada);
    const [found] = await Promise.all([
      ask(kept, ada, "wombat"),
      new Promise((done) => setImmediate(done)).then(() => {
        kept.forget(userId);
      }),
    ]);
    expect(found.total).toBe(1);
    kept.forget(userId);
    expect(kept.size).toBe(0);
  });
});

it("signing out wipes what was opened", async () => {
  await find("wombat");
  expect(app.deps.texts.size).toBeGreaterThan(0);
  const headers = { cookie: ada.cookie, origin: "http://127.0.0.1:3000" };
  const { status } = await call(app, "POST", "/api/auth/logout", { headers, body: {} });
  expect(status).toBe(204);
  expect(app.deps.texts.size).toBe(0);
});
