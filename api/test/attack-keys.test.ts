import { createHash, createSecretKey, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { dekIdOf } from "../src/crypto/data-key.ts";
import { activateKey, createKeyring, decodeKeyring, stageKey } from "../src/crypto/keyring.ts";
import { wrapDek } from "../src/crypto/wrap.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { call, signUp, type Person } from "./people.ts";
import { restore, takeSnapshot, type Snapshot } from "./snapshots.ts";

/**
 * What somebody gets who alters, moves or plants wrapped data keys in the databases of a running API, or exchanges its
 * keyring. Ada's data key is wrapped under the former master key and Eve's under the current one.
 */

let app: TestApp;
let ada: Writer;
let eve: Writer;
let adasRef: string, currentRef: string;
let platform: Snapshot, vault: Snapshot;
let keyring: Buffer;

interface Writer extends Person {
  readonly userId: string;
  readonly owner: Buffer;
  readonly entry: string;
  readonly title: string;
}

async function newWriter(name: string): Promise<Writer> {
  const person = await signUp(app);
  const [row] = await app.sql(
    "platform",
    "SELECT u.id, d.owner_id FROM users u JOIN user_deks d ON d.user_id = u.id WHERE u.email = ?",
    [person.email],
  );
  const [entry, title] = [randomUUID(), `private words of ${name}`];
  const body = { day: "2026-11-21", title };
  expect((await person.call("PUT", `/api/entries/${entry}`, { body })).status).toBe(201);
  return {
    ...person,
    userId: String(row?.["id"]),
    owner: row?.["owner_id"] as Buffer,
    entry,
    title,
  };
}

const KEY_TABLES = new Set(["dek_wraps", "user_deks", "vault_states"]);

beforeAll(async () => {
  app = await openTestApp();
  ada = await newWriter("Ada");
  const staged = stageKey(readFileSync(app.keyringFile), new Date());
  const [former, current] = decodeKeyring(staged).map(({ id }) => id);
  if (former === undefined || current === undefined) throw new Error("there are two keys");
  [adasRef, currentRef] = [`local:${former}`, `local:${current}`];
  keyring = activateKey(staged, current);
  writeFileSync(app.keyringFile, keyring, { mode: 0o600 });
  eve = await newWriter("Eve");
  const refs = await app.sql("platform", "SELECT DISTINCT mek_ref FROM dek_wraps");
  expect(new Set(refs.map((row) => row["mek_ref"] as string))).toEqual(
    new Set([adasRef, currentRef]),
  );
  platform = await takeSnapshot(app, "platform", (table) => KEY_TABLES.has(table));
  vault = await takeSnapshot(app, "vault");
});
afterAll(() => app.close());

const sql = (statement: string, ...values: unknown[]) => app.sql("platform", statement, values);
/** As when the time that keys are kept in memory is over. */
const forget = () => {
  for (const { userId } of [ada, eve]) app.deps.keys.forget(userId);
};
const read = (person: Writer) => person.call("GET", `/api/entries/${person.entry}`);
const add = (person: Person) =>
  person.call("POST", "/api/entries", { body: { day: "2026-11-21", title: "planted" } });

async function expectWell(person: Writer): Promise<void> {
  forget();
  expect(await read(person)).toMatchObject({ status: 200, body: { title: person.title } });
}

/** Nothing of Ada's opens and nothing is written for her, under no key; Eve is unharmed. */
async function expectShut(): Promise<void> {
  forget();
  for (const [method, path, body] of [
    ["GET", `/api/entries/${ada.entry}`, undefined],
    ["GET", "/api/entries", undefined],
    ["GET", "/api/me/vault", undefined],
    ["POST", "/api/entries", { day: "2026-11-21", title: "planted" }],
    ["PUT", `/api/entries/${ada.entry}`, { day: "2026-11-21", title: "planted" }],
  ] as const) {
    const { status, body: answer } = await ada.call(method, path, body && { body });
    expect({ status, code: answer["code"] }).toEqual({ status: 500, code: "internal" });
    expect(JSON.stringify(answer)).not.toContain("private words");
  }
  expect(await takeSnapshot(app, "vault")).toEqual(vault);
  await expectWell(eve);
  expect(app.logged()).not.toContain("private words");
}

async function putBack(): Promise<void> {
  await restore(app, "platform", platform);
  await restore(app, "vault", vault);
}

const wrapOf = ({ owner }: Writer): Readonly<Record<string, unknown>> => {
  const row = platform.get("dek_wraps")?.find((wrap) => owner.equals(wrap["owner_id"] as Buffer));
  if (row === undefined) throw new Error("there is a wrap");
  return row;
};
const dekIdIn = ({ owner }: Writer) =>
  platform.get("user_deks")?.find((dek) => owner.equals(dek["owner_id"] as Buffer))?.[
    "dek_id"
  ] as Buffer;
const setWrap = (values: object, of = ada) =>
  sql("UPDATE dek_wraps SET ? WHERE owner_id = ?", values, of.owner);
const setDek = (values: object, of = ada) =>
  sql("UPDATE user_deks SET ? WHERE owner_id = ?", values, of.owner);

/** A data key of the attacker's, wrapped under a master key of the attacker's, that claims to be `mekRef`. */
function plant(version: number, mekRef: string) {
  const [mek, dek] = [createSecretKey(randomBytes(32)), randomBytes(32)];
  const dekId = dekIdOf(dek);
  const blob = wrapDek(mek, dek, { ownerId: ada.owner, version, dekId, mekRef });
  return { dekId, wrap: { version, method: "mek", mek_ref: mekRef, suite: 1, blob } };
}
async function plantVersion(state: string, mekRef: string): Promise<void> {
  const { dekId, wrap } = plant(2, mekRef);
  await addDek(2, state, dekId);
  await sql("INSERT INTO dek_wraps SET ?", { owner_id: ada.owner, ...wrap });
}
const addDek = (version: number, state: string, dekId: Uint8Array) =>
  sql(
    "INSERT INTO user_deks (user_id, tenant_id, version, owner_id, dek_id, state) SELECT user_id, tenant_id, ?, owner_id, ?, ? FROM user_deks WHERE owner_id = ? LIMIT 1",
    version,
    dekId,
    state,
    ada.owner,
  );

describe("a wrapped data key that was tampered with in the database", () => {
  afterEach(putBack);

  it("does not unwrap with any byte of it altered: nonce, ciphertext, tag", async () => {
    const blob = wrapOf(ada)["blob"] as Buffer;
    expect(blob).toHaveLength(60);
    for (const at of blob.keys()) {
      const altered = Buffer.from(blob);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      await setWrap({ blob: altered });
      forget();
      expect((await read(ada)).status).toBe(500);
    }
    await expectShut();
    await setWrap({ blob });
    await expectWell(ada);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["cut by a byte", () => setWrap({ blob: (wrapOf(ada)["blob"] as Buffer).subarray(0, -1) })],
    [
      "with a tag cut short",
      () => setWrap({ blob: (wrapOf(ada)["blob"] as Buffer).subarray(0, -12) }),
    ],
    ["empty", () => setWrap({ blob: Buffer.alloc(0) })],
    [
      "a byte longer",
      () => setWrap({ blob: Buffer.concat([wrapOf(ada)["blob"] as Buffer, Buffer.alloc(1)]) }),
    ],
    ["of an older suite", () => setWrap({ suite: 0 })],
    ["of a later suite", () => setWrap({ suite: 2 })],
    ["said to be under the other master key", () => setWrap({ mek_ref: currentRef })],
    [
      "said to be under a master key that there is not",
      () => setWrap({ mek_ref: "local:0000000000000000" }),
    ],
    ["said to be under another provider's", () => setWrap({ mek_ref: "awskms:alias/planted" })],
    ["said to be under none", () => setWrap({ mek_ref: "" })],
    ["another person's, the bytes", () => setWrap({ blob: wrapOf(eve)["blob"] })],
    [
      "another person's, whole",
      () => setWrap({ blob: wrapOf(eve)["blob"], mek_ref: wrapOf(eve)["mek_ref"] }),
    ],
    [
      "another person's, whole, with the id of its key",
      async () => {
        await setWrap({ blob: wrapOf(eve)["blob"], mek_ref: wrapOf(eve)["mek_ref"] });
        await setDek({ dek_id: dekIdIn(eve) });
      },
    ],
    ["under another key id", () => setDek({ dek_id: randomBytes(16) })],
    [
      "of another version",
      async () => {
        await setWrap({ version: 2 });
        await setDek({ version: 2 });
      },
    ],
    [
      "of another owner",
      async () => {
        const owner = randomBytes(16);
        await setWrap({ owner_id: owner });
        await setDek({ owner_id: owner });
      },
    ],
    ["missing", () => sql("DELETE FROM dek_wraps WHERE owner_id = ?", ada.owner)],
    ["without its key", () => sql("DELETE FROM user_deks WHERE owner_id = ?", ada.owner)],
    ["of no active key", () => setDek({ state: "destroyed" })],
  ])("opens nothing, and nothing is written: %s", async (_, attack) => {
    await attack();
    await expectShut();
    await putBack();
    await expectWell(ada);
  });
});

describe("a data key that was planted", () => {
  afterEach(putBack);

  it.each<[string, () => Promise<unknown>]>([
    [
      "in the place of the person's, under a master key of the attacker's",
      async () => {
        const { dekId, wrap } = plant(1, "local:1111111111111111");
        await setWrap(wrap);
        await setDek({ dek_id: dekId });
      },
    ],
    [
      "in the place of the person's, under a master key that claims to be the server's",
      async () => {
        const { dekId, wrap } = plant(1, currentRef);
        await setWrap(wrap);
        await setDek({ dek_id: dekId });
      },
    ],
    [
      "as the newer version, the person's only for reading",
      async () => {
        await setDek({ state: "decrypt_only" });
        await plantVersion("active", currentRef);
      },
    ],
    ["as a second active version", () => plantVersion("active", currentRef)],
    ["as the version to come", () => plantVersion("pending", currentRef)],
    ["as the version to come, without a wrap", () => addDek(2, "pending", randomBytes(16))],
  ])("never seals anything: %s", async (_, attack) => {
    await attack();
    await expectShut();
    await putBack();
    await expectWell(ada);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      "by a method that is not known",
      () => {
        const { wrap } = plant(1, currentRef);
        return sql("INSERT INTO dek_wraps SET ?", {
          owner_id: ada.owner,
          ...wrap,
          method: "passphrase",
        });
      },
    ],
    [
      "of a version that the person does not have",
      () =>
        sql("INSERT INTO dek_wraps SET ?", { owner_id: ada.owner, ...plant(7, currentRef).wrap }),
    ],
    [
      "of nobody",
      () =>
        sql("INSERT INTO dek_wraps SET ?", {
          owner_id: randomBytes(16),
          ...plant(1, currentRef).wrap,
        }),
    ],
    [
      "in the vault's mirror, in the place of the person's",
      () => {
        const { dekId, wrap } = plant(1, currentRef);
        return app.sql("vault", "UPDATE vault_keys SET ? WHERE owner_id = ?", [
          { dek_id: dekId, mek_ref: wrap.mek_ref, blob: wrap.blob },
          ada.owner,
        ]);
      },
    ],
    [
      "in the vault's mirror, as a newer version",
      () => {
        const { dekId, wrap } = plant(2, currentRef);
        return app.sql("vault", "INSERT INTO vault_keys SET ?", [
          { owner_id: ada.owner, dek_id: dekId, ...wrap },
        ]);
      },
    ],
    ["and the vault's mirror is missing", () => app.sql("vault", "DELETE FROM vault_keys")],
  ])("is not used, and keeps nobody from anything: %s", async (_, attack) => {
    await attack();
    await expectWell(ada);
    const { status, body } = await add(ada);
    expect(status).toBe(201);
    await putBackKeys();
    forget();
    expect((await ada.call("GET", `/api/entries/${String(body["id"])}`)).status).toBe(200);
  });
  const putBackKeys = () =>
    restore(app, "platform", new Map([...platform].filter(([table]) => table !== "vault_states")));
});

describe("a keyring that is exchanged while the API runs", () => {
  const file = () => app.keyringFile;
  const write = (bytes: Buffer) => writeFileSync(file(), bytes, { mode: 0o600 });
  /** Where the file's second key, the active one, has its parts: behind "TIMOSKR1", a count and one key of 58 bytes. */
  const SECOND = 10 + 58;
  /** The checksum is no secret: whoever writes the file can make a right one. */
  const withSum = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(keyring);
    change(bytes);
    const body = bytes.subarray(0, -32);
    return Buffer.concat([body, createHash("sha256").update(body).digest()]);
  };
  const flipAt = (at: number) => withSum((bytes) => void (bytes[at] = (bytes[at] ?? 0) ^ 1));
  /** The keyring with another key at its end, made as a real one would be. */
  const withKey = (status: number) => {
    const key = randomBytes(32);
    const id = Buffer.from(hkdfSync("sha256", key, "", "timos/mek-id/v1", 8)).toString("hex");
    const fixed = Buffer.alloc(9);
    fixed[0] = status;
    fixed.writeBigUInt64BE(BigInt(Date.now()), 1);
    const body = Buffer.concat([
      keyring.subarray(0, -32),
      Buffer.from([16]),
      Buffer.from(id),
      fixed,
      key,
    ]);
    body.writeUInt16BE(3, 8);
    return { id, bytes: Buffer.concat([body, createHash("sha256").update(body).digest()]) };
  };
  const ready = async () => (await call(app, "GET", "/health/ready")).body["checks"];
  const newestRef = async () => {
    const person = await signUp(app);
    expect((await add(person)).status).toBe(201);
    const [wrap] = await app.sql(
      "platform",
      "SELECT w.mek_ref FROM dek_wraps w JOIN user_deks d USING (owner_id, version) JOIN users u ON u.id = d.user_id WHERE u.email = ?",
      [person.email],
    );
    return wrap?.["mek_ref"] as unknown;
  };

  afterEach(async () => {
    rmSync(file(), { force: true });
    write(keyring);
    expect(await ready()).toMatchObject({ keys: "ok" });
    await expectWell(ada);
  });

  it("has the parts that the attacks below say", () => {
    const [, active] = decodeKeyring(keyring);
    expect(keyring).toHaveLength(10 + 2 * 58 + 32);
    expect(keyring.toString("ascii", SECOND + 1, SECOND + 17)).toBe(active?.id);
    expect(keyring[SECOND + 17]).toBe(1);
    expect(decodeKeyring(withKey(2).bytes)).toHaveLength(3);
  });

  it.each<[string, () => void]>([
    ["is missing", () => rmSync(file())],
    ["is empty", () => write(Buffer.alloc(0))],
    ["is cut by a byte", () => write(keyring.subarray(0, -1))],
    [
      "is cut by its last key, with a right checksum",
      () => write(withSum((bytes) => void bytes.writeUInt16BE(1, 8))),
    ],
    ["has another first letter", () => write(flipAt(0))],
    ["has another format, an older one", () => write(flipAt(7))],
    ["has another count", () => write(withSum((bytes) => void bytes.writeUInt16BE(3, 8)))],
    ["has another id", () => write(flipAt(SECOND + 5))],
    ["has another length of an id", () => write(flipAt(SECOND))],
    ["has another key under the same id", () => write(flipAt(SECOND + 40))],
    ["has another key where the former was", () => write(flipAt(10 + 40))],
    ["has an unknown status", () => write(withSum((bytes) => void (bytes[SECOND + 17] = 3)))],
    ["has no active key", () => write(withSum((bytes) => void (bytes[SECOND + 17] = 2)))],
    ["has both keys active", () => write(withSum((bytes) => void (bytes[10 + 17] = 1)))],
    ["has a planted active key beside the active one", () => write(withKey(1).bytes)],
    [
      "has a wrong checksum",
      () => {
        const bytes = Buffer.from(keyring);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        write(bytes);
      },
    ],
    ["may be read by others", () => chmodSync(file(), 0o640)],
    [
      "is a link to a stranger's",
      () => {
        writeFileSync(`${file()}.real`, createKeyring(new Date()), { mode: 0o600 });
        rmSync(file());
        symlinkSync(`${file()}.real`, file());
      },
    ],
    [
      "is a link to itself as it was",
      () => {
        renameSync(file(), `${file()}.real`);
        symlinkSync(`${file()}.real`, file());
      },
    ],
  ])("that %s changes nothing but the health, until it is right again", async (_, attack) => {
    attack();
    await expectWell(ada);
    await expectWell(eve);
    // Nothing is ever wrapped under a key that came that way.
    expect(await newestRef()).toBe(currentRef);
    expect(await ready()).toMatchObject({ keys: "failed" });
    expect(app.logged()).not.toContain("private words");
  });

  it("for a stranger's opens what it opened, and no account is made until it is right again", async () => {
    write(createKeyring(new Date()));
    await expectWell(ada);
    await expectWell(eve);
    const wraps = () => sql("SELECT owner_id FROM dek_wraps ORDER BY owner_id");
    const before = await wraps();
    const body = { email: "late@example.org", password: "correct horse battery" };
    expect(await call(app, "POST", "/api/auth/signup", { body })).toMatchObject({
      status: 503,
      body: { code: "vault_unavailable" },
    });
    expect(await wraps()).toEqual(before);
    expect(await ready()).toMatchObject({ keys: "failed" });
  });

  it("for one with a further key that is not active wraps nothing under that", async () => {
    const { id, bytes } = withKey(2);
    write(bytes);
    await expectWell(ada);
    expect(await newestRef()).toBe(currentRef);
    expect(currentRef).not.toBe(`local:${id}`);
    expect(await ready()).toMatchObject({ keys: "ok" });
  });
});
