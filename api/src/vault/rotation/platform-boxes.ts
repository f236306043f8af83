import { boxVersion, open, seal } from "../../crypto/box.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import type { Database } from "../../lib/database.ts";
import { hex, uuidToBytes } from "../../lib/ids.ts";
import { listPlatformBoxes, replacePlatformBox, type PlatformBox } from "../../platform/boxes.ts";
import type { Platform } from "../../platform/client.ts";
import { findUserOf } from "../../platform/deks.ts";
import type { OwnerKeys } from "../key-service.ts";
import type { Table } from "../table.ts";
import { countBoxes, isUnder, keyNameIn, type KeyCount } from "./statements.ts";

/** What a look through the boxes came to that the platform holds under a user's data keys. */
export interface SweptBoxes {
  /** Boxes that were under another key than the active one. */
  readonly found: number;
  readonly resealed: number;
  readonly unopened: readonly Pick<PlatformBox, "table" | "rowId">[];
}

/** Seals them anew at their revisions. A change made meanwhile wins, and is looked at again. */
export async function resealPlatformBoxes(
  platform: Platform,
  userId: string,
  keys: OwnerKeys,
): Promise<SweptBoxes> {
  const boxes = await listPlatformBoxes(platform, userId);
  const stale = boxes.filter(({ sealed }) => !isUnder(sealed, keys.active));
  const unopened: SweptBoxes["unopened"][number][] = [];
  let resealed = 0;
  for (const box of stale) {
    try {
      const after = new Uint8Array(reseal(keys, box));
      if (await replacePlatformBox(platform, box, after)) resealed++;
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      unopened.push(box);
    }
  }
  return { found: stale.length, resealed, unopened };
}

function reseal(keys: OwnerKeys, { table, box, rowId, rev, sealed }: PlatformBox): Buffer {
  const { ownerId } = keys;
  const place = { table, box, ownerId, rowId: uuidToBytes(rowId), rev: Number(rev) };
  const json = open(keys.ofVersion(boxVersion(sealed)), place, sealed);
  try {
    return seal(keys.active, place, json.toString("utf8"));
  } finally {
    json.fill(0);
  }
}

/** Where an owner's boxes are. */
interface BoxesAt {
  readonly platform: Platform;
  readonly vaultDatabase: Database;
  readonly tables: readonly Table[];
}

/** How many boxes each table holds under each data key of an owner: those of the vault, and those of the platform. */
export async function countAllBoxes(
  { platform, vaultDatabase, tables }: BoxesAt,
  ownerId: Uint8Array<ArrayBuffer>,
): Promise<(KeyCount & { readonly table: string })[]> {
  const userId = await findUserOf(platform, ownerId);
  const boxes = userId === null ? [] : await listPlatformBoxes(platform, userId);
  const counts = new Map<string, KeyCount & { readonly table: string }>();
  for (const { table, sealed } of boxes) {
    const key = keyNameIn(sealed);
    const name = `${table}/${key.version}/${hex(key.dekId)}`;
    counts.set(name, { ...key, table, rows: (counts.get(name)?.rows ?? 0) + 1 });
  }
  return [...(await countBoxes(vaultDatabase.execute, tables, ownerId)), ...counts.values()];
}
