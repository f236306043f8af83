import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { signUp, type Person } from "../../test/people.ts";
import { uuidToBytes } from "../lib/ids.ts";

let app: TestApp;
let ada: Person;
let eve: Person;
let adasOwner: Buffer;
let evesOwner: Buffer;
beforeAll(async () => {
  app = await openTestApp();
  [ada, eve] = [await signUp(app), await signUp(app)];
  [adasOwner, evesOwner] = [await ownerOf(ada), await ownerOf(eve)];
});
afterAll(() => app.close());

/** The id under which the vault knows a person. */
async function ownerOf({ email }: Person): Promise<Buffer> {
  const [row] = await app.sql(
    "platform",
    "SELECT d.owner_id FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [email],
  );
  return row?.["owner_id"] as Buffer;
}

const sql = (statement: string, ...values: unknown[]) => app.sql("vault", statement, values);

interface Written {
  readonly path: string;
  readonly id: Buffer;
  readonly day: string;
}

let days = 0;
/** An entry with a day of its own, written twice so that it has an earlier state. */
async function write(person: Person): Promise<Written> {
  const day = new Date(Date.UTC(2000, 0, 1 + 40 * days++)).toISOString().slice(0, 10);
  const uuid = randomUUID();
  const path = `/api/entries/${uuid}`;
  for (const title of ["First", "Second"]) {
    const { status } = await person.call("PUT", path, {
      body: { day, title, body: `${title} text` },
    });
    expect(status).toBeLessThan(300);
  }
  return { path, day, id: uuidToBytes(uuid) };
}

/** Everything that an answer says, apart from which request it answers. */
async function failure(person: Person, method: string, path: string, body?: object) {
  const reply = await person.call(method, path, body && { body });
  const { requestId: _, ...rest } = reply.body;
  return rest;
}

const INTERNAL = {
  type: "urn:timos:problem:internal",
  title: "Something went wrong on our side.",
  status: 500,
  code: "internal",
  detail: "Something went wrong on our side.",
};
const UNREADABLE = {
  type: "urn:timos:problem:record_unreadable",
  title:
    "What is stored of it does not open. Write an earlier version again, or ask for a backup to be restored.",
  status: 500,
  code: "record_unreadable",
  detail:
    "What is stored of it does not open. Write an earlier version again, or ask for a backup to be restored.",
};

describe("a row that was tampered with in the database", () => {
  let target: Written;
  let other: Written;
  let foreign: Written;
  let older: Record<string, Buffer>;
  beforeEach(async () => {
    [target, other, foreign] = [await write(ada), await write(ada), await write(eve)];
    const [row] = await sql("SELECT * FROM daily_entries WHERE id = ?", target.id);
    older = row as unknown as Record<string, Buffer>;
    await ada.call("PATCH", target.path, { body: { title: "Third", body: "Third text" } });
  });

  const flip = (column: string, position: string) =>
    `UPDATE daily_entries SET ${column} = INSERT(${column}, ${position}, 1, CHAR(ASCII(SUBSTR(${column}, ${position}, 1)) ^ 1)) WHERE id = ?`;
  const setBox = (column: string) => `UPDATE daily_entries SET ${column} = ? WHERE id = ?`;
  const boxOf = async (column: string, { id }: Written) => {
    const [row] = await sql(`SELECT ${column} AS box FROM daily_entries WHERE id = ?`, id);
    return row?.["box"] as Buffer;
  };

  it.each<[string, () => Promise<unknown>]>([
    [
      "its boxes changed places",
      async () => {
        const [sealed, body] = [await boxOf("sealed", target), await boxOf("body", target)];
        await sql(
          "UPDATE daily_entries SET sealed = ?, body = ? WHERE id = ?",
          body,
          sealed,
          target.id,
        );
      },
    ],
    [
      "the first box of another entry",
      async () => sql(setBox("sealed"), await boxOf("sealed", other), target.id),
    ],
    [
      "the body of another entry",
      async () => sql(setBox("body"), await boxOf("body", other), target.id),
    ],
    [
      "both boxes of another entry",
      async () => {
        await sql(setBox("sealed"), await boxOf("sealed", other), target.id);
        await sql(setBox("body"), await boxOf("body", other), target.id);
      },
    ],
    [
      "the boxes of another person",
      async () => {
        await sql(setBox("sealed"), await boxOf("sealed", foreign), target.id);
        await sql(setBox("body"), await boxOf("body", foreign), target.id);
      },
    ],
    ["the first box as it was before", () => sql(setBox("sealed"), older["sealed"], target.id)],
    ["the body as it was before", () => sql(setBox("body"), older["body"], target.id)],
    [
      "both boxes as they were before",
      async () => {
        await sql(setBox("sealed"), older["sealed"], target.id);
        await sql(setBox("body"), older["body"], target.id);
      },
    ],
    [
      "the revision before",
      () => sql("UPDATE daily_entries SET rev = ? WHERE id = ?", older["rev"], target.id),
    ],
    [
      "a revision to come",
      () => sql("UPDATE daily_entries SET rev = rev + 100000 WHERE id = ?", target.id),
    ],
    ["a bit of the first box flipped", () => sql(flip("sealed", "60"), target.id)],
    ["a bit of the body flipped", () => sql(flip("body", "60"), target.id)],
    ["a bit of the tag flipped", () => sql(flip("body", "LENGTH(body)"), target.id)],
    ["a bit of the key's version flipped", () => sql(flip("body", "6"), target.id)],
    ["a bit of the nonce flipped", () => sql(flip("body", "25"), target.id)],
    ["another suite", () => sql(flip("body", "2"), target.id)],
    [
      "a body that is longer",
      () => sql("UPDATE daily_entries SET body = CONCAT(body, x'00') WHERE id = ?", target.id),
    ],
    [
      "a body that is made up",
      () =>
        sql(setBox("body"), Buffer.concat([Buffer.from([0xf9, 1]), randomBytes(112)]), target.id),
    ],
    [
      "the id of another",
      async () => {
        await sql("DELETE FROM daily_entries WHERE id = ?", target.id);
        await sql("UPDATE daily_entries SET id = ? WHERE id = ?", target.id, other.id);
      },
    ],
  ])(
    "does not open, the answer says nothing of why, and writing goes on: %s",
    async (_, attack) => {
      await attack();
      expect(await failure(ada, "GET", target.path)).toEqual(UNREADABLE);
      expect(await failure(ada, "PATCH", target.path, { title: "x" })).toEqual(UNREADABLE);
      const { body: versions } = await ada.call("GET", `${target.path}/versions`);
      expect(versions["items"]).toMatchObject([{ title: "Second" }, { title: "First" }]);
      const logged = app.logged().length;
      expect((await ada.call("DELETE", target.path)).status).toBe(204);
      const line = app
        .logged()
        .slice(logged)
        .split("\n")
        .find((one) => one.includes("rows of a vault do not open"));
      expect(JSON.parse(line ?? "")).toEqual({
        level: "error",
        time: expect.any(String),
        service: "api",
        pid: process.pid,
        ownerId: adasOwner.toString("hex"),
        table: "daily_entries",
        msg: "rows of a vault do not open",
      });
      expect((await ada.call("GET", target.path)).status).toBe(404);
      const put = { day: target.day, title: "x" };
      expect((await ada.call("PUT", target.path, { body: put })).status).toBe(201);
      expect((await ada.call("GET", target.path)).body).toMatchObject({ title: "x" });
      // Nothing else is lost by it: others are there, and new ones can be written.
      expect((await ada.call("GET", (await write(ada)).path)).body).toMatchObject({
        title: "Second",
        body: "Second text",
      });
      expect((await eve.call("GET", foreign.path)).body).toMatchObject({ title: "Second" });
      await sql("DELETE FROM daily_entries WHERE owner_id = ?", adasOwner);
    },
  );

  it("is not taken for another person's by writing their id into it", async () => {
    await sql(
      "UPDATE daily_entries SET owner_id = ?, rev = 900001 WHERE id = ?",
      evesOwner,
      target.id,
    );
    expect((await ada.call("GET", target.path)).status).toBe(404);
    expect(await failure(eve, "GET", target.path)).toEqual(UNREADABLE);
    await sql("DELETE FROM daily_entries WHERE id = ?", target.id);
  });

  it("is not copied to another person, the revision included", async () => {
    await sql("DELETE FROM daily_entries WHERE owner_id = ?", evesOwner);
    await sql(
      "INSERT INTO daily_entries SELECT ?, id, rev, purge_after, day_key, sealed, body FROM daily_entries WHERE id = ?",
      evesOwner,
      target.id,
    );
    expect(await failure(eve, "GET", target.path)).toEqual(UNREADABLE);
    expect((await ada.call("GET", target.path)).status).toBe(200);
    await sql("DELETE FROM daily_entries WHERE owner_id = ?", evesOwner);
  });

  it("is not shown on another day by writing that day's value into it", async () => {
    await sql(
      "UPDATE daily_entries t JOIN daily_entries o ON o.owner_id = t.owner_id SET t.day_key = o.day_key WHERE t.id = ? AND o.id = ?",
      target.id,
      other.id,
    );
    for (const path of [
      `/api/days/${other.day}`,
      `/api/entries?from=${other.day}&to=${other.day}`,
    ]) {
      const { status, body } = await ada.call("GET", path);
      expect(status).toBe(200);
      expect(body["unreadable"]).toBe(1);
      expect(body["items"] ?? body["entries"]).toMatchObject([{ day: other.day }]);
    }
    expect((await ada.call("GET", target.path)).body).toMatchObject({ day: target.day });
    expect((await ada.call("GET", other.path)).body).toMatchObject({ day: other.day });
    await sql("DELETE FROM daily_entries WHERE id = ?", target.id);
  });

  it.each(["sealed", "body"])(
    "is left out of the lists it is in, which say so: %s",
    async (box) => {
      await sql(flip(box, "60"), target.id);
      expect((await ada.call("GET", `/api/days/${target.day}`)).body).toMatchObject({
        day: target.day,
        entries: [],
        isComplete: false,
        unreadable: 1,
      });
      expect((await ada.call("GET", `/api/entries?from=${target.day}`)).body).toMatchObject({
        unreadable: 1,
      });
      const where = `"ownerId":"${adasOwner.toString("hex")}","table":"daily_entries"`;
      expect(app.logged().includes(where)).toBe(true);
      const day = await ada.call("GET", `/api/days/${other.day}`);
      expect(day.body["entries"]).toMatchObject([{ title: "Second" }]);
      const list = await ada.call("GET", `/api/entries?from=${other.day}&to=${other.day}`);
      expect(list.body["items"]).toMatchObject([{ title: "Second" }]);
      await sql("DELETE FROM daily_entries WHERE id = ?", target.id);
    },
  );
});

describe("an earlier state that was tampered with in the database", () => {
  it.each([
    [
      "a bit flipped",
      "UPDATE record_versions SET sealed = INSERT(sealed, 60, 1, CHAR(ASCII(SUBSTR(sealed, 60, 1)) ^ 1)) WHERE owner_id = ?",
    ],
    [
      "another revision",
      "UPDATE record_versions SET rev = rev - 1 WHERE owner_id = ? ORDER BY rev",
    ],
    ["another id", "UPDATE record_versions SET id = REVERSE(id) WHERE owner_id = ?"],
  ])("is not shown nor restored, and the entry itself stays: %s", async (_, attack) => {
    const carl = await signUp(app);
    await carl.call("POST", "/api/entries", { body: { day: "2026-11-21" } });
    const { path } = await write(carl);
    await sql(attack, await ownerOf(carl));
    const { body } = await carl.call("GET", `${path}/versions`);
    expect(body).toEqual({ items: [], nextCursor: null, unreadable: 1 });
    const [row] = await sql(
      "SELECT rev FROM record_versions WHERE owner_id = ?",
      await ownerOf(carl),
    );
    expect(await failure(carl, "POST", `${path}/restore`, { rev: Number(row?.["rev"]) })).toEqual(
      UNREADABLE,
    );
    expect((await carl.call("GET", path)).body).toMatchObject({ title: "Second" });
  });

  it("is not shown as another entry's", async () => {
    const carl = await signUp(app);
    const [one, other] = [await write(carl), await write(carl)];
    const owner = await ownerOf(carl);
    await sql(
      "UPDATE record_versions SET record_key = (SELECT k FROM (SELECT record_key AS k FROM record_versions WHERE owner_id = ? ORDER BY rev LIMIT 1) AS first) WHERE owner_id = ?",
      owner,
      owner,
    );
    expect((await carl.call("GET", `${one.path}/versions`)).body).toMatchObject({
      items: [{ title: "First" }],
      unreadable: 1,
    });
    const [moved] = await sql(
      "SELECT MAX(rev) AS rev FROM record_versions WHERE owner_id = ?",
      owner,
    );
    expect(
      await failure(carl, "POST", `${one.path}/restore`, { rev: Number(moved?.["rev"]) }),
    ).toEqual(UNREADABLE);
    expect((await carl.call("GET", `${other.path}/versions`)).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });
});

describe("an owner's head that was tampered with in the database", () => {
  const HEAD = "UPDATE vault_heads SET";

  it.each([
    ["a revision that was there", `${HEAD} rev = rev - 1 WHERE owner_id = ?`],
    ["a revision to come", `${HEAD} rev = rev + 1 WHERE owner_id = ?`],
    [
      "a bit flipped",
      `${HEAD} sealed = INSERT(sealed, 60, 1, CHAR(ASCII(SUBSTR(sealed, 60, 1)) ^ 1)) WHERE owner_id = ?`,
    ],
    [
      "another person's",
      `${HEAD} sealed = (SELECT s FROM (SELECT sealed AS s FROM vault_heads WHERE owner_id <> ? LIMIT 1) AS other)`,
    ],
  ])("stops writes and lists, and no reading of what is there: %s", async (_, attack) => {
    const carl = await signUp(app);
    const { path, day } = await write(carl);
    const owner = await ownerOf(carl);
    await sql(attack.includes("<> ?") ? `${attack} WHERE owner_id = ?` : attack, owner, owner);
    expect(await failure(carl, "POST", "/api/entries", { day })).toEqual(INTERNAL);
    expect(await failure(carl, "GET", "/api/entries")).toEqual(INTERNAL);
    expect((await carl.call("GET", path)).body).toMatchObject({ title: "Second" });
    expect((await carl.call("GET", `/api/days/${day}`)).body["entries"]).toHaveLength(1);
  });
});

describe("plain text", () => {
  it.each([
    ["daily_entries", "sealed"],
    ["daily_entries", "body"],
    ["record_versions", "sealed"],
    ["vault_heads", "sealed"],
  ])("is refused by the database, in %s.%s", async (table, column) => {
    await write(ada);
    const { execute } = app.deps.vaultDatabase;
    for (const bytes of [
      Buffer.from(JSON.stringify({ title: "plain text ".repeat(20) })),
      Buffer.concat([Buffer.from([0xf9]), Buffer.from("too short")]),
      Buffer.alloc(0),
      Buffer.from([0xf9, 1]),
    ]) {
      const refused = execute(`UPDATE ${table} SET ${column} = ? WHERE owner_id = ?`, [
        bytes,
        adasOwner,
      ]);
      await expect(refused).rejects.toMatchObject({ errno: 4025 });
    }
    const none = execute(`UPDATE ${table} SET ${column} = ? WHERE owner_id = ?`, [null, adasOwner]);
    await expect(none).rejects.toMatchObject({ errno: 1048 });
  });
});

describe("what the vault holds of a person", () => {
  it("is nothing before the first write, and then their wrapped key beside it", async () => {
    const carl = await signUp(app);
    const owner = await ownerOf(carl);
    const counts = async () =>
      Promise.all(
        ["vault_heads", "vault_keys", "daily_entries", "record_versions"].map(
          async (table) => (await sql(`SELECT * FROM ${table} WHERE owner_id = ?`, owner)).length,
        ),
      );
    await carl.call("GET", "/api/today");
    await carl.call("GET", "/api/entries");
    expect(await counts()).toEqual([0, 0, 0, 0]);
    await write(carl);
    expect(await counts()).toEqual([1, 1, 1, 1]);
    const columns = "owner_id, version, method, mek_ref, suite, `blob`";
    const wraps = `SELECT ${columns} FROM`;
    expect(await sql(`${wraps} vault_keys WHERE owner_id = ?`, owner)).toEqual(
      await app.sql("platform", `${wraps} dek_wraps WHERE owner_id = ?`, [owner]),
    );
  });

  it("changes no more than it has to: a thrown away entry is sealed anew, its neighbours are not", async () => {
    const [one, other] = [await write(ada), await write(ada)];
    const rowOf = async ({ id }: Written) =>
      (await sql("SELECT * FROM daily_entries WHERE id = ?", id))[0];
    const [before, neighbour] = [await rowOf(one), await rowOf(other)];
    await ada.call("DELETE", one.path);
    const after = await rowOf(one);
    expect(after?.["rev"]).not.toBe(before?.["rev"]);
    expect(after?.["sealed"]).not.toEqual(before?.["sealed"]);
    expect(after?.["purge_after"]).not.toBeNull();
    expect(await rowOf(other)).toEqual(neighbour);
  });

  it("has the date of the trash as its only sign that a row is in it", async () => {
    const one = await write(ada);
    await ada.call("DELETE", one.path);
    const [row] = await sql("SELECT * FROM daily_entries WHERE id = ?", one.id);
    expect(Object.keys(row ?? {}).sort()).toEqual(
      ["owner_id", "id", "rev", "purge_after", "day_key", "sealed", "body"].sort(),
    );
  });
});
