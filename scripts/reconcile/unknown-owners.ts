import type { RowDataPacket } from "mysql2/promise";
import type { Database, Execute } from "../../api/src/lib/database.ts";
import { hex } from "../../api/src/lib/ids.ts";
import { jsonOf, listKnownOwners } from "../../api/src/platform/rotation-statements.ts";
import { deleteRowsOf, OWNED_TABLES } from "../../api/src/vault/erase.ts";
import type { Installation } from "../keys/installation.ts";
import type { Findings } from "./findings.ts";

const OWNERS_AT_ONCE = 1000;
const DAY_MS = 86_400_000;

/** What the platform has of an owner beside `user_deks`, which says whose it is. */
const PLATFORM_TABLES = ["dek_wraps", "vault_states"];

/** Buffers, which compare. */
type OwnerId = Buffer;

interface Slice {
  /** All owners that any table has between the slice before and the last of this, ascending. */
  readonly owners: readonly OwnerId[];
  /** Those of them with wrapped keys in the vault. */
  readonly mirrored: ReadonlySet<string>;
  readonly last: OwnerId | null;
}

/**
 * Finds owners whom no account is, over all tables of both databases in the order of their ids, a thousand at a time, and
 * remembers since when: the vault has no times. Erased owners are known.
 */
export async function findUnknownOwners(
  installation: Installation,
  findings: Findings,
): Promise<void> {
  const { platformDatabase, vaultDatabase, clock } = installation;
  const { execute } = platformDatabase;
  for await (const { owners, mirrored, after, last } of slices(platformDatabase, vaultDatabase)) {
    const known = await listKnownOwners(execute, owners);
    for (const { execute: ask } of [platformDatabase, vaultDatabase]) {
      for (const owner of await among(ask, "erasures", owners)) known.add(owner);
    }
    const unknown = owners.filter((owner) => !known.has(hex(owner)));
    await remember(execute, unknown, { after, last }, clock());
    for (const owner of unknown) {
      findings.note("owners_unknown", hex(owner));
      if (mirrored.has(hex(owner))) findings.figure("owners_unknown", "withKeysInVault", 1);
    }
    const wrapped = await among(execute, "dek_wraps", unknown);
    if (wrapped.size > 0) findings.figure("owners_unknown", "withKeysInPlatform", wrapped.size);
  }
}

/**
 * Deletes what both databases have of owners whom no account has been for `days`: no backup of the keys is left by then
 * that knows them. Each is asked for once more before.
 */
export async function deleteUnknownOwners(
  { platformDatabase, vaultDatabase, clock }: Installation,
  days: number,
  findings: Findings,
): Promise<void> {
  const { execute } = platformDatabase;
  const foundBefore = new Date(clock().getTime() - days * DAY_MS);
  for (let after: OwnerId = Buffer.alloc(0); ;) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT owner_id FROM unknown_owners WHERE owner_id > ? AND found_at <= ?
       ORDER BY owner_id LIMIT ${OWNERS_AT_ONCE}`,
      [after, foundBefore],
    );
    const owners = rows.map(ownerOf);
    const last = owners.at(-1);
    if (last === undefined) return;
    const known = await listKnownOwners(execute, owners);
    for (const owner of owners.filter((id) => !known.has(hex(id)))) {
      for (const table of OWNED_TABLES) await deleteRowsOf(vaultDatabase, table, owner);
      for (const table of PLATFORM_TABLES) await deleteRowsOf(platformDatabase, table, owner);
      await execute("DELETE FROM unknown_owners WHERE owner_id = ?", [owner]);
      findings.add("owners_unknown", { count: 0, repaired: 1 });
    }
    after = last;
  }
}

/** Notes who is unknown since now, and forgets who is not any more. */
async function remember(
  execute: Execute,
  unknown: readonly OwnerId[],
  { after, last }: { readonly after: OwnerId; readonly last: OwnerId | null },
  now: Date,
): Promise<void> {
  const range = last === null ? "owner_id > ?" : "owner_id > ? AND owner_id <= ?";
  const noted = await execute<RowDataPacket[]>(
    `SELECT owner_id FROM unknown_owners WHERE ${range}`,
    last === null ? [after] : [after, last],
  );
  const before = new Set(noted.map((row) => hex(ownerOf(row))));
  for (const owner of unknown.filter((id) => !before.has(hex(id)))) {
    await execute("INSERT IGNORE INTO unknown_owners (owner_id, found_at) VALUES (?, ?)", [
      owner,
      now,
    ]);
  }
  const still = new Set(unknown.map((owner) => hex(owner)));
  for (const owner of noted.map(ownerOf).filter((id) => !still.has(hex(id)))) {
    await execute("DELETE FROM unknown_owners WHERE owner_id = ?", [owner]);
  }
}

/** Goes over the owners of all tables at once; the last slice, which may be empty, reaches to the end. */
async function* slices(
  platform: Database,
  vault: Database,
): AsyncGenerator<Slice & { readonly after: OwnerId }> {
  const tables = [
    ...OWNED_TABLES.map((table) => ({ table, execute: vault.execute })),
    ...PLATFORM_TABLES.map((table) => ({ table, execute: platform.execute })),
  ];
  for (let after: OwnerId = Buffer.alloc(0); ;) {
    const pages = [];
    for (const { table, execute } of tables) {
      const rows = await execute<RowDataPacket[]>(
        `SELECT DISTINCT owner_id FROM ${table} WHERE owner_id > ? ORDER BY owner_id LIMIT ${OWNERS_AT_ONCE}`,
        [after],
      );
      pages.push({ table, owners: rows.map(ownerOf) });
    }
    // Beyond the end of a full page its table may have owners that are not read yet.
    const ends = pages.flatMap(({ owners }) => owners[OWNERS_AT_ONCE - 1] ?? []);
    const last = ends.toSorted(byBytes)[0] ?? null;
    const within = (owner: OwnerId) => last === null || byBytes(owner, last) <= 0;
    const all = new Map<string, OwnerId>();
    const mirrored = new Set<string>();
    for (const { table, owners } of pages) {
      for (const owner of owners.filter(within)) {
        all.set(hex(owner), owner);
        if (table === "vault_keys") mirrored.add(hex(owner));
      }
    }
    yield { owners: [...all.values()].toSorted(byBytes), mirrored, after, last };
    if (last === null) return;
    after = last;
  }
}

/** Those of `owners`, in hex, that `table` has. */
async function among(
  execute: Execute,
  table: "erasures" | "dek_wraps",
  owners: readonly OwnerId[],
): Promise<Set<string>> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT DISTINCT t.owner_id FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN ${table} t ON t.owner_id = UNHEX(o.owner)`,
    [jsonOf(owners)],
  );
  return new Set(rows.map((row) => hex(ownerOf(row))));
}

const byBytes = (a: OwnerId, b: OwnerId) => a.compare(b);
const ownerOf = (row: RowDataPacket): OwnerId => Buffer.from(row["owner_id"] as Uint8Array);
