import { randomBytes, randomUUID } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import mysql, { type Connection } from "mysql2/promise";
import { migrateBoth } from "../launcher/migrations.ts";
import { BACKUP_SETS, type BackupSet } from "../lib/backup-sets.ts";
import { startServices, type Services } from "../lib/services.ts";
import { meter } from "../keys/terminal.ts";
import { startS3, type S3Server } from "../test/s3-server.ts";
import { decrypt, encrypt } from "./age.ts";
import { chainOf, listBackups, openManifest } from "./catalog.ts";
import { DamagedBackup } from "./damaged.ts";
import { newBackupId } from "./ids.ts";
import type { BackupKeys } from "./keys.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { checkFiles, openTable } from "./read-table.ts";
import { expired, parseKeep, type Keep } from "./retention.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";
import { takeBackup, type BackupRequest } from "./take.ts";

jest.setTimeout(120_000);

const SETS = ["platform", "vault", "keys"] as const;
const KEEP: Keep = { d: 7, w: 4, m: 6, y: 0 };

let dir: string;
let services: Services;
let root: Connection;
let keys: BackupKeys;
let identity: string;
const wraps: Buffer[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "timos-backup-"));
  services = await startServices({ dir: join(dir, "data"), ephemeral: true });
  const { urls, socket } = services;
  await migrateBoth(
    {
      platform: urls.PLATFORM_MIGRATE_URL,
      vault: urls.VAULT_MIGRATE_URL,
      platformApp: urls.PLATFORM_DATABASE_URL,
    },
    () => undefined,
  );
  root = await mysql.createConnection({ socketPath: socket, user: "root" });
  await root.query("SET time_zone = '+00:00'");
  for (let owner = 0; owner < 3; owner++) await writeOwner(200);
  identity = await generateX25519Identity();
  keys = { key: randomBytes(32), recipients: [await identityToRecipient(identity)] };
});

afterAll(async () => {
  await root.end();
  await services.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What a box looks like from outside. */
const box = (bytes: number) => Buffer.concat([Buffer.from([0xf9]), randomBytes(bytes - 1)]);

/** An account with a data key, and entries that look as sealed ones do. */
async function writeOwner(entries: number): Promise<void> {
  const [userId, owner, dekId] = [randomUUID(), randomBytes(16), randomBytes(16)];
  const insert = (table: string, rows: readonly unknown[][]) =>
    root.query(`INSERT INTO ${table} VALUES ?`, [rows]);
  await insert("timos_platform.tenants (id, name)", [[userId, "owner"]]);
  await insert("timos_platform.users (id, tenant_id, email, display_name, time_zone, updated_at)", [
    [userId, userId, `${userId}@example.org`, "owner", "UTC", new Date()],
  ]);
  await insert("timos_platform.user_deks (user_id, tenant_id, version, owner_id, dek_id, state)", [
    [userId, userId, 1, owner, dekId, "active"],
  ]);
  const [wrap, mirror] = [randomBytes(60), randomBytes(60)];
  wraps.push(wrap, mirror);
  await insert("timos_platform.dek_wraps (owner_id, version, method, mek_ref, suite, `blob`)", [
    [owner, 1, "mek", "local:0011223344556677", 1, wrap],
  ]);
  await insert(
    "timos_vault.vault_keys (owner_id, version, method, dek_id, mek_ref, suite, `blob`)",
    [[owner, 1, "mek", dekId, "local:0011223344556677", 1, mirror]],
  );
  await insert("timos_vault.vault_heads (owner_id, rev, sealed)", [[owner, entries, box(120)]]);
  await insert(
    "timos_vault.daily_entries (owner_id, id, rev, day_key, sealed, body)",
    Array.from({ length: entries }, (_, rev) => [
      ...[owner, randomBytes(16), rev + 1, randomBytes(16), box(120), box(2000)],
    ]),
  );
}

function request(store: Store, change: Partial<BackupRequest> = {}): BackupRequest {
  const dataFolder = join(dir, "data");
  return {
    ...{ place: { kind: "private", dataFolder, socket: services.socket }, dataFolder, store, keys },
    ...{ sets: SETS, isIncremental: false, keep: KEEP, keysDays: 7, version: "0.0.0-test" },
    ...{ signal: new AbortController().signal, note: () => undefined, clock: () => new Date() },
    meter: meter({ isTTY: false, write: () => true }),
    ...change,
  };
}

/** As of any server whose files are not ours to read: as statements. */
const servers = (): BackupRequest["place"] => ({
  ...{ kind: "servers", dataFolder: join(dir, "data") },
  urls: {
    platform: services.urls.PLATFORM_MIGRATE_URL,
    vault: services.urls.VAULT_MIGRATE_URL,
  },
});

/** Every table of a backup, opened. */
async function openAll(
  store: Store,
  manifest: Manifest,
  identities = [identity],
): Promise<Map<string, Buffer>> {
  const opened = new Map<string, Buffer>();
  for (const table of manifest.tables) {
    const content = await buffer(openTable({ store, manifest, identities }, table));
    opened.set(`${table.database}.${table.table}`, content);
  }
  return opened;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const flip = (file: string, at: (length: number) => number) => {
  const bytes = readFileSync(file);
  const place = at(bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};

describe("a backup in a folder", () => {
  let folder: string;
  let store: Store;
  let id: string;
  const manifestOf = (set: BackupSet, of = id) => openManifest(store, set, of, keys.key);

  beforeAll(async () => {
    folder = join(dir, "stored");
    store = await openStore(folder, {});
    ({ id } = await takeBackup(request(store)));
  });

  it("has every table of its sets, and says how many rows each has", async () => {
    for (const set of SETS) {
      const manifest = await manifestOf(set);
      const named = manifest.tables.map(({ database, table }) => `${database}.${table}`).sort();
      const wanted = (["platform", "vault"] as const).flatMap((role) =>
        BACKUP_SETS[set][role].map((table) => `${role}.${table}`),
      );
      expect(named).toEqual(wanted.sort());
      const opened = await openAll(store, manifest);
      for (const { database, table, streamBytes } of manifest.tables) {
        expect(opened.get(`${database}.${table}`)).toHaveLength(streamBytes);
      }
    }
    const vault = await manifestOf("vault");
    expect(vault).toMatchObject({
      ...{ engine: "physical", base: null, attachments: null },
      revisions: { owners: 3, highest: "200", total: "600" },
    });
    expect(vault.tables.find(({ table }) => table === "daily_entries")?.rows).toBe(600);
    expect((await manifestOf("keys")).keyReferences).toEqual(
      ["platform", "vault"].map((database) => ({
        ...{ database, mekRef: "local:0011223344556677", wraps: 3 },
      })),
    );
  });

  it("has wraps of data keys in the keys only, and nothing in the clear", async () => {
    for (const set of SETS) {
      const opened = [...(await openAll(store, await manifestOf(set))).values()];
      const holds = (wrap: Buffer) => {
        const hex = Buffer.from(wrap.toString("hex"));
        return opened.some(
          (content) =>
            content.includes(wrap) ||
            content.includes(hex) ||
            content.includes(hex.toString().toUpperCase()),
        );
      };
      expect(wraps.map(holds)).toEqual(wraps.map(() => set === "keys"));
    }
    for (const file of filesIn(folder).filter((each) => each.endsWith(".age"))) {
      const stored = readFileSync(file);
      expect(stored.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
      expect(stored.includes("example.org")).toBe(false);
    }
  });

  it("is not there while its manifest is not, and is removed then by the next one", async () => {
    const killed = newBackupId(new Date());
    const [old, dead] = ["20200101T000000Z-abcdef", killed].map((each) =>
      join(folder, "vault", each),
    ) as [string, string];
    for (const each of [old, dead]) {
      mkdirSync(each);
      writeFileSync(join(each, "vault.moods.age"), "half of it");
    }
    // What is young may be of somebody who is at work, unless it was begun here.
    const other = join(folder, "vault", newBackupId(new Date()));
    mkdirSync(other);
    const unfinished = join(dir, "data/backup", `unfinished-${killed}.json`);
    writeFileSync(unfinished, JSON.stringify({ id: killed, store: store.name }));
    const { backups } = await listBackups(store, "vault", keys.key);
    expect(backups.map((each) => each.id)).toEqual([id]);
    await takeBackup(request(store, { sets: ["keys"], place: servers() }));
    expect([old, dead, unfinished, other].map((path) => existsSync(path))).toEqual([
      ...[false, false, false, true],
    ]);
    rmSync(other, { recursive: true });
  });

  it("is refused, by the name of the file, when a byte of any file is another", async () => {
    for (const set of SETS) {
      const manifest = await manifestOf(set);
      const { files } = manifest.tables[0] ?? { files: [] };
      const file = join(folder, set, id, files[0]?.name ?? "");
      const places = [() => 30, (n: number) => n - 1, (n: number) => Math.floor(n / 2)];
      for (const place of places) {
        const whole = readFileSync(file);
        flip(file, place);
        await expect(openAll(store, manifest)).rejects.toThrow(file);
        await expect(openAll(store, manifest)).rejects.toThrow(DamagedBackup);
        await expect(checkFiles({ store, manifest })).rejects.toThrow(file);
        writeFileSync(file, whole);
      }
      const whole = readFileSync(file);
      truncateSync(file, whole.length - 20);
      await expect(openAll(store, manifest)).rejects.toThrow(/cut off/);
      rmSync(file);
      await expect(openAll(store, manifest)).rejects.toThrow(`${file} is missing`);
      writeFileSync(file, whole);
      await openAll(store, manifest);
    }
  });

  it("is refused when a file is another's, though this installation wrote both", async () => {
    const manifest = await manifestOf("vault");
    const [moods, pillars] = ["moods", "pillars"].map((table) =>
      join(folder, "vault", id, `vault.${table}.age`),
    ) as [string, string];
    const whole = readFileSync(moods);
    copyFileSync(pillars, moods);
    await expect(openAll(store, manifest)).rejects.toThrow(moods);
    await expect(openAll(store, manifest)).rejects.toThrow(DamagedBackup);
    writeFileSync(moods, whole);
  });

  it("is refused when its manifest was changed, is another's, or is newer than this TimOS", async () => {
    const path = join(folder, "vault", id, "manifest.json");
    const whole = readFileSync(path, "utf8");
    const read =
      (text: string, key: Buffer | null = keys.key) =>
      () =>
        readManifest(text, key, path);
    expect(read(whole)()).toMatchObject({ id });
    expect(read(whole.replace('"rows": 600', '"rows": 599'))).toThrow(/was changed after/);
    expect(read(whole.slice(0, -100))).toThrow(/is damaged/);
    expect(read(whole, randomBytes(32))).toThrow(/another backup_key/);
    expect(read(whole, null)()).toMatchObject({ id });
    expect(read(whole.replace("timos-backup/1", "timos-backup/2"))).toThrow(/by a newer TimOS/);
    expect(read('{"format":"other"}')).toThrow(/is not the manifest/);
    const other = join(folder, "vault", "20200101T000000Z-abcdef");
    mkdirSync(other);
    copyFileSync(path, join(other, "manifest.json"));
    const { unusable } = await listBackups(store, "vault", keys.key);
    expect(unusable).toMatchObject([{ message: expect.stringContaining("of another backup") }]);
    rmSync(other, { recursive: true });
  });

  it("opens with an identity it was made for, and no other", async () => {
    const manifest = await manifestOf("keys");
    const stranger = await generateX25519Identity();
    const opened = openAll(store, manifest, [stranger]);
    await expect(opened).rejects.toThrow("None of the identities at hand opens");
  });

  it("grows by what has changed, and gives the same when that is laid over what was", async () => {
    await root.query("UPDATE timos_vault.daily_entries SET body = ? WHERE rev = 7", [box(2000)]);
    const { sets, id: later } = await takeBackup(
      request(store, { sets: ["vault"], isIncremental: true }),
    );
    expect(sets).toMatchObject([{ base: id }]);
    const manifest = await manifestOf("vault", later);
    const files = manifest.tables.find(({ table }) => table === "daily_entries")?.files ?? [];
    expect(files).toMatchObject([{ backup: id }, { backup: later }]);
    expect(files[1]?.bytes).toBeLessThan((files[0]?.bytes ?? 0) / 2);
    await root.query("DELETE FROM timos_vault.daily_entries WHERE rev = 8");
    const third = await takeBackup(request(store, { sets: ["vault"], isIncremental: true }));
    // Opening it compares it with the hash of what was there.
    const grown = await manifestOf("vault", third.id);
    expect(grown.tables.find(({ table }) => table === "daily_entries")).toMatchObject({
      ...{ rows: 597, files: [{}, {}, {}], chunks: expect.any(String) },
    });
    await openAll(store, grown);
    const base = join(folder, "vault", id, "vault.daily_entries.age");
    flip(base, (length) => Math.floor(length / 2));
    await expect(openAll(store, await manifestOf("vault", third.id))).rejects.toThrow(base);
    flip(base, (length) => Math.floor(length / 2));
    // On the same day as the others, which are kept no longer then.
    const whole = await takeBackup(
      request(store, { sets: ["vault"], isIncremental: true, place: servers() }),
    );
    const statements = await manifestOf("vault", whole.id);
    expect(statements).toMatchObject({ engine: "logical", base: null });
    expect([...chainOf(statements)]).toEqual([whole.id]);
    await openAll(store, statements);
  });
});

describe("a backup that does not come to its end", () => {
  const ends = { "its signal": /abort/, "the storage": /disk is full/, another: /was removed/ };
  it.each(["its signal", "the storage", "another"] as const)(
    "leaves nothing behind, ended by %s",
    async (what) => {
      const folder = join(dir, `ended-${randomUUID()}`);
      const store = await openStore(folder, {});
      const stop = new AbortController();
      let [stored, first] = [0, ""];
      const failing: Store = {
        ...store,
        put: (path, content, options) => {
          if (++stored === 5 && what === "its signal") stop.abort();
          if (stored === 5 && what === "the storage")
            return Promise.reject(new Error("The disk is full."));
          // Another container, which takes what is here for what a killed run left.
          if (stored === 5 && what === "another") rmSync(join(folder, first), { force: true });
          first ||= path;
          return store.put(path, content, options);
        },
      };
      const place = what === "its signal" ? {} : { place: servers() };
      const taken = takeBackup(request(failing, { signal: stop.signal, ...place }));
      await expect(taken).rejects.toThrow(ends[what]);
      expect(filesIn(folder)).toEqual([]);
      const left = readdirSync(join(dir, "data/backup")).filter((name) => name !== "index");
      expect(left).toEqual([]);
    },
  );
});

describe("a backup by an account that sees only some of the tables", () => {
  it("is refused, since it would not be whole", async () => {
    const store = await openStore(join(dir, "part"), {});
    const { PLATFORM_DATABASE_URL: platform, VAULT_MIGRATE_URL: vault } = services.urls;
    const place: BackupRequest["place"] = {
      ...{ kind: "servers", dataFolder: join(dir, "data") },
      urls: { platform, vault },
    };
    const taken = takeBackup(request(store, { place, sets: ["platform"] }));
    await expect(taken).rejects.toThrow(
      /platform does not see .*_prisma_migrations.*PLATFORM_BACKUP_URL/,
    );
    expect(filesIn(join(dir, "part"))).toEqual([]);
  });
});

describe("a backup in a bucket", () => {
  let s3: S3Server;
  const opened = () => openStore("s3://backups/of/timos", { AWS_ENDPOINT_URL: s3.url });
  const unpacked = new Map<string, string>();

  beforeAll(async () => {
    s3 = await startS3("backups");
    // As the SDK reads them of the environment that the command is given.
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
      unpacked.set(name, process.env[name] ?? "");
      process.env[name] = "test";
    }
  });
  afterAll(async () => {
    for (const [name, value] of unpacked) process.env[name] = value;
    await s3.close();
  });

  it("is the same as elsewhere, and is read on where the connection broke", async () => {
    const store = await opened();
    let keysFrom = Infinity;
    const watched: Store = {
      ...store,
      put: (path, ...rest) => {
        if (path.startsWith("keys/")) keysFrom = Math.min(keysFrom, Date.now());
        return store.put(path, ...rest);
      },
    };
    const { id, takenAt } = await takeBackup(request(watched, { place: servers() }));
    // Two accounts' dumps are of one moment after the other, the keys' the last.
    expect(takenAt.getTime()).toBeGreaterThanOrEqual(keysFrom);
    for (const set of SETS) {
      const manifest = await openManifest(store, set, id, keys.key);
      s3.cut = { times: set === "vault" ? 1 : 0, after: 100 };
      const tables = await openAll(store, manifest);
      expect(s3.cut.times).toBeLessThan(1);
      expect(tables.size).toBe(manifest.tables.length);
      if (set !== "vault") continue;
      const entries = tables.get("vault.daily_entries")?.toString() ?? "";
      const rows = manifest.tables.find(({ table }) => table === "daily_entries")?.rows;
      expect(entries.match(/0x[0-9A-Fa-f]{4000}/g)?.length).toBe(rows);
    }
    expect([...s3.objects.keys()].every((key) => key.startsWith("of/timos/"))).toBe(true);
    expect(s3.uploads.size).toBe(0);
    store.close();
  });

  it("leaves nothing behind when the server goes away in the middle of a large file", async () => {
    const store = await opened();
    let parts = 0;
    s3.fail = ({ query }) => {
      if (query.has("partNumber") && ++parts > 1) throw new Error("gone");
    };
    const large = Readable.from(Array.from({ length: 40 }, () => randomBytes(1024 * 1024)));
    const put = store.put("vault/20261122T000000Z-000000/vault.large.age", large);
    await expect(put).rejects.toThrow("of/timos/vault/20261122T000000Z-000000/vault.large.age");
    s3.fail = null;
    expect(s3.uploads.size).toBe(0);
    const known = { key: "of/timos/vault/20200101T000000Z-000000/x.age", parts: new Map() };
    s3.uploads.set("killed", known);
    expect(await store.folders("vault")).toContain("20200101T000000Z-000000");
    await store.removeFolder("vault/20200101T000000Z-000000");
    expect(s3.uploads.size).toBe(0);
    store.close();
  });

  it("says what is wrong with the server, the bucket or the address", async () => {
    const nobody = await openStore("s3://backups/x", { AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
    await expect(nobody.folders("vault")).rejects.toThrow("connection refused");
    nobody.close();
    const other = await openStore("s3://others/x", { AWS_ENDPOINT_URL: s3.url });
    await expect(other.folders("vault")).rejects.toThrow("there is no bucket others");
    other.close();
    await expect(openStore("gs://backups", {})).rejects.toThrow("not in gs://");
  });
});

describe("what is kept", () => {
  const at = (day: string, base: string | null = null): Manifest => {
    const id = `${day.replaceAll("-", "")}T010000Z-000000`;
    const instant = `${day}T01:00:00.000Z`;
    const files = [id, ...(base === null ? [] : [base])].map((backup) => ({ backup }));
    return { id, takenAt: instant, startedAt: instant, tables: [{ files }] } as unknown as Manifest;
  };
  const daily = Array.from({ length: 60 }, (_, n) =>
    at(new Date(Date.UTC(2026, 10, 22) - n * 86_400_000).toISOString().slice(0, 10)),
  );
  const now = new Date("2026-11-22T02:00:00Z");
  const kept = (
    set: BackupSet,
    backups: readonly Manifest[],
    keep: string,
    { made = null, unknown = [] }: { made?: string | null; unknown?: readonly string[] } = {},
  ) => {
    const of = { keep: parseKeep(keep) ?? KEEP, keysDays: 7, now, made, unknown };
    const gone = expired(set, backups, of);
    return backups.filter((each) => !gone.includes(each)).map(({ id }) => id.slice(4, 8));
  };

  it.each([
    ["3d", "1122 1121 1120"],
    ["2d3w", "1122 1121 1115 1108"],
    ["1d2m", "1122 1031"],
    ["1w", "1122"],
  ])("of a backup a day, %s, is %s", (keep, days) => {
    expect(kept("vault", daily, keep).join(" ")).toBe(days);
  });

  it("is, of the keys, what is younger than receipts say, and never nothing", () => {
    expect(kept("keys", daily, "365d")).toEqual(daily.slice(0, 7).map(({ id }) => id.slice(4, 8)));
    expect(kept("keys", [at("2026-01-01")], "1d")).toEqual(["0101"]);
  });

  it("is, of the keys, not what was made while the clock was wrong", () => {
    const [future, today, old] = [at("2027-06-01"), at("2026-11-22"), at("2026-11-01")];
    expect(kept("keys", [future, today, old], "1d")).toEqual(["1122"]);
    expect(kept("keys", [future, old], "1d", { made: old.id })).toEqual(["1101"]);
    expect(kept("keys", [future], "1d")).toEqual(["0601"]);
    expect(kept("keys", [at("2026-11-23"), today], "1d")).toEqual(["1123", "1122"]);
  });

  it("is what the run itself has made, though others seem newer", () => {
    const backups = [at("2027-06-01"), at("2026-11-22")];
    expect(kept("vault", backups, "1d")).toEqual(["0601"]);
    expect(kept("vault", backups, "1d", { made: backups[1]?.id ?? "" })).toEqual(["0601", "1122"]);
  });

  it("is also all that one which cannot be read may lie on", () => {
    const unknown = ["20261120T010000Z-ffffff"];
    const backups = ["2026-11-22", "2026-11-21", "2026-11-19", "2026-11-18"].map((day) => at(day));
    expect(kept("vault", backups, "1d", { unknown })).toEqual(["1122", "1119", "1118"]);
  });

  it("is also what an incremental backup that is kept lies on", () => {
    const base = at("2026-11-01");
    const backups = [at("2026-11-22", base.id), at("2026-11-10"), base];
    expect(kept("vault", backups, "1d")).toEqual(["1122", "1101"]);
  });

  it.each(["", "7", "d7", "0d", "7d4x"])("cannot be said by %j", (text) => {
    expect(parseKeep(text)).toBeUndefined();
  });
});

describe("age", () => {
  const sizes = [0, 1, 65_536, 65_537, 131_072];
  it("reads what the library writes, and writes what it reads", async () => {
    const encrypter = new Encrypter();
    for (const recipient of keys.recipients) encrypter.addRecipient(recipient);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    for (const size of sizes) {
      const text = randomBytes(size);
      const theirs = Buffer.from(await encrypter.encrypt(text));
      const parts = Readable.from(
        theirs.length > 1000 ? [theirs.subarray(0, 333), theirs.subarray(333)] : [theirs],
      );
      expect(await buffer(parts.pipe(decrypt([identity], "it")))).toEqual(text);
      const ours = await buffer(Readable.from([text]).pipe(encrypt(keys.recipients)));
      expect(ours).toHaveLength(theirs.length);
      expect(Buffer.from(await decrypter.decrypt(ours))).toEqual(text);
    }
  });

  it("does not take a file for whole that ends between two chunks, or goes on after the last", async () => {
    const sealed = await buffer(
      Readable.from([randomBytes(200_000)]).pipe(encrypt(keys.recipients)),
    );
    const payload = sealed.length - (200_000 + 4 * 16);
    const open = (bytes: Buffer) => buffer(Readable.from([bytes]).pipe(decrypt([identity], "it")));
    await expect(open(sealed.subarray(0, payload + 2 * 65_552))).rejects.toThrow(DamagedBackup);
    await expect(open(Buffer.concat([sealed, sealed.subarray(-100)]))).rejects.toThrow(
      DamagedBackup,
    );
    await expect(open(sealed.subarray(0, 20))).rejects.toThrow(DamagedBackup);
  });
});
