import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { workerServices } from "../../api/test/databases.ts";
import { seal } from "../../api/src/crypto/box.ts";
import { type DataKey, dataKey, dekIdOf } from "../../api/src/crypto/data-key.ts";
import { createKeyring, decodeKeyring } from "../../api/src/crypto/keyring.ts";
import { wrapDek } from "../../api/src/crypto/wrap.ts";
import { bytesToUuid } from "../../api/src/lib/ids.ts";
import { migrate } from "../lib/migrate.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** A keyring as a file, and its one key. */
export function makeKeyring(file: string) {
  const bytes = createKeyring(new Date());
  writeFileSync(file, bytes, { mode: 0o600 });
  const [key] = decodeKeyring(bytes);
  if (key === undefined) throw new Error("a keyring has a key");
  return key;
}

/** A row as the reader should find it. */
export interface WrittenRow {
  readonly table: string;
  readonly owner: string;
  readonly id: string;
  readonly rev: number;
  readonly purgeAfter: string | null;
  readonly fields: object;
}

/** A vault on a database of its own, sealed row by row under keys that the test makes. */
export interface SealedVault {
  readonly database: ScratchDatabase;
  readonly rows: WrittenRow[];
  /** Gives `owner` a data key of `version`, wrapped under a master key. */
  addKey(owner: Buffer, version: number, mek: ReturnType<typeof makeKeyring>): Promise<void>;
  /** Seals and stores a row, each box under a key of `owner`; `boxes` are by their names in the declaration. */
  addRow(
    table: string,
    row: { owner: Buffer; version: number; rev: number; purgeAfter?: string },
    boxes: Readonly<Record<string, object>>,
  ): Promise<WrittenRow>;
  drop(): Promise<void>;
}

export async function sealedVault(): Promise<SealedVault> {
  const database = await scratchDatabase();
  await migrate({ url: database.url, dir: resolve(ROOT, "prisma/vault/migrations") });
  const connection = await createConnection(database.url);
  const keys = new Map<string, DataKey>();
  const rows: WrittenRow[] = [];
  const insert = (table: string, values: Readonly<Record<string, unknown>>) =>
    connection.query(
      `INSERT INTO ${table} (${Object.keys(values)
        .map((name) => `\`${name}\``)
        .join(", ")}) VALUES (?)`,
      [Object.values(values)],
    );
  return {
    database,
    rows,
    addKey: async (owner, version, mek) => {
      const dek = randomBytes(32);
      const mekRef = `local:${mek.id}`;
      const dekId = dekIdOf(dek);
      keys.set(`${owner.toString("hex")}/${version}`, dataKey(version, dek));
      const blob = wrapDek(mek.key, dek, { ownerId: owner, version, dekId, mekRef });
      const wrap = { owner_id: owner, version, method: "mek", dek_id: dekId, mek_ref: mekRef };
      await insert("vault_keys", { ...wrap, suite: 1, blob });
    },
    addRow: async (table, { owner, version, rev, purgeAfter = null }, boxes) => {
      const key = keys.get(`${owner.toString("hex")}/${version}`);
      if (key === undefined) throw new Error("add the key first");
      const isHead = table === "vault_heads";
      const rowId = isHead ? owner : randomBytes(16);
      const sealed = Object.entries(boxes).map(([box, content]): [string, Buffer] => [
        box.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        seal(key, { table, box, ownerId: owner, rowId, rev }, JSON.stringify(content)),
      ]);
      const blind = { daily_entries: "day_key", record_versions: "record_key" }[table];
      await insert(table, {
        owner_id: owner,
        rev,
        ...(isHead ? {} : { id: rowId, purge_after: purgeAfter }),
        ...(blind === undefined ? {} : { [blind]: randomBytes(16) }),
        ...Object.fromEntries(sealed),
      });
      const row = {
        table,
        owner: owner.toString("hex"),
        id: bytesToUuid(rowId),
        rev,
        purgeAfter,
        fields: Object.values(boxes).reduce<object>((all, box) => ({ ...all, ...box }), {}),
      };
      rows.push(row);
      return row;
    },
    drop: async () => {
      await connection.end();
      await database.drop();
    },
  };
}

/** What `mariadb-dump` writes of databases on the server of the tests. */
export async function mariadbDump(...args: string[]): Promise<Buffer> {
  const options = [
    "--no-defaults",
    `--socket=${workerServices().adminSocket}`,
    `--user=${userInfo().username}`,
  ];
  const { stdout } = await promisify(execFile)("mariadb-dump", [...options, ...args], {
    encoding: "buffer",
    maxBuffer: 1 << 30,
  });
  return stdout;
}
