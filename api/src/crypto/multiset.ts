import { createHmac } from "node:crypto";
import { associatedData } from "./aad.ts";
import type { DataKey } from "./data-key.ts";

const SUM_BITS = 256;
const SUM_BYTES = SUM_BITS / 8;
const REV_BYTES = 8;

/** A row as the sum counts it: everything of it that is stored in the clear. */
export interface CountedRow {
  /** 16 bytes. */
  readonly id: Uint8Array;
  readonly rev: number;
  /** `YYYY-MM-DD`, or null outside of the trash. */
  readonly purgeAfter: string | null;
}

/**
 * What a row adds to its owner's sum: HMAC-SHA256 of its table, id, revision and day in the trash, as a number.
 *
 * The sum of all rows modulo 2²⁵⁶ says which rows there are, whatever their order, and changes by one addition for
 * each row that comes or goes (MSet-Add-Hash: Clarke, Devadas, van Dijk, Gassend and Suh, ASIACRYPT 2003). It is keyed:
 * whoever lacks the data key can compute no element, so cannot look for other rows that add up to the same.
 */
export function elementOf(key: DataKey, table: string, row: CountedRow): bigint {
  const rev = Buffer.alloc(REV_BYTES);
  // A database may hold any 64 bits, which as a number can be 2⁶⁴: the 0 that it becomes is no row's revision either.
  rev.writeBigUInt64BE(BigInt.asUintN(8 * REV_BYTES, BigInt(row.rev)));
  const bytes = associatedData("timos/state/v1", [table, row.id, rev, row.purgeAfter ?? ""]);
  return fromBytes(createHmac("sha256", key.stateKey()).update(bytes).digest());
}

/** A number modulo 2²⁵⁶, from 0 on. */
export function modulo(sum: bigint): bigint {
  return BigInt.asUintN(SUM_BITS, sum);
}

/** A sum as it is stored: 32 bytes, the most significant first. */
export function sumToBytes(sum: bigint): Buffer {
  return Buffer.from(
    modulo(sum)
      .toString(16)
      .padStart(2 * SUM_BYTES, "0"),
    "hex",
  );
}

/** The inverse of {@link sumToBytes}. */
export function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
