import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { TestApp } from "../../api/test/app.ts";
import { workerServices } from "../../api/test/databases.ts";
import { program } from "../../api/test/program.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { keyService } from "../../api/src/vault/key-service.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";

const ROOT = resolve(import.meta.dirname, "../..");

export interface KeysRun {
  readonly code: number | null;
  readonly output: string;
}

export interface RunningKeys {
  /** Resolves at the first thing it says, or at its end. */
  readonly speaks: Promise<void>;
  readonly ends: Promise<KeysRun>;
  readonly output: () => string;
  kill(signal: "SIGKILL" | "SIGINT"): void;
}

/** Starts a command on keys, on the databases and the keyring of `app`. */
export function startKeys(
  app: TestApp,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningKeys {
  const { platformUrl, vaultUrl } = workerServices();
  const child = spawn(process.execPath, [program("scripts/keys.ts"), ...args], {
    cwd: ROOT,
    env: {
      ...cleanEnvironment(),
      PLATFORM_DATABASE_URL: platformUrl,
      VAULT_DATABASE_URL: vaultUrl,
      KEYRING_FILE: app.keyringFile,
      KEY_CACHE_SECONDS: "1",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ends = new Promise<KeysRun>((done) => {
    child.once("close", (code) => done({ code, output }));
  });
  const speaks = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        done();
      });
    }
    void ends.then(() => done());
  });
  return { speaks, ends, output: () => output, kill: (signal) => void child.kill(signal) };
}

export const runKeys = (
  app: TestApp,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) => startKeys(app, args, environment).ends;

/** Stores `count` users with a data key each, mirrored in the vault, as signing up and writing would. */
export async function makeOwners(app: TestApp, count: number): Promise<void> {
  const keys = keyService(app.deps.platform, localKeyring(app.keyringFile), {
    cacheSeconds: 60,
    clock: () => new Date(),
  });
  const made = await Promise.all(Array.from({ length: count }, () => keys.createDek()));
  const ids = made.map(() => randomUUID());
  const insert = (database: "platform" | "vault", table: string, rows: unknown[][]) =>
    app.sql(database, `INSERT INTO ${table} VALUES ?`, [rows]);
  await insert(
    "platform",
    "tenants (id, name)",
    ids.map((id) => [id, "owner"]),
  );
  await insert(
    "platform",
    "users (id, tenant_id, email, display_name, time_zone, updated_at)",
    ids.map((id) => [id, id, `${id}@example.org`, "owner", "UTC", new Date()]),
  );
  await insert(
    "platform",
    "user_deks (user_id, tenant_id, version, owner_id, dek_id, state)",
    made.map(({ ownerId, dek }, i) => [
      ids[i],
      ids[i],
      1,
      Buffer.from(ownerId),
      Buffer.from(dek.dekId),
      "active",
    ]),
  );
  await insert(
    "platform",
    "dek_wraps (owner_id, version, method, mek_ref, suite, `blob`)",
    made.map(({ ownerId, dek }) => [
      Buffer.from(ownerId),
      1,
      "mek",
      dek.mekRef,
      dek.suite,
      Buffer.from(dek.blob),
    ]),
  );
  await insert(
    "vault",
    "vault_keys (owner_id, version, method, dek_id, mek_ref, suite, `blob`)",
    made.map(({ ownerId, dek }) => [
      Buffer.from(ownerId),
      1,
      "mek",
      Buffer.from(dek.dekId),
      dek.mekRef,
      dek.suite,
      Buffer.from(dek.blob),
    ]),
  );
}

/** The hash of each data key as both databases hold it, unwrapped; throws when one does not open. */
export async function openAll(app: TestApp): Promise<Map<string, string>> {
  const keyring = localKeyring(app.keyringFile);
  const found = new Map<string, string>();
  const wraps = {
    dek_wraps: await app.sql("platform", "SELECT * FROM dek_wraps"),
    vault_keys: await app.sql("vault", "SELECT * FROM vault_keys"),
  };
  // Read last: somebody may sign up meanwhile.
  const deks = await app.sql("platform", "SELECT owner_id, version, dek_id FROM user_deks");
  const idOf = new Map(deks.map((row) => [nameOf(row), row["dek_id"] as Uint8Array]));
  for (const [table, rows] of Object.entries(wraps)) {
    for (const row of rows) {
      const wrap = {
        mekRef: String(row["mek_ref"]),
        suite: Number(row["suite"]),
        blob: new Uint8Array(row["blob"] as Uint8Array),
      };
      const dekId = idOf.get(nameOf(row));
      if (dekId === undefined) throw new Error(`${table} has a key that user_deks does not have`);
      const context = {
        ...wrap,
        ownerId: row["owner_id"] as Uint8Array,
        version: Number(row["version"]),
        dekId,
      };
      const dek = await keyring.unwrap(wrap, context);
      found.set(`${table} ${nameOf(row)}`, createHash("sha256").update(dek).digest("hex"));
    }
  }
  return found;
}

const nameOf = (row: Record<string, unknown>) =>
  `${Buffer.from(row["owner_id"] as Uint8Array).toString("hex")}/${String(row["version"])}`;
