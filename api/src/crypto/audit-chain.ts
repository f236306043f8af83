import { associatedData } from "./aad.ts";
import { deriveKey, hmac, isEqual, type KeyObject } from "./digest.ts";

const ID_BYTES = 8;
const MAC_BYTES = 16;
const LEAF_BYTES = ID_BYTES + MAC_BYTES;

/** What comes before the first seal. */
export const NO_HASH: Uint8Array = new Uint8Array(32);

/** The keys of the audit that come of one root: one makes the macs of events, one the hashes of seals. */
export interface ChainKey {
  readonly event: KeyObject;
  readonly seal: KeyObject;
}

/** @param root - The server's token key, or one that it had before. */
export function chainKey(root: Uint8Array): ChainKey {
  return {
    event: deriveKey(root, "timos/audit-event/v1"),
    seal: deriveKey(root, "timos/audit-seal/v1"),
  };
}

/** An event as it is stored: the name and the value of each column, in an order that does not change. */
export type Columns = readonly (readonly [name: string, value: string | Uint8Array | null])[];

/** An event as its seal knows it. */
export interface Leaf {
  readonly id: bigint;
  readonly mac: Uint8Array;
}

/** What a seal binds, beside the hash of the one before it. */
export interface SealedBatch {
  readonly id: bigint;
  readonly firstId: bigint;
  readonly lastId: bigint;
  readonly leaves: Uint8Array;
  /** UTC, as the database writes it: `YYYY-MM-DD HH:MM:SS.mmm`. */
  readonly sealedAt: string;
}

/**
 * The mac of an event: the first 16 bytes of HMAC-SHA256 over the names and values of its columns, each after its length.
 * What is null is left out, so that a column that is added later, and is null in older events, changes none of theirs.
 */
export function eventMac({ event }: ChainKey, columns: Columns): Buffer {
  const parts = columns.flatMap(([name, value]) => (value === null ? [] : [name, value]));
  return hmac(event, associatedData("timos/audit-event/v1", parts)).subarray(0, MAC_BYTES);
}

/** HMAC-SHA256 over a batch and the hash of the seal before it, which makes a chain of them. */
export function sealHash({ seal }: ChainKey, previous: Uint8Array, batch: SealedBatch): Buffer {
  const { id, firstId, lastId, leaves, sealedAt } = batch;
  const parts = [previous, u64(id), u64(firstId), u64(lastId), leaves, sealedAt];
  return hmac(seal, associatedData("timos/audit-seal/v1", parts));
}

/**
 * By which of `keys` a seal was made: null when by none of them, or it is not what it was.
 *
 * @param previous - The hash of the seal before it, {@link NO_HASH} for the first.
 */
export function sealedBy(
  keys: readonly ChainKey[],
  previous: Uint8Array,
  batch: SealedBatch & { readonly hash: Uint8Array },
): ChainKey | null {
  return keys.find((key) => isEqual(sealHash(key, previous, batch), batch.hash)) ?? null;
}

/** `id u64 BE | mac 16` an event, in the order of their ids. */
export function encodeLeaves(leaves: readonly Leaf[]): Buffer {
  return Buffer.concat(leaves.flatMap(({ id, mac }) => [u64(id), mac]));
}

/** The inverse of {@link encodeLeaves}. What is left over at the end is no leaf. */
export function decodeLeaves(bytes: Uint8Array): Leaf[] {
  const leaves: Leaf[] = [];
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + LEAF_BYTES <= all.length; at += LEAF_BYTES) {
    leaves.push({
      id: all.readBigUInt64BE(at),
      mac: all.subarray(at + ID_BYTES, at + LEAF_BYTES),
    });
  }
  return leaves;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(ID_BYTES);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
