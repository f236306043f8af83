import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { createKeyring } from "../src/crypto/keyring.ts";
import { openDatabase } from "../src/lib/database.ts";
import { entryTable } from "../src/features/entries/table.ts";
import { insertDek } from "../src/platform/deks.ts";
import { inTransaction, openPlatform } from "../src/platform/client.ts";
import { asSystem } from "../src/platform/tenancy.ts";
import { keyService, type KeyUse } from "../src/vault/key-service.ts";
import { localKeyring } from "../src/vault/mek/local.ts";
import type { ResealDeps } from "../src/vault/rotation/reseal.ts";
import type { RewrapDeps } from "../src/vault/rotation/rewrap.ts";
import { openVault, type UserVault } from "../src/vault/user-vault.ts";
import { versionTable } from "../src/vault/versions.ts";
import { workerServices } from "./databases.ts";

type Role = "platform" | "vault";

/** The vault on this worker's databases, emptied, without the API before it: people are made without passwords. */
export interface TestVault {
  readonly deps: RewrapDeps & ResealDeps;
  readonly keyringFile: string;
  readonly clock: { now: Date };
  /** Makes somebody who has a data key and has written nothing; `id` is what the vault knows them by. */
  newOwner(id?: Uint8Array<ArrayBuffer>): Promise<Owner>;
  /** Gives somebody a second data key, which is active from now on, and opens their vault with both. */
  renewKey(owner: Owner): Promise<UserVault>;
  /** Opens the vault of somebody as it is now, from no cache. */
  open(userId: string): Promise<UserVault>;
  /** Runs SQL as the administrator of the server. */
  sql(database: Role, sql: string, ...values: unknown[]): Promise<RowDataPacket[]>;
  /** Deletes everything from both databases. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export interface Owner {
  readonly userId: string;
  readonly ownerId: Buffer;
  readonly vault: UserVault;
}

const USE: KeyUse = { actor: "user", purpose: "test", requestId: null };

export async function openTestVault(): Promise<TestVault> {
  const services = workerServices();
  const folder = mkdtempSync(join(tmpdir(), "timos-vault-"));
  const keyringFile = join(folder, "keyring");
  writeFileSync(keyringFile, createKeyring(new Date()), { mode: 0o600 });
  const connect = (role: Role) =>
    mysql.createConnection({
      socketPath: services.adminSocket,
      user: userInfo().username,
      database: services[`${role}Database`],
      timezone: "Z",
      dateStrings: ["DATE"],
      multipleStatements: true,
    });
  const admins = { platform: await connect("platform"), vault: await connect("vault") };
  const sql: TestVault["sql"] = async (role, statement, ...values) =>
    (await admins[role].query<RowDataPacket[]>(statement, values))[0];
  const empty = async () => {
    for (const role of ["platform", "vault"] as const) {
      const tables = await sql(
        role,
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '\\_%'",
      );
      const deletions = tables.map((table) => `DELETE FROM \`${String(table["name"])}\`;`);
      await sql(role, `SET foreign_key_checks = 0; ${deletions.join(" ")}`);
    }
  };
  await empty();
  const platform = openPlatform(addressOf(services.platformUrl));
  const platformDatabase = openDatabase(addressOf(services.platformUrl), "platform_unavailable");
  const vaultDatabase = openDatabase(addressOf(services.vaultUrl), "vault_unavailable");
  const clock = { now: new Date("2026-11-21T20:00:00.000Z") };
  const meks = localKeyring(keyringFile);
  const keys = keyService(platform, meks, { cacheSeconds: 60, clock: () => clock.now });
  const deps = {
    platform,
    platformDatabase,
    vaultDatabase,
    meks,
    keys,
    clock: () => clock.now,
    tables: [entryTable, versionTable],
  };
  const open = (userId: string): Promise<UserVault> => {
    keys.forget(userId);
    return openVault(deps, userId, USE);
  };
  return {
    deps,
    keyringFile,
    clock,
    open,
    sql,
    empty,
    newOwner: async (id) => {
      const user = { id: randomUUID(), tenantId: randomUUID() };
      const { ownerId, dek } =
        id === undefined
          ? await keys.createDek()
          : { ownerId: id, dek: await keys.createVersion(id, 1) };
      await asSystem(() =>
        inTransaction(platform, async (tx) => {
          await tx.tenant.create({ data: { id: user.tenantId, name: "test" } });
          const email = `${user.id}@example.org`;
          await tx.user.create({ data: { ...user, email, displayName: "test", timeZone: "UTC" } });
          await insertDek(tx, user, ownerId, dek);
        }),
      );
      const vault = await open(user.id);
      return { userId: user.id, ownerId: Buffer.from(ownerId), vault };
    },
    renewKey: async ({ userId, ownerId }) => {
      const dek = await keys.createVersion(new Uint8Array(ownerId), 2);
      await sql(
        "platform",
        "UPDATE user_deks SET state = 'decrypt_only', swept_at = NULL WHERE user_id = ?",
        userId,
      );
      await sql(
        "platform",
        "INSERT INTO user_deks (user_id, tenant_id, owner_id, version, dek_id, state) SELECT id, tenant_id, ?, 2, ?, 'active' FROM users WHERE id = ?",
        ownerId,
        Buffer.from(dek.dekId),
        userId,
      );
      await sql(
        "platform",
        "INSERT INTO dek_wraps (owner_id, version, method, mek_ref, suite, `blob`) VALUES (?, 2, ?, ?, ?, ?)",
        ...[ownerId, dek.method, dek.mekRef, dek.suite, Buffer.from(dek.blob)],
      );
      return open(userId);
    },
    close: async () => {
      await Promise.all([
        platform.$disconnect(),
        platformDatabase.close(),
        vaultDatabase.close(),
        admins.platform.end(),
        admins.vault.end(),
      ]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(text: string) {
  const { hostname, port, username, password, pathname } = new URL(text);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}
