import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeAll, afterAll, describe, expect, it } from "@jest/globals";
import { decodeKeyring } from "../src/crypto/keyring.ts";
import { unwrapDek } from "../src/crypto/wrap.ts";
import { uuidToBytes } from "../src/lib/ids.ts";
import { acceptVault } from "../src/vault/integrity.ts";
import { openVault } from "../src/vault/user-vault.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { signUp, type Person, type Reply } from "./people.ts";
import { restore, takeSnapshot, type Snapshot } from "./snapshots.ts";

/**
 * What somebody who can write the vault's database, and nothing else, gets out of a running API. After each attack all
 * that it says is looked at: what was attacked, its neighbours, its history, another person's journal, and the log.
 */

const DAY = "2026-11-21";
const OTHER_DAY = "2024-02-03";

let app: TestApp;
let ada: Person;
let eve: Person;
/** Ada's entry that is attacked, one of the same day, and two of other days; and one of Eve's. */
const [target, neighbour, elsewhere, spare, foreign] = Array.from({ length: 5 }, () =>
  randomUUID(),
) as [string, string, string, string, string];
let adasOwner: Buffer, evesOwner: Buffer;
/** The vault when the target's title was "Second", and what it is before each attack, when it is "Third". */
let earlier: Snapshot, vault: Snapshot, platform: Snapshot;
/** Words of one person that another must never see, and keys in all their forms. */
let secrets: string[];

const words = (of: string) => `private words ${of} `.repeat(60);
const textOf = (who: string, title: string) => ({ title, body: words(`${who} ${title}`) });

async function put(person: Person, id: string, title: string, day = DAY): Promise<void> {
  const body = { day, ...textOf(person === ada ? "Ada" : "Eve", title) };
  const { status } = await person.call("PUT", `/api/entries/${id}`, { body });
  expect(status).toBeLessThan(300);
}

beforeAll(async () => {
  app = await openTestApp({ TRUST_PROXY: "127.0.0.1" });
  [ada, eve] = [await signUp(app), await signUp(app)];
  await put(ada, neighbour, "Neighbour");
  await put(ada, elsewhere, "Elsewhere", OTHER_DAY);
  await put(ada, elsewhere, "Elsewhere again", OTHER_DAY);
  await put(ada, spare, "Spare", "2019-05-06");
  await put(eve, foreign, "Foreign");
  await put(eve, foreign, "Foreign again");
  await put(ada, target, "First");
  await put(ada, target, "Second");
  earlier = await takeSnapshot(app, "vault");
  await put(ada, target, "Third");
  [adasOwner, evesOwner] = [await ownerOf(ada), await ownerOf(eve)];
  expect((await look(0)).vault).toBe("ok");
  vault = await takeSnapshot(app, "vault");
  platform = await takeSnapshot(app, "platform", (table) => table === "vault_states");
  secrets = [words(""), "private words", ...(await keysAsText())];
});
afterAll(() => app.close());
afterEach(async () => {
  await restore(app, "vault", vault);
  await restore(app, "platform", platform);
});

const sql = (statement: string, ...values: unknown[]) => app.sql("vault", statement, values);
const idOf = (uuid: string) => uuidToBytes(uuid);

async function userIdOf({ email }: Person): Promise<string> {
  const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  return String(user?.["id"]);
}

async function ownerOf({ email }: Person): Promise<Buffer> {
  const [row] = await app.sql(
    "platform",
    "SELECT d.owner_id FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [email],
  );
  return row?.["owner_id"] as Buffer;
}

/** All data keys and master keys, as a log would show them. */
async function keysAsText(): Promise<string[]> {
  const meks = decodeKeyring(readFileSync(app.keyringFile));
  const wraps = await app.sql(
    "platform",
    "SELECT w.*, d.dek_id FROM dek_wraps w JOIN user_deks d USING (owner_id, version)",
  );
  const deks = wraps.map((wrap) => {
    const mek = meks.find(({ id }) => wrap["mek_ref"] === `local:${id}`);
    if (mek === undefined) throw new Error("there is no such master key");
    return unwrapDek(mek.key, wrap["blob"] as Buffer, {
      ownerId: wrap["owner_id"] as Buffer,
      version: Number(wrap["version"]),
      dekId: wrap["dek_id"] as Buffer,
      mekRef: String(wrap["mek_ref"]),
    });
  });
  expect(deks).toHaveLength(2);
  return [...deks, ...meks.map(({ key }) => key.export())].flatMap((key) => [
    key.toString("hex"),
    key.toString("base64").slice(0, 42),
    JSON.stringify([...key]).slice(1, -1),
  ]);
}

/** What the API says of Ada's journal, every answer looked through for what must not be in it. */
interface View {
  /** The title of the target, or the status of the answer. */
  readonly one: unknown;
  readonly day: unknown[];
  readonly list: unknown[];
  /** How many rows the day, the list of all and the history say that they left out. */
  readonly unreadable: number[];
  readonly versions: unknown;
  readonly vault: unknown;
  /** How many rows are in no list, as far as that is noticed. */
  readonly unlisted?: unknown;
}

let clients = 0;

async function look(unread = 1): Promise<View> {
  // How often somebody may ask is counted by client.
  const headers = { "x-forwarded-for": `10.0.${clients >> 8}.${clients++ & 255}` };
  const get = async (path: string) => {
    const reply = await ada.call("GET", path, { headers });
    const text = JSON.stringify(reply.body);
    expect(text).not.toContain("Eve");
    expect(text).not.toContain("Foreign");
    if (reply.status >= 400) expect(text).not.toContain("private words");
    return reply;
  };
  const title = ({ status, body }: Reply) => (status === 200 ? body["title"] : status);
  const titles = ({ status, body }: Reply, name: string) =>
    status === 200 ? (body[name] as { title: string }[]).map((entry) => entry.title) : [status];
  const left = ({ body }: Reply) => Number(body["unreadable"] ?? 0);

  const [one, day, list] = [
    await get(`/api/entries/${target}`),
    await get(`/api/days/${DAY}`),
    await get("/api/entries"),
  ];
  if (unread > 0) {
    // What is not attacked is served as ever.
    expect(title(await get(`/api/entries/${neighbour}`))).toBe("Neighbour");
    expect(title(await get(`/api/entries/${elsewhere}`))).toBe("Elsewhere again");
    expect(await eve.call("GET", `/api/entries/${foreign}`)).toMatchObject({
      status: 200,
      body: textOf("Eve", "Foreign again"),
    });
  }
  const versions = await get(`/api/entries/${target}/versions`);
  const integrity = (await get("/api/me/vault")).body["integrity"] as
    { status: string; unlisted?: number } | undefined;
  return {
    one: title(one),
    day: titles(day, "entries").sort(),
    list: titles(list, "items").sort(),
    unreadable: [left(day), left(list), left(versions)],
    versions: titles(versions, "items"),
    vault: integrity?.status,
    unlisted: integrity?.unlisted,
  };
}

/**
 * Nobody is kept from writing by what happened to a row, neither elsewhere nor to that row itself, before an operator
 * took the vault as it is and afterwards; and what is written is there.
 */
async function expectWriting(): Promise<void> {
  for (const when of ["before", "after"]) {
    const id = randomUUID();
    await put(ada, id, `Written ${when}`);
    expect((await ada.call("GET", `/api/entries/${id}`)).body["title"]).toBe(`Written ${when}`);
    const { status } = await ada.call("GET", `/api/entries/${target}`);
    // Of what cannot be read or is not there no part can be changed; all of it can be written over.
    expect((await patch(`Patched ${when}`)).status).toBe(status);
    await put(ada, target, `Put ${when}`);
    expect((await patch(`Patched again ${when}`)).status).toBe(200);
    expect((await ada.call("GET", `/api/entries/${target}`)).body["title"]).toBe(
      `Patched again ${when}`,
    );
    await accept();
  }
  expect((await look()).vault).toBe("ok");
}

const patch = (title: string) =>
  ada.call("PATCH", `/api/entries/${target}`, { body: textOf("Ada", title) });

/** What an operator does by `npm run vault:accept`. */
async function accept(): Promise<void> {
  const use = { actor: "operator", purpose: "test", requestId: null } as const;
  await acceptVault(await openVault(app.deps, await userIdOf(ada), use), "test");
}

function expectSilentLog(): void {
  const log = app.logged();
  for (const secret of secrets) expect(log).not.toContain(secret);
}

/** Nothing is amiss. */
const WHOLE: View = {
  one: "Third",
  day: ["Neighbour", "Third"],
  list: ["Elsewhere again", "Neighbour", "Spare", "Third"],
  unreadable: [0, 0, 0],
  versions: ["Second", "First"],
  vault: "ok",
};
/** The target does not open: it is in no list, which say so, and an error by itself. Its history is there. */
const SHUT: View = {
  ...WHOLE,
  one: 500,
  day: ["Neighbour"],
  list: ["Elsewhere again", "Neighbour", "Spare"],
  unreadable: [1, 1, 0],
};
/** The newest state that was written over does not open. */
const SHORTER: View = { ...WHOLE, versions: ["First"], unreadable: [0, 0, 1] };
/** What opens is as it was; that something else is not is known. */
const NOTICED: View = { ...WHOLE, vault: "violated" };

type Row = Readonly<Record<string, unknown>>;

const rowIn = (snapshot: Snapshot, table: string, id: Buffer): Row => {
  const key = table === "vault_heads" ? "owner_id" : "id";
  const row = snapshot.get(table)?.find((candidate) => id.equals(candidate[key] as Buffer));
  if (row === undefined) throw new Error("there is no such row");
  return row;
};
const entryIn = (snapshot: Snapshot, id: string) => rowIn(snapshot, "daily_entries", idOf(id));
const headIn = (snapshot: Snapshot, owner: Buffer) => rowIn(snapshot, "vault_heads", owner);
/** The newest state that was written over: "Second", of the target. */
const newestVersion = (): Row =>
  (vault.get("record_versions") ?? [])
    .filter((row) => adasOwner.equals(row["owner_id"] as Buffer))
    .reduce((a, b) => (Number(a["rev"]) > Number(b["rev"]) ? a : b));
const insert = (table: string, row: object) => sql(`INSERT INTO ${table} SET ?`, row);
/** Puts a row in the place of the target's. */
const replace = async (row: object) => {
  await sql("DELETE FROM daily_entries WHERE id = ?", idOf(target));
  await insert("daily_entries", row);
};
const change = (row: object) => replace({ ...entryIn(vault, target), ...row });

type Attack = [what: string, attack: () => Promise<unknown>, then: View];

/** Runs each attack, and looks at everything afterwards. */
const expectAfterEach = (attacks: readonly Attack[]) => {
  it.each(attacks)("%s", async (_, attack, then) => {
    await attack();
    expect(await look()).toEqual(then);
    await expectWriting();
    expectSilentLog();
  });
};

it("without an attack finds everything in order", async () => {
  expect(await look()).toEqual(WHOLE);
  await expectWriting();
  // What is logged can be found in what is looked through.
  app.deps.logger.info({ code: "a marker" }, "marked");
  expect(app.logged()).toContain("a marker");
});

describe("a box of another place opens nowhere else", () => {
  const own = (uuid: string, column: string) => entryIn(vault, uuid)[column] as Buffer;
  expectAfterEach([
    ["another row's, first box", () => change({ sealed: own(neighbour, "sealed") }), SHUT],
    ["another row's, second box", () => change({ body: own(elsewhere, "body") }), SHUT],
    [
      "another row's, both boxes with their revision",
      async () => {
        const { rev, sealed, body } = entryIn(vault, spare);
        await sql("DELETE FROM daily_entries WHERE id = ?", idOf(spare));
        await change({ rev, sealed, body });
      },
      { ...SHUT, list: ["Elsewhere again", "Neighbour"], vault: "violated" },
    ],
    ["the other column's", () => change({ body: own(target, "sealed") }), SHUT],
    [
      "the other column's, both",
      () => change({ sealed: own(target, "body"), body: own(target, "sealed") }),
      SHUT,
    ],
    ["another owner's, first box", () => change({ sealed: own(foreign, "sealed") }), SHUT],
    [
      "another owner's, all that is bound but the owner",
      async () => {
        const { id, rev, sealed, body } = entryIn(vault, foreign);
        await insert("daily_entries", {
          ...entryIn(vault, target),
          id,
          rev: 900_001,
          sealed,
          body,
        });
        await sql("UPDATE daily_entries SET rev = ? WHERE rev = 900001", 800_000 + Number(rev));
        expect((await ada.call("GET", `/api/entries/${foreign}`)).status).toBe(500);
      },
      { ...NOTICED, unreadable: [1, 1, 0] },
    ],
    ["another table's", () => change({ sealed: newestVersion()["sealed"] }), SHUT],
    [
      "another table's, with its id and revision",
      async () => {
        const { id, rev, sealed } = newestVersion();
        await insert("daily_entries", { ...entryIn(vault, target), id, rev, sealed });
      },
      { ...NOTICED, unreadable: [1, 1, 0] },
    ],
    [
      "an entry's, as a state that was written over",
      () =>
        sql(
          "UPDATE record_versions SET sealed = ? WHERE id = ?",
          own(target, "sealed"),
          newestVersion()["id"],
        ),
      SHORTER,
    ],
    ["the head's", () => change({ sealed: headIn(vault, adasOwner)["sealed"] }), SHUT],
  ]);
});

describe("what was sealed before does not pass for what is there now", () => {
  const before = (column: string) => entryIn(earlier, target)[column] as Buffer;
  expectAfterEach([
    ["an old first box in the same row", () => change({ sealed: before("sealed") }), SHUT],
    ["an old second box in the same row", () => change({ body: before("body") }), SHUT],
    [
      "both old boxes in the same row",
      () => change({ sealed: before("sealed"), body: before("body") }),
      SHUT,
    ],
    [
      "a state from the history in the row",
      () => change({ rev: newestVersion()["rev"], sealed: newestVersion()["sealed"] }),
      { ...SHUT, vault: "violated" },
    ],
    // From here on the rows are authentic: they open, and that they are not the newest is noticed.
    [
      "the whole old row",
      () => replace(entryIn(earlier, target)),
      {
        ...NOTICED,
        one: "Second",
        day: ["Neighbour", "Second"],
        list: ["Elsewhere again", "Neighbour", "Second", "Spare"],
      },
    ],
    [
      "the whole old row and the old head",
      async () => {
        await replace(entryIn(earlier, target));
        await sql(
          "UPDATE vault_heads SET ? WHERE owner_id = ?",
          headIn(earlier, adasOwner),
          adasOwner,
        );
      },
      {
        ...NOTICED,
        one: "Second",
        day: ["Neighbour", "Second"],
        list: ["Elsewhere again", "Neighbour", "Second", "Spare"],
      },
    ],
    [
      "the whole old vault",
      () => restore(app, "vault", earlier),
      {
        ...NOTICED,
        one: "Second",
        day: ["Neighbour", "Second"],
        list: ["Elsewhere again", "Neighbour", "Second", "Spare"],
        versions: ["First"],
      },
    ],
    [
      "an old row beside the new one, under a new id",
      () => insert("daily_entries", { ...entryIn(earlier, target), id: randomBytes(16) }),
      { ...NOTICED, unreadable: [1, 1, 0] },
    ],
    [
      "an old row beside the new one, under a new id and an unused revision",
      () =>
        insert("daily_entries", { ...entryIn(earlier, target), id: randomBytes(16), rev: 900_001 }),
      { ...NOTICED, unreadable: [1, 1, 0] },
    ],
    [
      "a deleted row",
      () => sql("DELETE FROM daily_entries WHERE id = ?", idOf(target)),
      {
        ...NOTICED,
        one: 404,
        day: ["Neighbour"],
        list: ["Elsewhere again", "Neighbour", "Spare"],
        versions: [404],
      },
    ],
    [
      "a deleted history",
      () => sql("DELETE FROM record_versions WHERE owner_id = ?", adasOwner),
      { ...NOTICED, versions: [] },
    ],
    [
      "a row thrown away by a date in it",
      () => sql("UPDATE daily_entries SET purge_after = '2026-12-01' WHERE id = ?", idOf(target)),
      {
        ...NOTICED,
        one: 404,
        day: ["Neighbour"],
        list: ["Elsewhere again", "Neighbour", "Spare"],
        versions: [404],
      },
    ],
  ]);

  const path = `/api/entries/${target}`;
  const fourth = { day: DAY, ...textOf("Ada", "Fourth") };
  const known = () => ({ "if-match": `"${Number(entryIn(earlier, target)["rev"])}"` });
  it.each<[string, () => Promise<Reply>]>([
    ["PUT", () => ada.call("PUT", path, { body: fourth })],
    ["PUT with If-Match", () => ada.call("PUT", path, { body: fourth, headers: known() })],
    ["PATCH", () => ada.call("PATCH", path, { body: fourth })],
    ["PATCH with If-Match", () => ada.call("PATCH", path, { body: fourth, headers: known() })],
    [
      "restoring",
      () =>
        ada.call("POST", `${path}/restore`, { body: { rev: Number(newestVersion()["rev"]) - 1 } }),
    ],
  ])("the old row is written over as any other, by %s", async (_, write) => {
    for (const prepare of [() => Promise.resolve(), accept]) {
      await restore(app, "vault", vault);
      await replace(entryIn(earlier, target));
      await prepare();
      const { status, body } = await write();
      expect(status).toBe(200);
      // The state that was put back had been kept already, and is not there twice.
      expect(await look()).toMatchObject({ one: body["title"], versions: WHOLE.versions });
      await expectWriting();
    }
  });

  it("a row taken out of the trash by its date is noticed", async () => {
    const id = randomUUID();
    await put(ada, id, "Thrown away");
    await ada.call("DELETE", `/api/entries/${id}`);
    expect((await look()).vault).toBe("ok");
    await sql("UPDATE daily_entries SET purge_after = NULL WHERE id = ?", idOf(id));
    expect((await look()).vault).toBe("violated");
    await expectWriting();
  });
});

/** The regions of a box, by the offsets at which each begins and ends; negative ones count from the end. */
const REGIONS: readonly (readonly [region: string, from: number, to: number])[] = [
  ["suite", 1, 2],
  ["version of the data key", 2, 6],
  ["id of the data key", 6, 22],
  ["nonce", 22, 34],
  ["ciphertext", 34, 66],
  ["ciphertext", -32, -16],
  ["tag", -16, 0],
];
const BOXES: readonly (readonly [table: string, column: string, then: View])[] = [
  ["daily_entries", "sealed", SHUT],
  ["daily_entries", "body", SHUT],
  ["record_versions", "sealed", SHORTER],
];
const rowOf = (table: string) =>
  table === "record_versions" ? newestVersion() : entryIn(vault, target);
const write = (table: string, column: string, box: Buffer) =>
  sql(`UPDATE ${table} SET ${column} = ? WHERE id = ?`, box, rowOf(table)["id"]);

describe.each(BOXES)("a box of %s.%s", (table, column, then) => {
  it.each(REGIONS)(
    "does not open with any byte of its %s altered, %i to %i",
    async (_, from, to) => {
      const box = rowOf(table)[column] as Buffer;
      const [start, end] = [from, to].map(
        (at, i) => at + (at < 0 || (at === 0 && i === 1) ? box.length : 0),
      ) as [number, number];
      const path = `/api/entries/${target}${table === "record_versions" ? "/versions" : ""}`;
      const opens = async () => {
        const { status, body } = await ada.call("GET", path);
        return status === 200 && body["unreadable"] === undefined;
      };
      for (let at = start; at < end; at++) {
        const altered = Buffer.from(box);
        altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
        await write(table, column, altered);
        expect(await opens()).toBe(false);
      }
      expect(await look()).toEqual(then);
      await write(table, column, box);
      expect(await opens()).toBe(true);
      expectSilentLog();
    },
  );

  it.each<[string, (box: Buffer) => Buffer]>([
    ["cut by a byte", (box) => box.subarray(0, -1)],
    ["cut by its tag", (box) => box.subarray(0, -16)],
    ["cut to the shortest box that may be stored", (box) => box.subarray(0, 114)],
    [
      "with a tag cut to four bytes",
      (box) => Buffer.concat([box.subarray(0, -16), box.subarray(-16, -12)]),
    ],
    ["a byte longer", (box) => Buffer.concat([box, Buffer.alloc(1)])],
    ["twice, one after the other", (box) => Buffer.concat([box, box])],
    [
      "of a suite that there is not, and older",
      (box) => Buffer.concat([Buffer.from([0xf9, 0x00]), box.subarray(2)]),
    ],
    [
      "of random bytes",
      (box) => Buffer.concat([box.subarray(0, 34), randomBytes(box.length - 34)]),
    ],
    ["of zeros", (box) => Buffer.concat([box.subarray(0, 34), Buffer.alloc(box.length - 34)])],
  ])("does not open %s", async (_, alter) => {
    await write(table, column, alter(rowOf(table)[column] as Buffer));
    expect(await look()).toEqual(then);
    await expectWriting();
    expectSilentLog();
  });

  it.each<[string, Buffer]>([
    ["plain text", Buffer.from("a plain text ".repeat(20))],
    ["JSON", Buffer.from(JSON.stringify({ day: DAY, title: "Planted", body: "x".repeat(200) }))],
    ["an older format", Buffer.concat([Buffer.from([0xf8, 1]), randomBytes(200)])],
    ["a box that is too short", Buffer.concat([Buffer.from([0xf9, 1]), randomBytes(111)])],
    ["nothing", Buffer.alloc(0)],
  ])("cannot become %s: the database refuses", async (_, bytes) => {
    await expect(write(table, column, bytes)).rejects.toMatchObject({ errno: 4025 });
    expect(await look()).toEqual(WHOLE);
  });
});

describe("numbers that are no revision", () => {
  expectAfterEach([
    ["2^53", () => change({ rev: String(2n ** 53n) }), { ...SHUT, vault: "violated" }],
    ["2^63", () => change({ rev: String(2n ** 63n) }), { ...SHUT, vault: "violated" }],
    ["the largest", () => change({ rev: String(2n ** 64n - 1n) }), { ...SHUT, vault: "violated" }],
    ["zero", () => change({ rev: 0 }), { ...SHUT, vault: "violated" }],
    [
      "the largest, in the history",
      () =>
        sql(
          "UPDATE record_versions SET rev = ? WHERE id = ?",
          String(2n ** 64n - 1n),
          newestVersion()["id"],
        ),
      // Where pages of the history begin, at the largest number that a cursor can hold.
      { ...WHOLE, versions: ["First"], vault: "violated" },
    ],
  ]);

  it("the one that the next write would take keeps from writing, until an operator takes the vault as it is", async () => {
    await change({ rev: Number(headIn(vault, adasOwner)["rev"]) + 1 });
    expect(await look()).toEqual({ ...SHUT, vault: "violated" });
    const body = { day: DAY, title: "After" };
    expect((await ada.call("POST", "/api/entries", { body })).status).toBe(500);
    await accept();
    expect(await look()).toEqual(SHUT);
    await expectWriting();
  });
});

describe("blind columns", () => {
  const json = Buffer.from('{"day":"2026"}  ');
  expectAfterEach([
    [
      "with JSON in them hide a row from lists, show nothing else instead, and are noticed",
      () => change({ day_key: json }),
      {
        ...WHOLE,
        day: ["Neighbour"],
        list: ["Elsewhere again", "Neighbour", "Spare"],
        unlisted: 1,
      },
    ],
    [
      "with another day's value show the row on neither day",
      () => change({ day_key: entryIn(vault, elsewhere)["day_key"] }),
      { ...SHUT, one: "Third", unreadable: [0, 1, 0], versions: WHOLE.versions },
    ],
    [
      "with another person's value are nothing to either",
      () => change({ day_key: entryIn(vault, foreign)["day_key"] }),
      {
        ...WHOLE,
        day: ["Neighbour"],
        list: ["Elsewhere again", "Neighbour", "Spare"],
        unlisted: 1,
      },
    ],
    [
      "with JSON in them hide a history",
      () =>
        sql(
          "UPDATE record_versions SET record_key = CONCAT(LEFT(id, 2), ?) WHERE owner_id = ?",
          json.subarray(2),
          adasOwner,
        ),
      { ...WHOLE, versions: [] },
    ],
  ]);

  it("that were altered are right again with the next write", async () => {
    await change({ day_key: json });
    expect(await look()).toMatchObject({ unlisted: 1 });
    expect(app.logged()).toContain("a vault has rows of no day");
    await put(ada, target, "Fourth");
    const view = await look();
    expect(view.unlisted).toBeUndefined();
    expect(view).toMatchObject({
      one: "Fourth",
      day: ["Fourth", "Neighbour"],
      unreadable: [0, 0, 0],
    });
  });
});

describe("the head", () => {
  const HEAD = "UPDATE vault_heads SET sealed = ? WHERE owner_id = ?";
  const headless: View = { ...NOTICED, list: [500] };
  const own = () => headIn(vault, adasOwner)["sealed"] as Buffer;

  it.each<[string, () => Promise<unknown>, View]>([
    ["another owner's", () => sql(HEAD, headIn(vault, evesOwner)["sealed"], adasOwner), headless],
    [
      "an old one in the row of today",
      () => sql(HEAD, headIn(earlier, adasOwner)["sealed"], adasOwner),
      headless,
    ],
    ["a row's box", () => sql(HEAD, entryIn(vault, target)["sealed"], adasOwner), headless],
    ...REGIONS.map(([region, from]): [string, () => Promise<unknown>, View] => [
      `${region} altered at ${from}`,
      () => {
        const box = Buffer.from(own());
        const at = from < 0 ? box.length + from : from;
        box[at] = (box[at] ?? 0) ^ 1;
        return sql(HEAD, box, adasOwner);
      },
      headless,
    ]),
    ["made longer", () => sql(HEAD, Buffer.concat([own(), own()]), adasOwner), headless],
    [
      "a revision that cannot be",
      () =>
        sql("UPDATE vault_heads SET rev = ? WHERE owner_id = ?", String(2n ** 64n - 1n), adasOwner),
      headless,
    ],
  ])(
    "that is %s keeps from writing and from lists without a range, until an operator takes the vault as it is",
    async (_, attack, then) => {
      await attack();
      expect(await look()).toEqual(then);
      const before = await takeSnapshot(app, "vault");
      for (const [method, path, body] of [
        ["POST", "/api/entries", { day: DAY, title: "x" }],
        ["PUT", `/api/entries/${target}`, { day: DAY, title: "x" }],
        ["DELETE", `/api/entries/${target}`, undefined],
      ] as const) {
        expect((await ada.call(method, path, body && { body })).status).toBe(500);
      }
      expect(await takeSnapshot(app, "vault")).toEqual(before);
      expectSilentLog();
      await accept();
      expect(await look()).toEqual(WHOLE);
      await expectWriting();
      expect((await look()).vault).toBe("ok");
    },
  );

  it("that is gone is noticed, and made anew above every revision that was given, with all months", async () => {
    await sql("DELETE FROM vault_heads WHERE owner_id = ?", adasOwner);
    const id = randomUUID();
    const reply = await ada.call("PUT", `/api/entries/${id}`, {
      body: { day: DAY, title: "After" },
    });
    expect(reply).toMatchObject({
      status: 201,
      body: { rev: Number(headIn(vault, adasOwner)["rev"]) + 1 },
    });
    const view = {
      ...NOTICED,
      day: ["After", ...WHOLE.day],
      list: ["After", ...WHOLE.list],
    };
    expect(await look()).toEqual(view);
    await accept();
    expect(await look()).toEqual({ ...view, vault: "ok" });
  });
});
