import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { meter } from "../keys/terminal.ts";
import { ROOT } from "../launcher/paths.ts";
import type { BackupSet } from "../lib/backup-sets.ts";
import { listBackups, pathOf } from "./catalog.ts";
import { digestOf, findBase, writeIndex } from "./chunk-index.ts";
import { removeExpired, type Clearing } from "./clear.ts";
import { newBackupId } from "./ids.ts";
import { BACKUP_IDENTITY_FILE, BACKUP_KEY_FILE, ensureBackupKeys } from "./keys.ts";
import { refuseUselessKit } from "./kit.ts";
import { MANIFEST, sealManifest, type ManifestBody } from "./manifest.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";
import { takeBackup } from "./take.ts";
import { writeTable } from "./write-table.ts";

const DAY_MS = 86_400_000;
const KEY = randomBytes(32);
const INDEX = randomBytes(32);

let dir: string;
let dataFolder: string;
let store: Store;
let notes: string[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "timos-clear-"));
  dataFolder = join(dir, "data");
  store = await openStore(join(dir, "stored"), {});
  notes = [];
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const clearing = (): Clearing => ({
  ...{ dataFolder, store, keys: { key: KEY }, keep: { d: 1, w: 0, m: 0, y: 0 }, keysDays: 7 },
  ...{ note: (line) => notes.push(line), clock: () => new Date() },
});

/** A backup of one table, begun so many days ago. @returns its id. */
async function stored(set: BackupSet, daysAgo: number): Promise<string> {
  const at = new Date(Date.now() - daysAgo * DAY_MS);
  const id = newBackupId(at);
  const file = { backup: id, name: "vault.moods.age" };
  const written = await store.put(pathOf(set, file), Readable.from([randomBytes(10)]));
  const [startedAt, takenAt, finishedAt] = [at, at, at].map((each) => each.toISOString());
  const body = {
    ...{ format: "timos-backup/1", id, set, startedAt, takenAt, finishedAt, timos: "0.0.0-test" },
    ...{ engine: "physical", serverVersion: "", migrations: {}, keyReferences: [] },
    position: { lsn: null, binlogFile: null, binlogPosition: null, gtid: null },
    ...{ revisions: null, base: null, recipients: ["age1"], attachments: null },
    tables: [
      {
        ...{ database: "vault", table: "moods", format: "tablespace", rows: 1, create: "" },
        ...{ streamBytes: 1, chunks: digestOf(INDEX) },
        files: [{ ...file, ...written, compression: "gzip" }],
      },
    ],
  } as ManifestBody;
  const manifest = Readable.from([Buffer.from(sealManifest(body, KEY))]);
  await store.put(pathOf(set, { backup: id, name: MANIFEST }), manifest);
  return id;
}

describe("clearing", () => {
  it("ends keys in a run that fails, and of another set, too", async () => {
    const [today, old] = [await stored("keys", 0), await stored("keys", 8)];
    const recipients = [await identityToRecipient(await generateX25519Identity())];
    const nowhere = "mysql://nobody:nothing@127.0.0.1:9/timos_vault";
    const taken = takeBackup({
      ...{ ...clearing(), keys: { key: KEY, recipients }, sets: ["vault"], isIncremental: false },
      ...{ version: "0.0.0-test", signal: new AbortController().signal },
      meter: meter({ isTTY: false, write: () => true }),
      place: { kind: "servers", dataFolder, urls: { platform: nowhere, vault: nowhere } },
    });
    await expect(taken).rejects.toThrow("databases cannot be read");
    expect(await store.folders("keys")).toEqual([today]);
    expect(old).not.toBe(today);
  });

  it("is done by a command of its own, which the databases need not be there for", async () => {
    const [today] = [await stored("keys", 0), await stored("keys", 8), await stored("vault", 3)];
    mkdirSync(join(dataFolder, "secrets"), { recursive: true });
    const prune = () =>
      promisify(execFile)(
        process.execPath,
        ["--import", "tsx", "scripts/backup.ts", "--prune", "--json", "--to", store.name],
        { cwd: ROOT, env: { PATH: process.env["PATH"], TIMOS_DATA_DIR: dataFolder } },
      );
    await expect(prune()).rejects.toThrow("has no backup_key");
    writeFileSync(join(dataFolder, BACKUP_KEY_FILE), KEY.toString("base64url"));
    const { stdout } = await prune();
    expect(JSON.parse(stdout)).toMatchObject({ removed: [{ set: "keys" }] });
    expect(await store.folders("keys")).toEqual([today]);
    expect(await store.folders("vault")).toHaveLength(1);
  });

  it("removes nothing that a backup may need which cannot be read", async () => {
    const [spoiled, ...older] = [0, 1, 2].map((days) => stored("vault", days));
    const manifest = pathOf("vault", { backup: (await spoiled) ?? "", name: MANIFEST });
    await Promise.all(older);
    await store.put(manifest, Readable.from(["{}"]));
    expect(await removeExpired(clearing(), ["vault"], null)).toEqual([]);
    expect(notes.join()).toMatch(/cannot be used.*which it may need/);
    await store.put(manifest, Readable.from([Buffer.alloc(17 * 1024 * 1024, " ")]));
    const { unusable } = await listBackups(store, "vault", KEY);
    expect(unusable).toMatchObject([{ message: expect.stringContaining("too long") }]);
    await store.remove(manifest);
    expect(await removeExpired(clearing(), ["vault"], null)).toHaveLength(1);
  });

  it("fails, and takes nothing for damaged or missing, when the storage cannot be read", async () => {
    await stored("vault", 0);
    const failing: Store = { ...store, get: () => Promise.reject(new Error("the disk fails")) };
    await expect(listBackups(failing, "vault", KEY)).rejects.toThrow("the disk fails");
    writeFileSync(join(dir, "stored/file"), "");
    await expect(store.size("file/manifest.json")).rejects.toThrow("is a file");
    await expect(store.folders("file")).rejects.toThrow("is a file");
    expect(await store.size("nothing")).toBeNull();
  });
});

describe("what an incremental backup is made on", () => {
  it("has all files of its chain", async () => {
    const id = await stored("vault", 0);
    writeIndex(dataFolder, store, { set: "vault", id }, new Map([["vault.moods", INDEX]]));
    const find = () => findBase(dataFolder, store, "vault", KEY);
    expect(await find()).toMatchObject({ id });
    const path = pathOf("vault", { backup: id, name: "vault.moods.age" });
    await store.put(path, Readable.from(["short"]));
    expect(await find()).toMatch(/is missing or cut off/);
    await store.remove(path);
    expect(await find()).toMatch(/is missing or cut off/);
    const failing: Store = { ...store, size: () => Promise.reject(new Error("the disk fails")) };
    await expect(findBase(dataFolder, failing, "vault", KEY)).rejects.toThrow("the disk fails");
  });

  it("is nothing for statements, whatever the table was before", async () => {
    const source = {
      ...({ set: "vault", database: "vault", table: "moods", rows: null, create: "" } as const),
      ...({ format: "sql", bytes: 3, open: () => Readable.from([Buffer.from("SQL")]) } as const),
      counted: () => 1,
    };
    const recipients = [await identityToRecipient(await generateX25519Identity())];
    const { signal } = new AbortController();
    const destination = { store, id: newBackupId(new Date()), recipients, signal, onRead: () => 0 };
    const before = { backup: "20260101T000000Z-000000", name: "vault.moods.age" };
    const files = [{ ...before, bytes: 1, sha256: "", compression: "gzip" }] as const;
    const { table } = await writeTable(destination, source, { index: INDEX, files });
    expect(table.files).toMatchObject([{ backup: destination.id, name: "vault.moods.age" }]);
  });
});

describe("the recipients", () => {
  it("are those of BACKUP_IDENTITY_FILE where it is set, and the kit opens what is for them", async () => {
    const identity = await generateX25519Identity();
    const file = join(dir, "identity");
    writeFileSync(file, `# mine\n${identity}\n`);
    const { recipients } = await ensureBackupKeys({ BACKUP_IDENTITY_FILE: file }, dataFolder);
    expect(recipients).toEqual([await identityToRecipient(identity)]);
    expect(existsSync(join(dataFolder, BACKUP_IDENTITY_FILE))).toBe(false);
    const kitOf = (text: string) => ({ [BACKUP_IDENTITY_FILE]: text });
    await refuseUselessKit(kitOf(identity), recipients);
    // Whoever keeps the identity elsewhere has a kit without one.
    await refuseUselessKit({}, recipients);
    const useless = refuseUselessKit(kitOf(await generateX25519Identity()), recipients);
    await expect(useless).rejects.toThrow(/BACKUP_IDENTITY_FILE/);
  });
});

describe("a bucket", () => {
  it("lists unfinished uploads beyond the first page", async () => {
    const ids = ["20200101T000000Z-000000", "20200102T000000Z-000000"];
    const server = createServer((request, response) => {
      const { searchParams: query } = new URL(request.url ?? "", "http://s3");
      const n = query.has("key-marker") ? 1 : 0;
      const key = `of/vault/${ids[n] ?? ""}/x.age`;
      const page = `<Upload><Key>${key}</Key><UploadId>${n}</UploadId></Upload><IsTruncated>${n === 0}</IsTruncated>
        <NextKeyMarker>${key}</NextKeyMarker><NextUploadIdMarker>${n}</NextUploadIdMarker>`;
      const name = query.has("uploads") ? "ListMultipartUploadsResult" : "ListBucketResult";
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(`<${name}>${query.has("uploads") ? page : ""}</${name}>`);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
    const before = names.map((name) => process.env[name] ?? "");
    for (const name of names) process.env[name] = "test";
    const { port } = server.address() as AddressInfo;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const bucket = await openStore("s3://backups/of", env);
    try {
      expect(await bucket.folders("vault")).toEqual(ids);
    } finally {
      bucket.close();
      names.forEach((name, n) => (process.env[name] = before[n]));
      server.closeAllConnections();
      server.close();
    }
  });
});
