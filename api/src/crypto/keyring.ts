import { createHash, createSecretKey, hkdfSync, randomBytes, type KeyObject } from "node:crypto";

const MAGIC = Buffer.from("TIMOSKR1", "ascii");
const KEY_BYTES = 32;
const CHECKSUM_BYTES = 32;
const STATUS = { active: 1, decrypt_only: 2 } as const;

/** A master key (MEK). `id` is derived from it, so that a reference cannot name another key. */
export interface MasterKey {
  readonly id: string;
  readonly status: keyof typeof STATUS;
  readonly createdAt: Date;
  readonly key: KeyObject;
}

/** A keyring that cannot be used. The message says what is wrong with it and never holds any of its bytes. */
export class KeyringError extends Error {
  override readonly name = "KeyringError";
}

/** The bytes of a new keyring file with one active master key. The caller writes them to a file of mode 0600. */
export function createKeyring(now: Date): Buffer {
  const key = randomBytes(KEY_BYTES);
  const id = Buffer.from(masterKeyId(key), "ascii");
  const fixed = Buffer.alloc(9);
  fixed[0] = STATUS.active;
  fixed.writeBigUInt64BE(BigInt(now.getTime()), 1);
  const body = Buffer.concat([MAGIC, Buffer.from([0, 1, id.length]), id, fixed, key]);
  key.fill(0);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/**
 * Reads a keyring file: `"TIMOSKR1" | count u16 | (id length u8, id, status u8, created ms u64, key 32)… | SHA-256`.
 *
 * @throws {@link KeyringError} when it is cut short, altered, or has not exactly one active key.
 */
export function decodeKeyring(bytes: Buffer): MasterKey[] {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new KeyringError("it is not a keyring");
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const sum = createHash("sha256").update(body).digest();
  if (
    bytes.length < MAGIC.length + 2 + CHECKSUM_BYTES ||
    !sum.equals(bytes.subarray(-CHECKSUM_BYTES))
  ) {
    throw new KeyringError("it is cut short or damaged: its checksum does not match");
  }
  const keys: MasterKey[] = [];
  let at = MAGIC.length + 2;
  for (let n = body.readUInt16BE(MAGIC.length); n > 0; n--) {
    const idEnd = at + 1 + (body[at] ?? 0);
    const end = idEnd + 9 + KEY_BYTES;
    if (end > body.length) throw new KeyringError("it is cut short");
    const id = body.toString("ascii", at + 1, idEnd);
    const key = body.subarray(end - KEY_BYTES, end);
    if (masterKeyId(key) !== id) throw new KeyringError(`key ${id} is not the key its id names`);
    keys.push({
      id,
      status: statusOf(body[idEnd]),
      createdAt: new Date(Number(body.readBigUInt64BE(idEnd + 1))),
      key: createSecretKey(key),
    });
    at = end;
  }
  if (at !== body.length) throw new KeyringError("it holds more than it says");
  if (keys.filter((key) => key.status === "active").length !== 1) {
    throw new KeyringError("it must have exactly one active key");
  }
  return keys;
}

function statusOf(byte: number | undefined): MasterKey["status"] {
  if (byte === STATUS.active) return "active";
  if (byte === STATUS.decrypt_only) return "decrypt_only";
  throw new KeyringError("it has a key of an unknown status");
}

function masterKeyId(key: Uint8Array): string {
  return Buffer.from(hkdfSync("sha256", key, "", "timos/mek-id/v1", 8)).toString("hex");
}
