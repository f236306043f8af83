import {
  createHash,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";

const MAGIC = Buffer.from("TIMOSKR1");
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
  /** What the log has of it: a word for the fault, and the file where one is known. */
  readonly code: string;

  constructor(message: string, code = "keyring:damaged") {
    super(message);
    this.code = code;
  }
}

/** The bytes of a new keyring file with one active master key. The caller writes them to a file of mode 0600. */
export function createKeyring(now: Date): Buffer {
  return withKey([], "active", now);
}

/**
 * The bytes of a keyring with one more master key, which may be read but makes no wraps until it is activated. The
 * caller wipes both.
 *
 * @throws {@link KeyringError} when `bytes` is no keyring; so do the three below.
 */
export function stageKey(bytes: Buffer, now: Date): Buffer {
  return withKey(entriesOf(bytes), "decrypt_only", now);
}

/** The keyring with the key `id` active in place of the one that was. */
export function activateKey(bytes: Buffer, id: string): Buffer {
  const keys = entriesOf(bytes);
  if (!keys.some((key) => key.id === id)) throw new KeyringError(`it does not have the key ${id}`);
  return encode(keys.map((key) => ({ ...key, status: key.id === id ? "active" : "decrypt_only" })));
}

/** The keyring without the key `id`, which must not be the active one. What is wrapped under it opens no more. */
export function removeKey(bytes: Buffer, id: string): Buffer {
  const keys = entriesOf(bytes);
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) throw new KeyringError(`it does not have the key ${id}`);
  if (key.status === "active") throw new KeyringError(`the key ${id} is the active one`);
  return encode(keys.filter((other) => other !== key));
}

/**
 * The keyring `bytes` with the keys of `other` that it lacks, which only open; its active key stays the active one. They
 * come before it, where those stand that were succeeded, so that none is taken for a staged one.
 *
 * @throws {@link KeyringError} also when both have other bytes under one id, and then nothing was joined.
 */
export function mergeKeyrings(bytes: Buffer, other: Buffer): Buffer {
  const keys = entriesOf(bytes);
  const lacking: Entry[] = [];
  for (const key of entriesOf(other)) {
    const known = keys.find(({ id }) => id === key.id);
    if (known === undefined) lacking.push({ ...key, status: "decrypt_only" });
    else if (!timingSafeEqual(known.key, key.key)) {
      throw new KeyringError(`it has another key as ${key.id}`);
    }
  }
  return encode([...lacking, ...keys]);
}

/** A key that was staged and never became active, or undefined: it is younger than the active one. */
export function stagedKey(keys: readonly MasterKey[]): MasterKey | undefined {
  const activeAt = keys.findIndex((key) => key.status === "active");
  // Keys stand in the order in which they were added, and become active in that order.
  return keys.slice(activeAt + 1).at(-1);
}

/**
 * Reads a keyring file: `"TIMOSKR1" | count u16 | (id length u8, id, status u8, created ms u64, key 32)… | SHA-256`.
 *
 * @throws {@link KeyringError} when it is cut short, altered, or has not exactly one active key.
 */
export function decodeKeyring(bytes: Buffer): MasterKey[] {
  return entriesOf(bytes).map(({ key, ...entry }) => ({ ...entry, key: createSecretKey(key) }));
}

/** A key as it stands in the file. `key` is a part of the file's bytes, and wiped with them. */
interface Entry extends Omit<MasterKey, "key"> {
  readonly key: Buffer;
}

function entriesOf(bytes: Buffer): Entry[] {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new KeyringError("it is not a keyring");
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const sum = createHash("sha256").update(body).digest();
  if (
    bytes.length < MAGIC.length + 2 + CHECKSUM_BYTES ||
    !sum.equals(bytes.subarray(-CHECKSUM_BYTES))
  ) {
    throw new KeyringError("it is cut short or damaged: its checksum does not match");
  }
  const keys: Entry[] = [];
  let at = MAGIC.length + 2;
  for (let n = body.readUInt16BE(MAGIC.length); n > 0; n--) {
    const idEnd = at + 1 + (body[at] ?? 0);
    const end = idEnd + 9 + KEY_BYTES;
    if (end > body.length) throw new KeyringError("it is cut short");
    const id = body.toString("ascii", at + 1, idEnd);
    const key = body.subarray(end - KEY_BYTES, end);
    // Not with the id: read from a damaged place, it could be a part of a key.
    if (masterKeyId(key) !== id) throw new KeyringError("it has a key that its id does not name");
    const createdAt = new Date(Number(body.readBigUInt64BE(idEnd + 1)));
    keys.push({ id, status: statusOf(body[idEnd]), createdAt, key });
    at = end;
  }
  if (at !== body.length) throw new KeyringError("it holds more than it says");
  if (keys.filter((key) => key.status === "active").length !== 1) {
    throw new KeyringError("it must have exactly one active key");
  }
  return keys;
}

function withKey(keys: readonly Entry[], status: MasterKey["status"], createdAt: Date): Buffer {
  const key = randomBytes(KEY_BYTES);
  try {
    return encode([...keys, { id: masterKeyId(key), status, createdAt, key }]);
  } finally {
    key.fill(0);
  }
}

function encode(keys: readonly Entry[]): Buffer {
  const entries = keys.map(({ id, status, createdAt, key }) => {
    const fixed = Buffer.alloc(9);
    fixed[0] = STATUS[status];
    fixed.writeBigUInt64BE(BigInt(createdAt.getTime()), 1);
    return [Buffer.from([id.length]), Buffer.from(id), fixed, key];
  });
  const count = Buffer.alloc(2);
  count.writeUInt16BE(keys.length);
  const body = Buffer.concat([MAGIC, count, ...entries.flat()]);
  const bytes = Buffer.concat([body, createHash("sha256").update(body).digest()]);
  body.fill(0);
  return bytes;
}

function statusOf(byte: number | undefined): MasterKey["status"] {
  if (byte === STATUS.active) return "active";
  if (byte === STATUS.decrypt_only) return "decrypt_only";
  throw new KeyringError("it has a key of an unknown status");
}

function masterKeyId(key: Uint8Array): string {
  return Buffer.from(hkdfSync("sha256", key, "", "timos/mek-id/v1", 8)).toString("hex");
}
