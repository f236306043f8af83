import { spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { sealStream } from "../api/src/crypto/stream.ts";
import { openTestApp, type TestApp } from "../api/test/app.ts";
import { workerServices } from "../api/test/databases.ts";
import { type Person, signUp } from "../api/test/people.ts";
import { findPython } from "./lib/bootstrap.mjs";
import { cleanEnvironment } from "./lib/clean-environment.mjs";
import { runKeys } from "./test/keys-command.ts";
import {
  makeKeyring,
  mariadbDump,
  type SealedVault,
  sealedVault,
  type WrittenRow,
} from "./test/sealed-vault.ts";

const ROOT = resolve(import.meta.dirname, "..");
const READER = join(ROOT, "docs/reader/open_vault.py");
const HARD = "it's \"quoted\" `so` \\ \\' \r\n\t\0\x1a; ),( NULL -- /* */ 👩‍👩‍👧‍👦 ﷽ \u2028 \ud83d";
const TIMES = { createdAt: "2026-11-20T07:00:00.000Z", updatedAt: "2026-11-21T07:00:00.000Z" };

const Shown = z.object({
  table: z.string(),
  owner: z.string(),
  id: z.string(),
  rev: z.number(),
  purgeAfter: z.string().nullable(),
  fields: z.looseObject({}),
  unopened: z.array(z.string()).optional(),
});
type Shown = z.infer<typeof Shown>;

const python = findPython();
const describeIfThere = python === undefined ? describe.skip : describe;
const skipped = python === undefined ? " (skipped: no python3 with cryptography)" : "";

const parent = mkdtempSync(join(tmpdir(), "python-reader-"));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(parent, "run-"));
});
afterAll(() => rmSync(parent, { recursive: true }));

/** Runs the reader in a folder with `files`. */
function read(args: string[], files: Readonly<Record<string, Buffer | string>> = {}, input = "") {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const { status, stdout, stderr } = spawnSync(python ?? "python3", [READER, ...args], {
    cwd: folder,
    env: { ...cleanEnvironment(), PYTHONDONTWRITEBYTECODE: "1" },
    encoding: "utf8",
    input,
    maxBuffer: 1 << 28,
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return { code: status, rows: lines.map((line) => Shown.parse(JSON.parse(line))), stderr };
}

const inOrder = (rows: readonly (Shown | WrittenRow)[]) =>
  [...rows].sort((a, b) => (a.table + a.id < b.table + b.id ? -1 : 1));

/** With one digit changed of the first box under version 1 after `start`, in a dump made with `--hex-blob`. */
function flip(dump: Buffer, start: string): Buffer {
  const at = dump.indexOf("0xF901", dump.indexOf(start)) + 2 + 2 * 60;
  const flipped = Buffer.from(dump);
  flipped.writeUInt8(flipped.readUInt8(at) === 0x30 ? 0x31 : 0x30, at);
  return flipped;
}

describeIfThere(`the reader in Python${skipped}`, () => {
  it("opens every golden vector, and none that was changed", () => {
    const vectors = ["box", "stream"].map((name) =>
      join(ROOT, `api/src/crypto/${name}.vectors.json`),
    );
    expect(read(["--self-test", ...vectors])).toEqual({ code: 0, rows: [], stderr: "" });
    const [box = ""] = z
      .array(z.looseObject({ sealed: z.string() }))
      .parse(JSON.parse(readFileSync(vectors[0] ?? "", "utf8")))
      .map(({ sealed }) => sealed);
    const changed = readFileSync(vectors[0] ?? "", "utf8").replace(
      box,
      `${box.slice(0, -1)}${box.endsWith("0") ? "1" : "0"}`,
    );
    expect(read(["--self-test", "changed.json"], { "changed.json": changed })).toMatchObject({
      code: 1,
      stderr: "changed.json, vector 0: the tag does not verify\n",
    });
  });

  it("opens an attachment by its key, and only whole", async () => {
    const [key, file] = [randomBytes(32), randomBytes(150_000)];
    const pieces: Buffer[] = [];
    for await (const piece of sealStream(key, [file])) pieces.push(piece);
    const sealed = Buffer.concat(pieces);
    const args = ["--attachment", "sealed", "--out", "out"];
    expect(read(args, { sealed }, key.toString("hex"))).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(folder, "out")).equals(file)).toBe(true);
    rmSync(join(folder, "out"));
    const cut = read(args, { sealed: sealed.subarray(0, 66 + 2 * 65_552) }, key.toString("hex"));
    expect(cut).toMatchObject({ code: 1, stderr: "refused: the tag does not verify\n" });
    const wrong = read(args, { sealed }, randomBytes(32).toString("hex"));
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/not the key of/) });
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("explains itself", () => {
    expect(read([])).toMatchObject({ code: 2, stderr: expect.stringMatching(/--help/) });
    expect(read(["--help"])).toMatchObject({ code: 0, stderr: "" });
  });
});

describeIfThere(`the reader in Python, on sealed rows${skipped}`, () => {
  const keyringFile = join(parent, "keyring");
  const mek = makeKeyring(keyringFile);
  const [ada, ben] = [randomBytes(16), randomBytes(16)];
  const ARGS = ["--keyring", keyringFile, "vault.sql"];
  let vault: SealedVault;
  let dump: Buffer;

  beforeAll(async () => {
    vault = await sealedVault();
    await vault.database.query(
      `CREATE TABLE later_records (owner_id BINARY(16) NOT NULL, id BINARY(16) NOT NULL, rev BIGINT UNSIGNED NOT NULL,
         purge_after DATE NULL, sealed MEDIUMBLOB NOT NULL, long_text LONGBLOB NOT NULL, PRIMARY KEY (owner_id, id))`,
    );
    for (const version of [1, 2, 2 ** 32 - 1]) await vault.addKey(ada, version, mek);
    await vault.addKey(ben, 1, mek);
    const texts = ["", HARD, "ä".repeat(524_288), ...Array.from({ length: 20 }, () => HARD)];
    for (const [i, body] of texts.entries()) {
      const row = { owner: ada, version: [1, 2, 2 ** 32 - 1][i % 3] ?? 1, rev: i + 1 };
      const sealed = { day: "2026-11-21", title: `${i} ${HARD}`, tags: ["a"], ...TIMES };
      await vault.addRow("daily_entries", row, { sealed, body: { body } });
    }
    const inTrash = { owner: ben, version: 1, rev: 2 ** 53 - 1, purgeAfter: "2026-12-21" };
    const content = { sealed: { day: "2026-10-01", ...TIMES }, body: { body: "Ben's" } };
    await vault.addRow("daily_entries", inTrash, content);
    const kept = { kind: "entries", recordId: "x", fields: { day: "2026-10-01" }, ...TIMES };
    await vault.addRow("record_versions", { owner: ben, version: 1, rev: 1 }, { sealed: kept });
    const months = { months: { daily_entries: ["2026-10"] } };
    await vault.addRow("vault_heads", { owner: ben, version: 1, rev: 3 }, { sealed: months });
    const later = { sealed: { score: 7 }, longText: { essay: HARD } };
    await vault.addRow("later_records", { owner: ben, version: 1, rev: 2 }, later);
    dump = await mariadbDump("--hex-blob", vault.database.name);
  });
  afterAll(() => vault.drop());

  it.each<[string[]]>([
    [[]],
    [["--hex-blob"]],
    [["--complete-insert", "--no-create-info"]],
    [["--skip-opt", "--skip-comments"]],
    [["--replace", "--databases"]],
  ])("opens every field of a dump made with %j", async (options) => {
    const bytes = await mariadbDump(...options, vault.database.name);
    const { code, rows, stderr } = read(ARGS, { "vault.sql": bytes });
    expect(stderr).toBe("");
    expect(inOrder(rows)).toEqual(inOrder(vault.rows));
    expect(code).toBe(0);
  });

  it("takes the keys from a set of their own", async () => {
    const name = vault.database.name;
    const rows = await mariadbDump("--ignore-table", `${name}.vault_keys`, name);
    const keys = await mariadbDump(name, "vault_keys");
    const none = read(ARGS, { "vault.sql": rows, "keys.sql": keys });
    expect(none).toMatchObject({ code: 1, rows: [], stderr: expect.stringMatching(/no wrap of/) });
    const both = read(["--keys", "keys.sql", ...ARGS]);
    expect({ ...both, rows: inOrder(both.rows) }).toEqual({
      code: 0,
      rows: inOrder(vault.rows),
      stderr: "",
    });
  });

  it("names a box with a flipped bit, and opens all others", () => {
    const { code, rows, stderr } = read(ARGS, {
      "vault.sql": flip(dump, "`daily_entries` VALUES"),
    });
    const [, id] =
      /^daily_entries (\S+) rev \d+, sealed: the tag does not verify\n$/.exec(stderr) ?? [];
    const written = vault.rows.find((row) => row.id === id);
    const broken = rows.find((row) => row.id === id);
    expect(code).toBe(1);
    expect(broken).toMatchObject({ unopened: ["sealed"] });
    expect(written?.fields).toMatchObject(broken?.fields ?? {});
    expect(inOrder(rows.filter((row) => row.id !== id))).toEqual(
      inOrder(vault.rows.filter((row) => row.id !== id)),
    );
  });

  it("goes on where a wrap was altered, or the dump was cut short", () => {
    // The last digit of a wrap is one of its tag.
    const altered = dump
      .toString("latin1")
      .replace(
        /(,2,'mek',[^)]*)(\w)\)/,
        (_all, start: string, digit: string) => `${start}${digit === "0" ? "1" : "0"})`,
      );
    const outcome = read(ARGS, { "vault.sql": Buffer.from(altered, "latin1") });
    const shut = outcome.rows.filter((row) => row.unopened !== undefined);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/the wrap of its data key: the tag does not verify/);
    expect(shut).toHaveLength(
      vault.rows.filter((row, i) => row.owner === ada.toString("hex") && i % 3 === 1).length,
    );
    expect(outcome.rows).toHaveLength(vault.rows.length);

    const cut = dump.subarray(0, dump.indexOf("INSERT INTO `vault_heads`") + 100);
    const rest = read(["--keys", "keys.sql", ...ARGS], { "vault.sql": cut, "keys.sql": dump });
    expect(rest).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/vault.sql was cut short/),
    });
    expect(inOrder(rest.rows)).toEqual(
      inOrder(vault.rows.filter(({ table }) => table !== "vault_heads")),
    );
  });

  it("says what is wrong with a keyring, and opens nothing", () => {
    const other = join(folder, "other");
    makeKeyring(other);
    const bytes = readFileSync(keyringFile);
    writeFileSync(join(folder, "damaged"), bytes.fill(0, 40, 41), { mode: 0o600 });
    writeFileSync(join(folder, "no-keyring"), dump, { mode: 0o600 });
    const open = (keyring: string) =>
      read(["--keyring", keyring, "vault.sql"], { "vault.sql": dump });
    for (const [keyring, message] of [
      ["other", `has none of the master keys that the wraps name: local:${mek.id}`],
      ["damaged", "the keyring is damaged"],
      ["no-keyring", "this is no keyring"],
      ["absent", "No such file"],
    ] as const) {
      const outcome = open(keyring);
      expect(outcome).toMatchObject({ code: 1, rows: [] });
      expect(outcome.stderr).toContain(message);
    }
    chmodSync(other, 0o640);
    expect(open("other").stderr).toBe("refused: others can read the keyring\n");
  });
});

describeIfThere(`the reader in Python, on an installation${skipped}`, () => {
  let app: TestApp;
  const entries = new Map<string, Readonly<Record<string, unknown>>>();
  const trashed = new Set<string>();
  let kept: Readonly<Record<string, unknown>>;
  let older: Buffer;
  let vault: Buffer;
  let platform: Buffer;
  let args: string[];

  async function write(person: Person, id: string, entry: object) {
    const reply = await person.call("PUT", `/api/entries/${id}`, { body: entry });
    expect(reply.status).toBeLessThan(300);
    entries.set(id, (await person.call("GET", `/api/entries/${id}`)).body);
  }

  beforeAll(async () => {
    app = await openTestApp({ KEY_CACHE_SECONDS: "1" });
    args = ["--keyring", app.keyringFile, "--states", "platform.sql", "vault.sql"];
    const [ada, ben] = [await signUp(app), await signUp(app)];
    await signUp(app); // and writes nothing
    const ids = Array.from({ length: 9 }, () => randomUUID());
    for (const [i, id] of ids.entries()) {
      const entry = {
        day: `2026-11-0${i + 1}`,
        title: `Grüße ${i} 🌻`,
        body: `${i}`.repeat(300 * i),
      };
      await write(i < 6 ? ada : ben, id, entry);
    }
    const [first = "", second = ""] = ids;
    kept = entries.get(first) ?? {};
    await write(ada, first, { day: "2026-11-01", title: "changed", body: "anew" });
    expect((await ada.call("DELETE", `/api/entries/${second}`)).status).toBe(204);
    trashed.add(second);
    older = await mariadbDump("--hex-blob", workerServices().vaultDatabase);
    // From here on Ada's rows are under version 2, and Ben's under version 1.
    const rotation = await runKeys(app, ["rotate", "--settle-seconds", "1.5", "--dek", ada.email]);
    expect(rotation).toMatchObject({ code: 0 });
    await write(ada, randomUUID(), { day: "2026-11-20", title: "after", body: "the rotation" });
    vault = await mariadbDump("--hex-blob", workerServices().vaultDatabase);
    platform = await mariadbDump("--hex-blob", workerServices().platformDatabase);
  });
  afterAll(() => app.close());

  it.each(["vault_keys", "dek_wraps"])(
    "finds every entry as it was, by the wraps in %s",
    (source) => {
      const keys = source === "dek_wraps" ? ["--keys", "platform.sql"] : [];
      const { code, rows, stderr } = read([...keys, ...args], {
        "vault.sql": vault,
        "platform.sql": platform,
      });
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const found = rows.filter(({ table }) => table === "daily_entries");
      expect(found).toHaveLength(entries.size);
      for (const { id, rev, purgeAfter, fields } of found) {
        expect(purgeAfter !== null).toBe(trashed.has(id));
        const shown = { id, rev, ...fields };
        if (trashed.has(id))
          expect(shown).toMatchObject({
            title: entries.get(id)?.["title"],
            body: entries.get(id)?.["body"],
          });
        else expect(shown).toEqual(entries.get(id));
      }
      const versions = rows.filter(({ table }) => table === "record_versions");
      expect(versions).toContainEqual(
        expect.objectContaining({
          rev: kept["rev"],
          fields: expect.objectContaining({
            kind: "entries",
            recordId: kept["id"],
            fields: expect.objectContaining({ title: kept["title"], body: kept["body"] }),
          }),
        }),
      );
    },
  );

  it("finds rows that are missing, were dated anew, or come from an older vault", () => {
    const text = vault.toString("latin1");
    const lines = text.split("\n");
    const at = lines.findIndex((line) => line.startsWith("INSERT INTO `daily_entries`")) + 1;
    const without = lines.toSpliced(at, 1).join("\n");
    const dated = text.replace(/(0x\w+,0x\w+,\d+),NULL,/, "$1,'2026-01-01',");
    for (const [bytes, message] of [
      [without, /^the vault of \w{32}: its rows are not those of revision \d+\n$/],
      [dated, /^the vault of \w{32}: its rows are not those of revision \d+\n$/],
      [
        older.toString("latin1"),
        /^the vault of \w{32}: it is at revision \d+ and should be at \d+\n$/,
      ],
    ] as const) {
      const files = { "vault.sql": Buffer.from(bytes, "latin1"), "platform.sql": platform };
      const { code, rows, stderr } = read(args, files);
      expect(stderr).toMatch(message);
      expect(code).toBe(1);
      expect(rows.every((row) => row.unopened === undefined)).toBe(true);
    }
  });
});
