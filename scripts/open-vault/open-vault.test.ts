import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { sealStream } from "../../api/src/crypto/stream.ts";
import { program } from "../../api/test/program.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { adminUrl } from "../test/scratch.ts";
import {
  makeKeyring,
  mariadbDump,
  type SealedVault,
  sealedVault,
  type WrittenRow,
} from "../test/sealed-vault.ts";
import { readArguments } from "./arguments.ts";

const PROGRAM = program("scripts/open-vault.ts");
const HARD = "it's \"quoted\" `so` \\ \\' \r\n\t\0\x1a; ),( NULL -- /* */ 👩‍👩‍👧‍👦 ﷽ \u2028 \ud83d\ude00";
const TIMES = { createdAt: "2026-11-20T07:00:00.000Z", updatedAt: "2026-11-21T07:00:00.000Z" };

const Shown = z.looseObject({ table: z.string(), id: z.string(), rev: z.number() });
type Shown = z.infer<typeof Shown>;

interface Outcome {
  readonly code: number;
  readonly rows: Shown[];
  readonly stdout: string;
  readonly stderr: string;
}

const parent = mkdtempSync(join(tmpdir(), "open-vault-"));
const keyringFile = join(parent, "keyring");
const mek = makeKeyring(keyringFile);
const [ada, ben] = [randomBytes(16), randomBytes(16)];
let vault: SealedVault;
let dump: Buffer;
let folder: string;

/** Runs the program, by way of `before` if given, on dumps, each a file of its own. */
function open(
  args: string[],
  files: Readonly<Record<string, Buffer | string>> = {},
  before: readonly string[] = [],
): Promise<Outcome> {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const [command = "", ...words] = [...before, process.execPath, PROGRAM, ...args];
  const options = { cwd: folder, env: { ...cleanEnvironment() }, maxBuffer: 1 << 28 };
  return new Promise((done) => {
    const child = execFile(command, words, options, (_error, stdout, stderr) => {
      const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
      const rows = lines.map((line) => Shown.parse(JSON.parse(line)));
      done({ code: child.exitCode ?? -1, rows, stdout, stderr });
    });
  });
}

const inOrder = (rows: readonly (Shown | WrittenRow)[]) =>
  [...rows].sort((a, b) => (a.table + a.id < b.table + b.id ? -1 : 1));

function entry(fields: { day: string; time?: string | null; title?: string; body: string }) {
  const { body, ...others } = fields;
  const sealed = {
    time: null,
    title: "",
    pillarIds: [],
    tags: [],
    moodId: null,
    starred: false,
    completed: false,
  };
  return { sealed: { ...sealed, ...others, ...TIMES }, body: { body } };
}

beforeAll(async () => {
  vault = await sealedVault();
  await vault.database.query(
    `CREATE TABLE later_records (owner_id BINARY(16) NOT NULL, id BINARY(16) NOT NULL, rev BIGINT UNSIGNED NOT NULL,
       purge_after DATE NULL, sealed MEDIUMBLOB NOT NULL, long_text LONGBLOB NOT NULL, PRIMARY KEY (owner_id, id))`,
  );
  for (const version of [1, 2, 300]) await vault.addKey(ada, version, mek);
  await vault.addKey(ben, 1, mek);
  const texts = [
    "",
    HARD,
    "ä".repeat(600_000).slice(0, 524_288),
    ...Array.from({ length: 30 }, () => HARD),
  ];
  let rev = 1;
  for (const [i, body] of texts.entries()) {
    const version = [1, 2, 300][i % 3] ?? 1;
    const content = entry({
      day: "2026-11-21",
      time: `0${i % 10}:30`,
      title: `${i} ${HARD}`,
      body,
    });
    await vault.addRow("daily_entries", { owner: ada, version, rev: rev++ }, content);
  }
  const inTrash = { owner: ben, version: 1, rev: 2 ** 53 - 1, purgeAfter: "2026-12-21" };
  await vault.addRow("daily_entries", inTrash, entry({ day: "2026-10-01", body: "Ben's" }));
  const fields = { day: "2026-10-01", title: "before" };
  const version = { kind: "entries", recordId: "x", keptAt: TIMES.updatedAt, fields, ...TIMES };
  await vault.addRow("record_versions", { owner: ben, version: 1, rev: 1 }, { sealed: version });
  const months = { months: { daily_entries: ["2026-10"] } };
  await vault.addRow("vault_heads", { owner: ben, version: 1, rev: 3 }, { sealed: months });
  const later = { sealed: { score: 7 }, longText: { essay: HARD } };
  await vault.addRow("later_records", { owner: ben, version: 1, rev: 2 }, later);
  dump = await mariadbDump("--hex-blob", vault.database.name);
});

afterAll(async () => {
  await vault.drop();
  rmSync(parent, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(parent, "run-"));
});

const KEYRING = ["--keyring", keyringFile];
const OPEN_DUMP = ["--vault", "vault.sql", ...KEYRING];

describe("the reader of a vault", () => {
  it.each<[string[]]>([
    [[]],
    [["--hex-blob"]],
    [["--complete-insert"]],
    [["--skip-extended-insert"]],
    [["--skip-opt"]],
    [["--complete-insert", "--no-create-info", "--hex-blob"]],
    [["--replace", "--order-by-primary"]],
    [["--insert-ignore", "--single-transaction", "--skip-dump-date"]],
    [["--compatible=ansi"]],
    [["--databases"]],
  ])("opens every field of a dump made with %j", async (options) => {
    const bytes = await mariadbDump(...options, vault.database.name);
    const { code, rows, stderr } = await open(OPEN_DUMP, { "vault.sql": bytes });
    expect(stderr).toContain(`${vault.rows.length} opened, 0 did not; 2 journals.`);
    expect(inOrder(rows)).toEqual(inOrder(vault.rows));
    expect(code).toBe(0);
  });

  it("knows the tables of the migrations where a dump has neither definitions nor names", async () => {
    const known = ["daily_entries", "record_versions", "vault_heads", "vault_keys"];
    const bytes = await mariadbDump("--no-create-info", vault.database.name, ...known);
    const { code, rows } = await open(OPEN_DUMP, { "vault.sql": bytes });
    const expected = vault.rows.filter(({ table }) => known.includes(table));
    expect({ code, rows: inOrder(rows) }).toEqual({ code: 0, rows: inOrder(expected) });

    const all = await mariadbDump("--no-create-info", vault.database.name);
    const unknown = await open(OPEN_DUMP, { "vault.sql": all });
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/rows of later_records and says nowhere/),
    });
    const definitions = await mariadbDump("--no-data", vault.database.name);
    const both = await open(["--vault", "tables.sql", ...OPEN_DUMP], { "tables.sql": definitions });
    expect({ code: both.code, rows: inOrder(both.rows) }).toEqual({
      code: 0,
      rows: inOrder(vault.rows),
    });
  });

  it("opens what is compressed, and one owner's alone", async () => {
    const args = [...OPEN_DUMP, "--owner", ben.toString("hex")];
    const { code, rows } = await open(args, { "vault.sql": gzipSync(dump) });
    const bens = vault.rows.filter(({ owner }) => owner === ben.toString("hex"));
    expect({ code, rows: inOrder(rows) }).toEqual({ code: 0, rows: inOrder(bens) });
    const nobody = await open([...OPEN_DUMP, "--owner", "00".repeat(16)]);
    expect(nobody).toMatchObject({ code: 1, rows: [], stderr: expect.stringMatching(/No rows/) });
  });

  it("opens a database that was restored somewhere", async () => {
    const address = adminUrl(vault.database.name);
    const { code, rows, stderr } = await open(["--vault", address, ...KEYRING]);
    expect({ code, rows: inOrder(rows) }).toEqual({ code: 0, rows: inOrder(vault.rows) });
    expect(stderr).toContain("Whoever has what was written can read it.");
  });

  it("says why it cannot open a database, and not with what password it tried", async () => {
    const right = new URL(adminUrl(vault.database.name));
    const refused = new URL(right);
    refused.username = "nobody";
    refused.password = "not-to-be-shown";
    const away = new URL(refused);
    away.port = "1";
    for (const address of [refused, away]) {
      const { code, stderr } = await open(["--vault", address.href, ...KEYRING]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^The database cannot be opened: .+\n$/),
      });
      expect(stderr).not.toContain("not-to-be-shown");
    }
  });

  it("takes the keys from a set of their own, of the vault or of the platform", async () => {
    const name = vault.database.name;
    const rows = await mariadbDump("--ignore-table", `${name}.vault_keys`, name);
    const keys = await mariadbDump(name, "vault_keys");
    const none = await open(OPEN_DUMP, { "vault.sql": rows, "keys.sql": keys });
    expect(none).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/no wrapped data keys/),
    });
    const args = [...OPEN_DUMP, "--keys", "keys.sql"];
    expect(inOrder((await open(args)).rows)).toEqual(inOrder(vault.rows));

    // The platform's table has no dek_id: the boxes name their key themselves.
    await vault.database.query(
      "CREATE TABLE dek_wraps AS SELECT owner_id, version, method, mek_ref, suite, `blob` FROM vault_keys",
    );
    const platform = await mariadbDump(name, "dek_wraps");
    await vault.database.query("DROP TABLE dek_wraps");
    expect(platform.toString("latin1")).not.toContain("dek_id");
    const { code, rows: opened } = await open(args, { "keys.sql": platform });
    expect({ code, rows: inOrder(opened) }).toEqual({ code: 0, rows: inOrder(vault.rows) });
  });

  it("names each row with a flipped bit, and opens all others", async () => {
    const text = dump.toString("latin1");
    const from = text.indexOf("INSERT INTO `daily_entries`");
    // A box begins so: format, suite, version 1.
    const at = text.indexOf("0xF90100000001", from) + 2 + 2 * 60;
    const flipped = Buffer.from(dump);
    flipped.writeUInt8(flipped.readUInt8(at) === 0x30 ? 0x31 : 0x30, at);
    const { code, rows, stderr } = await open(OPEN_DUMP, { "vault.sql": flipped });
    expect(code).toBe(1);
    expect(stderr).toContain(`${vault.rows.length - 1} opened, 1 did not`);
    const [, id, box] =
      /NOT OPENED: daily_entries owner [0-9a-f]{32} id (\S+) box (\w+): it was altered/.exec(
        stderr,
      ) ?? [];
    const broken = rows.find((row) => row.id === id);
    // What is in its other box is not lost.
    expect(broken).toMatchObject({ unopened: [box] });
    const others = inOrder(vault.rows.filter((row) => row.id !== id));
    expect(inOrder(rows.filter((row) => row.id !== id))).toEqual(others);
  });

  it("refuses rows under another id, owner, revision or table", async () => {
    const text = (
      await mariadbDump(
        "--hex-blob",
        "--complete-insert",
        "--skip-extended-insert",
        vault.database.name,
      )
    ).toString("latin1");
    const row = /^INSERT INTO `record_versions`.*VALUES \(0x(\w+),0x(\w+),(\d+),NULL,.*\);$/m.exec(
      text,
    );
    const [line = "", owner = "", id = "", rev = ""] = row ?? [];
    const moved = [
      line.replace(id, "0".repeat(32)),
      line.replace(owner, ada.toString("hex").toUpperCase()),
      line.replace(`,${rev},`, `,${Number(rev) + 1},`),
      line.replace(",NULL,", ",'2020-01-01',"),
    ];
    const [otherId, otherOwner, otherRev, otherPurge] = await Promise.all(
      moved.map((changed, i) =>
        open(["--vault", `${i}.sql`, ...KEYRING], { [`${i}.sql`]: text.replace(line, changed) }),
      ),
    );
    for (const outcome of [otherId, otherOwner, otherRev]) {
      expect(outcome?.stderr).toMatch(/NOT OPENED: record_versions /);
      expect(outcome).toMatchObject({ code: 1 });
    }
    // Being in the trash is not sealed, and docs/vault-format.md says so.
    expect(otherPurge).toMatchObject({ code: 0 });
    const renamed = text.replaceAll("`record_versions`", "`renamed`");
    const { code, stderr } = await open(OPEN_DUMP, { "vault.sql": renamed });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/NOT OPENED: renamed .*altered, or does not lie/),
    });
  });

  it("says which master key is missing, and which service has it", async () => {
    const other = join(folder, "other-keyring");
    makeKeyring(other);
    chmodSync(other, 0o644);
    const wrong = await open(["--vault", "vault.sql", "--keyring", other], { "vault.sql": dump });
    expect(wrong).toMatchObject({ code: 1, rows: [] });
    expect(wrong.stderr).toContain(`MISSING KEY: 4 data keys, wrapped under local:${mek.id}`);
    expect(wrong.stderr).toContain(`0 opened, ${vault.rows.length} did not`);
    expect(wrong.stderr).toContain("others on this machine may read the keyring");
    // Nothing that opened is no journal: the folder keeps the name of an unfinished one.
    await open(["--vault", "vault.sql", "--keyring", other, "--to", "out"], { "vault.sql": dump });
    expect(existsSync(join(folder, "out"))).toBe(false);
    expect(wrong.stderr).not.toContain("Whoever has what was written");

    const text = dump
      .toString("latin1")
      .replaceAll(`'local:${mek.id}'`, "'awskms:arn:aws:kms:eu:1:key/2\u001b[2J'");
    const { stderr } = await open(OPEN_DUMP, { "vault.sql": Buffer.from(text, "latin1") });
    expect(stderr).toContain(
      "wrapped under awskms:arn:aws:kms:eu:1:key/2?[2J: only that key service can unwrap it",
    );
  });

  it("goes on where the data key of one version is missing or altered", async () => {
    const name = vault.database.name;
    const noSecond = await mariadbDump(name, "vault_keys", "--where", "version <> 2");
    const args = [...OPEN_DUMP, "--keys", "keys.sql"];
    const under2 = vault.rows.filter(
      ({ owner }, i) => owner === ada.toString("hex") && i % 3 === 1,
    ).length;
    const missing = await open(args, { "vault.sql": dump, "keys.sql": noSecond });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(`${vault.rows.length - under2} opened, ${under2} did not`);
    expect(missing.stderr).toContain("there is no data key of version 2");

    const keys = (
      await mariadbDump("--hex-blob", "--skip-extended-insert", name, "vault_keys")
    ).toString("latin1");
    // The last digit of a wrap is one of its tag.
    const altered = keys.replace(
      /(,2,'mek',.*)(\w)\);$/m,
      (_line, start: string, digit: string) => `${start}${digit === "0" ? "1" : "0"});`,
    );
    expect(altered).not.toBe(keys);
    const { stderr } = await open(args, { "keys.sql": altered });
    expect(stderr).toContain(`${vault.rows.length - under2} opened, ${under2} did not`);
    expect(stderr).toContain("the wrap of its data key does not open");
  });

  it("never takes a dump that was cut short for a whole one", async () => {
    const keys = await mariadbDump(vault.database.name, "vault_keys");
    const args = [...OPEN_DUMP, "--keys", "keys.sql", "--to", "out"];
    const cut = dump.subarray(0, dump.indexOf("INSERT INTO `record_versions`") + 200);
    const plain = await open(args, { "vault.sql": cut, "keys.sql": keys });
    expect(plain).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/NOT WHOLE: vault.sql: it is cut short/),
    });
    expect(readdirSync(folder).sort()).toEqual(["keys.sql", "out.part", "vault.sql"]);
    rmSync(join(folder, "out.part"), { recursive: true });

    const compressed = gzipSync(dump);
    const packed = await open(args, { "vault.sql": compressed.subarray(0, compressed.length - 9) });
    expect(packed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the compressed file ends too early/),
    });
    expect(existsSync(join(folder, "out"))).toBe(false);

    const silent = await mariadbDump("--skip-comments", vault.database.name);
    const { code, rows, stderr } = await open(OPEN_DUMP, { "vault.sql": silent });
    expect({ code, rows: rows.length }).toEqual({ code: 1, rows: vault.rows.length });
    expect(stderr).toMatch(/nothing tells whether it is whole/);
  });

  it("writes a folder an owner that only its user can enter, and never over what is there", async () => {
    const args = [...OPEN_DUMP, "--to", "out", "--format", "markdown"];
    const { code, stderr, stdout } = await open(args, { "vault.sql": dump });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain(`in ${join(folder, "out")}.`);
    const [adas, bens] = [ada, ben].map((owner) => join(folder, "out", owner.toString("hex")));
    expect(readdirSync(adas ?? "")).toEqual(["2026-11-21.md"]);
    expect(readdirSync(bens ?? "").sort()).toEqual([
      "2026-10-01.md",
      "later_records.jsonl",
      "record_versions.jsonl",
      "vault_heads.jsonl",
    ]);
    for (const path of ["", ben.toString("hex")]) {
      expect(statSync(join(folder, "out", path)).mode & 0o777).toBe(0o700);
    }
    for (const name of readdirSync(bens ?? "")) {
      expect(statSync(join(bens ?? "", name)).mode & 0o777).toBe(0o600);
    }
    const day = readFileSync(join(bens ?? "", "2026-10-01.md"), "utf8");
    expect(day).toMatch(
      /^# 2026-10-01\n\n## Untitled\n\n- in the trash, to be deleted after 2026-12-21\n/,
    );
    expect(day).toMatch(/\n\nBen's\n$/);
    const long = readFileSync(join(adas ?? "", "2026-11-21.md"), "utf8");
    const times = [...long.matchAll(/^## (\d\d:\d\d) · /gm)].map(([, time]) => time);
    expect(times).toHaveLength(33);
    expect(times).toEqual([...times].sort());
    expect(long).toContain("ä".repeat(524_288));

    const again = await open(args);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/out is there already/) });
  });

  it("writes the same as JSON, one file a table", async () => {
    expect((await open([...OPEN_DUMP, "--to", "a/b"], { "vault.sql": dump })).code).toBe(0);
    const files = [ada, ben].map((owner) => join(folder, "a/b", owner.toString("hex")));
    const lines = files.flatMap((path) =>
      readdirSync(path).flatMap((name) =>
        readFileSync(join(path, name), "utf8").trim().split("\n"),
      ),
    );
    expect(inOrder(lines.map((line) => Shown.parse(JSON.parse(line))))).toEqual(
      inOrder(vault.rows),
    );
  });

  it("says so when there is no room, and leaves nothing that looks whole", async () => {
    const args = [...OPEN_DUMP, "--to", "out"];
    // 512 bytes a file, as a disk that is full.
    const full = await open(args, { "vault.sql": dump }, [
      "sh",
      "-c",
      'ulimit -f 1; exec "$0" "$@"',
    ]);
    expect(full).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/EFBIG.*lies in .*out\.part/),
    });
    expect(readdirSync(folder).sort()).toEqual(["out.part", "vault.sql"]);
    const again = await open(args);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/out\.part is there/) });

    const toDevice = ["sh", "-c", 'exec "$0" "$@" > /dev/full'];
    const device = await open(OPEN_DUMP, {}, toDevice);
    expect(device).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Writing failed: ENOSPC/),
    });
  });

  it("ends when it is told to, and when nobody reads on", async () => {
    writeFileSync(join(folder, "vault.sql"), dump);
    const child = spawn(process.execPath, [PROGRAM, ...OPEN_DUMP], {
      cwd: folder,
      env: cleanEnvironment(),
    });
    // Some is there, and the rest waits for a reader.
    await once(child.stdout, "readable");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);

    const toHead = ["sh", "-c", '"$0" "$@" | head -c 100 > /dev/null'];
    const { stderr } = await open(OPEN_DUMP, {}, toHead);
    expect(stderr).toMatch(/^Nobody reads on\.$/m);
    expect(stderr).not.toContain("opened");
  });

  it("opens a sealed file by its key", async () => {
    const key = randomBytes(32);
    const pieces: Buffer[] = [];
    for await (const piece of sealStream(key, [Buffer.from(HARD)])) pieces.push(piece);
    const files = { sealed: Buffer.concat(pieces), key };
    const args = ["file", "sealed", "--key-file", "key", "--to", "out"];
    expect(await open(args, files)).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(join(folder, "out"), "utf8")).toBe(HARD);
    const again = await open(args);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/never written over/) });
  });

  it("explains itself", async () => {
    for (const args of [["--vault", "x"], ["--nonsense"]]) {
      expect(await open(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(/Usage:/) });
    }
    for (const args of [
      [],
      [...OPEN_DUMP, "--owner", "me"],
      [...OPEN_DUMP, "--format", "markdown"],
      [...OPEN_DUMP, "--to", "out", "--format", "html"],
      ["file", "sealed", "--to", "out"],
      ["file", "sealed", "another", "--key-file", "key", "--to", "out"],
    ]) {
      expect(readArguments(args)).toBeUndefined();
    }
    const absent = await open([...OPEN_DUMP]);
    expect(absent).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/vault.sql cannot be read: ENOENT/),
    });
    const packed = await open(OPEN_DUMP, { "vault.sql": Buffer.from("28b52ffd00", "hex") });
    expect(packed.stderr).toMatch(/compressed with zstd; unpack it first/);
    const noKeyring = await open(["--vault", "vault.sql", "--keyring", "vault.sql"], {
      "vault.sql": dump,
    });
    expect(noKeyring).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/vault.sql cannot be used: it is not a keyring/),
    });
  });
});
