import { setTimeout as sleep } from "node:timers/promises";
import { boxVersion, open, seal } from "../../crypto/box.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { isEqual } from "../../crypto/digest.ts";
import { hex } from "../../lib/ids.ts";
import type { Platform } from "../../platform/client.ts";
import {
  activateDek,
  addPendingDek,
  findDekHistory,
  listDekHistories,
  markSwept,
  type DekHistory,
} from "../../platform/dek-rotation.ts";
import { findDeks } from "../../platform/deks.ts";
import { listWrapsOf } from "../../platform/rotation-statements.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { underLock } from "../head.ts";
import { rebase } from "../integrity.ts";
import { MekUnknown } from "../mek/provider.ts";
import { findHead, updateHead } from "../statements.ts";
import type { StoredRow, Table } from "../table.ts";
import { openVault, type UserVault, type VaultDeps } from "../user-vault.ts";
import { pace, type Pace } from "../pace.ts";
import { countAllBoxes, resealPlatformBoxes } from "./platform-boxes.ts";
import {
  addMirror,
  isUnder,
  listMirrorsOf,
  listStaleRows,
  PlaceTaken,
  readRows,
  replaceRow,
  type StaleRow,
} from "./statements.ts";

const ROWS_AT_ONCE = 200;
/** How much is read, sealed and written together. */
const BYTES_AT_ONCE = 1024 * 1024;

export interface ResealDeps extends VaultDeps {
  readonly platform: Platform;
}

export interface ResealOptions {
  /** The id of one user; null for all. */
  readonly who: string | null;
  /** Data keys that are older get a successor; rotations that are under way are brought to their end in any case. */
  readonly madeBefore: Date;
  /** The longest time for which a server may go on with the keys that it knew: its cache's, and that of a request. */
  readonly graceMs: number;
  /** What the audit says it was for. */
  readonly purpose: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ResealProgress) => void;
}

export interface ResealProgress {
  readonly phase: "making keys" | "waiting" | "sealing" | "looking again";
  /** Owners who were gone through in this phase. */
  readonly owners: number;
  readonly rows: number;
  readonly waitingMs: number;
}

/**
 * A row that was left under the earlier key, since it does not open or a planted one is in its place; or the mirror that
 * keeps a key from its use, or the wraps of somebody who was passed over, as their keys do not unwrap.
 */
export interface Unopened {
  readonly userId: string;
  readonly table: string;
  readonly id: string;
  /** Where it is something else than a row that does not open. */
  readonly why?: string;
}

export interface Resealed {
  readonly begun: number;
  readonly activated: number;
  readonly finished: number;
  readonly rows: number;
  readonly unopened: readonly Unopened[];
  readonly isFinished: boolean;
}

/**
 * Gives users new data keys, and seals all that is theirs anew under them, while they read and write: ADR 0013.
 *
 * A new version is pending until every server has it in memory; then it is the active one, and rows under the earlier
 * ones are opened and sealed again at the same revision, until a look that began after the last server forgot the former
 * state finds none. What has to be known to go on after being killed stands in `user_deks` and in the boxes.
 *
 * What somebody cannot open is left, reported, and keeps nobody else from a new key.
 *
 * @throws MekUnavailable or AppError when a master key or a database is away. What was done until then is good.
 */
export async function resealAll(deps: ResealDeps, options: ResealOptions): Promise<Resealed> {
  const { who, graceMs, signal } = options;
  const count = { begun: 0, activated: 0, finished: 0, rows: 0 };
  const unopened = new Map<string, Unopened>();
  const isStopped = () => signal?.aborted === true;

  /** One whose keys do not unwrap keeps nobody else from theirs. Who was erased meanwhile has none. */
  const passingOver = async ({ userId, ownerId }: DekHistory, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      const isUnknown = error instanceof MekUnknown;
      if (!isUnknown && !(error instanceof DecryptionError)) throw error;
      if ((await findDekHistory(deps.platform, userId)) === null) return;
      const why = isUnknown ? error.message : SHUT;
      unopened.set(userId, { userId, table: "dek_wraps", id: hex(ownerId), why });
    }
  };
  /** Does `work` for each user in turn. */
  const forEachUser = async (
    phase: ResealProgress["phase"],
    work: (history: DekHistory, tell: (rows: number) => void) => Promise<void>,
  ) => {
    let owners = 0;
    const tell = (rows: number) =>
      options.onProgress?.({ phase, owners, rows: count.rows + rows, waitingMs: 0 });
    for await (const histories of listDekHistories(deps.platform, who)) {
      for (const history of histories) {
        if (isStopped()) return;
        await passingOver(history, () => work(history, tell));
        owners++;
        tell(0);
      }
    }
  };
  const waitUntil = async (at: number, owners = 0) => {
    const waitingMs = at - deps.clock().getTime();
    if (waitingMs <= 0) return;
    options.onProgress?.({ phase: "waiting", owners, rows: count.rows, waitingMs });
    await sleep(waitingMs, undefined, { signal }).catch(() => undefined);
  };
  const sweep = async ({ userId }: DekHistory, tell: (rows: number) => void) => {
    const swept = await sweepOwner(deps, userId, options.purpose, { isStopped, tell });
    count.rows += swept.resealed;
    for (const row of swept.unopened) unopened.set(`${row.table}/${row.id}`, row);
    return swept;
  };

  await forEachUser("making keys", async (history) => {
    if (await begin(deps, history, options)) count.begun++;
  });
  await forEachUser("waiting", async (history) => {
    const pending = history.versions.find((dek) => dek.state === "pending");
    if (pending === undefined) return;
    await waitUntil(pending.createdAt.getTime() + graceMs);
    if (isStopped()) return;
    const mirror = await mirrorOf(deps, history, pending.version, options.purpose);
    if (mirror === "gone") return;
    if (mirror === "differs") {
      const [table, id] = ["vault_keys", `${hex(history.ownerId)}/${pending.version}`] as const;
      unopened.set(id, { userId: history.userId, table, id, why: ANOTHER_KEY });
      return;
    }
    const occasion = { now: deps.clock(), purpose: options.purpose };
    if (await activateDek(deps.platform, history, pending.version, occasion)) count.activated++;
    deps.keys.forget(history.userId);
  });
  await forEachUser("sealing", async (history, tell) => {
    if (isSweepDue(history)) await sweep(history, tell);
  });
  await forEachUser("looking again", async (history, tell) => {
    if (!isSweepDue(history)) return;
    await waitUntil(activatedAt(history) + graceMs);
    while (!isStopped()) {
      const swept = await sweep(history, tell);
      if (swept.unopened.length > 0) return;
      // What was sealed anew, or written by somebody else meanwhile, is looked at once more.
      if (swept.found > 0) continue;
      const vault = await openVault(deps, history.userId, useFor(options.purpose));
      await rebase(vault, swept.active);
      const { purpose } = options;
      const occasion = { now: deps.clock(), purpose };
      // Another rotation may have been faster.
      if (await markSwept(deps.platform, history, swept.active, occasion)) count.finished++;
      return;
    }
  });
  return { ...count, unopened: [...unopened.values()], isFinished: !isStopped() };
}

const SHUT = "the user's data keys do not unwrap: npm run keys:doctor";

const useFor = (purpose: string) => ({ actor: "operator", purpose, requestId: null }) as const;

const isSweepDue = ({ versions }: DekHistory) =>
  versions.some((dek) => dek.state === "decrypt_only" && dek.sweptAt === null) &&
  versions.some((dek) => dek.state === "active");

function activatedAt({ versions }: DekHistory): number {
  const active = versions.find((dek) => dek.state === "active");
  return (active?.activatedAt ?? active?.createdAt ?? new Date(0)).getTime();
}

/** Whether a rotation of this user's key would begin: none is under way, and the newest key is old enough. */
export function isDue({ versions }: DekHistory, madeBefore: Date): boolean {
  const isUnderWay = versions.some(
    ({ state, sweptAt }) => state === "pending" || (state === "decrypt_only" && sweptAt === null),
  );
  const newest = versions.at(-1);
  return !isUnderWay && newest !== undefined && newest.createdAt < madeBefore;
}

/** Makes the next version, pending, in both databases. @returns whether it did. */
async function begin(
  deps: ResealDeps,
  history: DekHistory,
  { madeBefore, purpose }: ResealOptions,
): Promise<boolean> {
  if (!isDue(history, madeBefore)) return false;
  const { platform, vaultDatabase, keys, clock } = deps;
  const version = (await newestVersion(deps, history)) + 1;
  const dek = await keys.createVersion(history.ownerId, version);
  const isStored = await addPendingDek(platform, history, dek, { now: clock(), purpose });
  if (isStored) await addMirror(vaultDatabase, history.ownerId, dek);
  return isStored;
}

/** Nobody comes to that many: a number above it that only a wrap or a box names was planted. */
const LARGEST_VERSION = 2 ** 30;

/**
 * The largest version that anything names: `user_deks`, a wrap, a mirror, or a box. After one of the databases was put
 * back `user_deks` may not know of the newest, whose number must not be given to another key.
 */
async function newestVersion(deps: ResealDeps, { ownerId, versions }: DekHistory): Promise<number> {
  const { platformDatabase, vaultDatabase } = deps;
  const wraps = await listWrapsOf(platformDatabase.execute, [ownerId]);
  const mirrors = await listMirrorsOf(vaultDatabase.execute, [ownerId]);
  const boxes = await countAllBoxes(deps, ownerId);
  const named = [...wraps, ...mirrors, ...boxes].map(({ version }) => version);
  return Math.max(
    ...versions.map((dek) => dek.version),
    ...named.filter((version) => version < LARGEST_VERSION),
  );
}

const ANOTHER_KEY = "the mirror of the new key is missing or is another key: npm run keys:doctor";

/**
 * Sees to it that a pending version unwraps, and that the vault has it too. Whatever is sealed under it would be lost
 * with the platform otherwise.
 */
async function mirrorOf(
  { platform, vaultDatabase, keys }: ResealDeps,
  { userId, ownerId }: DekHistory,
  version: number,
  purpose: string,
): Promise<"there" | "differs" | "gone"> {
  keys.forget(userId);
  const opened = await keys.openKeys(userId, useFor(purpose));
  const { dekId } = opened.ofVersion(version);
  const wrap = opened.wrapped.find((dek) => dek.version === version);
  // Killed before it was mirrored.
  if (wrap !== undefined) await addMirror(vaultDatabase, ownerId, wrap);
  const mirrors = await listMirrorsOf(vaultDatabase.execute, [ownerId]);
  const mirror = mirrors.find((found) => found.version === version);
  if (mirror !== undefined && isEqual(mirror.dekId, dekId)) return "there";
  return (await asSystem(() => findDeks(platform, userId))) === null ? "gone" : "differs";
}

/** What one look through all that an owner has came to. */
interface Swept {
  /** The version that rows are under now. */
  readonly active: number;
  /** Rows that were under another key. */
  readonly found: number;
  readonly resealed: number;
  readonly unopened: readonly Unopened[];
}

/** Seals all rows of an owner under the active version that are not yet, the head and the platform's boxes with them. */
async function sweepOwner(
  deps: ResealDeps,
  userId: string,
  purpose: string,
  { isStopped, tell }: { isStopped: () => boolean; tell: (rows: number) => void },
): Promise<Swept> {
  // Another rotation may have activated another version.
  deps.keys.forget(userId);
  const vault = await openVault(deps, userId, useFor(purpose));
  const breathe = pace();
  const swept = { found: 0, resealed: 0, unopened: [] as Unopened[] };
  for (const table of deps.tables) {
    for await (const stale of staleRows(vault, table)) {
      if (isStopped()) break;
      swept.found += stale.length;
      for (const chunk of chunksOf(stale)) {
        const { resealed, unopened } = await resealRows(vault, table, chunk, breathe);
        swept.resealed += resealed;
        for (const row of unopened) swept.unopened.push({ userId, table: table.table, ...row });
      }
      if (stale.length === ROWS_AT_ONCE) tell(swept.resealed);
    }
  }
  try {
    if (await resealHead(vault)) {
      swept.found++;
      swept.resealed++;
    }
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    swept.unopened.push({ userId, table: "vault_heads", id: hex(vault.keys.ownerId) });
  }
  const platform = await resealPlatformBoxes(deps.platform, userId, vault.keys);
  swept.found += platform.found;
  swept.resealed += platform.resealed;
  for (const { table, rowId } of platform.unopened) {
    swept.unopened.push({ userId, table, id: rowId });
  }
  return { active: vault.keys.active.version, ...swept };
}

async function* staleRows(
  { database, keys }: UserVault,
  table: Table,
): AsyncGenerator<readonly StaleRow[]> {
  let after: Uint8Array = new Uint8Array(0);
  for (;;) {
    const { ownerId, active } = keys;
    const rows = await listStaleRows(database.execute, table, ownerId, active, after, ROWS_AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.id;
  }
}

/** Rows in groups that are small enough to be held in memory together. */
function chunksOf(rows: readonly StaleRow[]): Uint8Array[][] {
  const chunks: Uint8Array[][] = [];
  let left = 0;
  for (const { id, bytes } of rows) {
    if (bytes > left) {
      chunks.push([]);
      left = BYTES_AT_ONCE;
    }
    chunks.at(-1)?.push(id);
    left -= bytes;
  }
  return chunks;
}

async function resealRows(
  { database, keys }: UserVault,
  table: Table,
  ids: readonly Uint8Array[],
  breathe: Pace,
): Promise<{ resealed: number; unopened: Pick<Unopened, "id" | "why">[] }> {
  const shut: Pick<Unopened, "id" | "why">[] = [];
  const pairs: [before: StoredRow, after: StoredRow][] = [];
  for (const row of await readRows(database.execute, table, keys.ownerId, ids)) {
    try {
      pairs.push([row, table.resealRow(keys, row)]);
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      shut.push({ id: hex(row.id) });
    }
    await breathe();
  }
  return database.transaction(async (execute) => {
    const unopened = [...shut];
    let resealed = 0;
    for (const [before, after] of pairs) {
      try {
        if (await replaceRow(execute, table, keys.ownerId, before, after)) resealed++;
      } catch (error) {
        // It undid its statement, and nothing else of the transaction.
        if (!(error instanceof PlaceTaken)) throw error;
        unopened.push({ id: hex(before.id), why: error.message });
      }
    }
    return { resealed, unopened };
  });
}

/** Seals the head anew at its revision. @returns whether it was under another key. */
async function resealHead(vault: UserVault): Promise<boolean> {
  const { database, keys } = vault;
  const { ownerId, active } = keys;
  const isStale = (sealed: Uint8Array) => !isUnder(sealed, active);
  const seen = await findHead(database.execute, ownerId);
  if (seen === null || !isStale(seen.sealed)) return false;
  return underLock(vault, async (execute) => {
    const head = await findHead(execute, ownerId);
    if (head === null || !isStale(head.sealed)) return false;
    const place = { table: "vault_heads", box: "sealed", ownerId, rowId: ownerId, rev: head.rev };
    const text = open(keys.ofVersion(boxVersion(head.sealed)), place, head.sealed).toString("utf8");
    await updateHead(execute, ownerId, { rev: head.rev, sealed: seal(active, place, text) });
    return true;
  });
}
