/**
 * The age format (https://age-encryption.org/v1). Its header, which wraps the key of a file for each recipient, is the
 * work of the library; the payload goes through OpenSSL here, which is many times as fast as the library's JavaScript.
 * ADR 0033 has the figures. What is written opens with the `age` program, and the other way round.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { Transform } from "node:stream";
import { Decrypter, Encrypter } from "age-encryption";
import { asError } from "../launcher/files.ts";
import { DamagedBackup } from "./damaged.ts";

const CIPHER = "chacha20-poly1305";
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 16;
/** A header is some hundred bytes for each recipient. */
const HEADER_AT_MOST_BYTES = 64 * 1024;
/** How much may wait on either side: what reads and what writes go on meanwhile. */
const BUFFER_BYTES = 2 * 1024 * 1024;

/** A file is encrypted to others than those who are here, or the part of its header that is for them was altered. */
export class NoIdentity extends Error {
  override readonly name = "NoIdentity";
}

/** @throws Error when a text is no recipient of age, `age1…`; the message names it, since it is no secret. */
export function checkRecipients(recipients: readonly string[]): void {
  for (const recipient of recipients) {
    try {
      new Encrypter().addRecipient(recipient);
    } catch (error) {
      const isIdentity = recipient.toUpperCase().startsWith("AGE-SECRET-KEY-");
      throw new Error(
        isIdentity
          ? "BACKUP_RECIPIENTS holds an identity (AGE-SECRET-KEY-…). It takes the public part, age1…: age-keygen -y FILE shows it."
          : `"${recipient}" in BACKUP_RECIPIENTS is no recipient of age (age1…).`,
        { cause: error },
      );
    }
  }
}

/** Encrypts what is written to it, to all recipients. */
export function encrypt(recipients: readonly string[]): Transform {
  let payload: Payload | undefined;
  let pending: Buffer = Buffer.alloc(0);
  const begin = async (output: Transform) => {
    if (payload !== undefined) return payload;
    const { header, fileKey } = await makeHeader(recipients);
    const nonce = randomBytes(NONCE_BYTES);
    payload = payloadOf(fileKey, nonce);
    output.push(Buffer.concat([header, nonce]));
    return payload;
  };
  return transform({
    // A chunk that is not the last is always full, so a full one waits until there is more.
    add: async (input, output) => {
      const { seal } = await begin(output);
      const bytes = joined(pending, input);
      let at = 0;
      for (; bytes.length - at > CHUNK_BYTES; at += CHUNK_BYTES) {
        output.push(seal(bytes.subarray(at, at + CHUNK_BYTES), false));
      }
      pending = bytes.subarray(at);
    },
    end: async (output) => {
      const { seal } = await begin(output);
      output.push(seal(pending, true));
    },
  });
}

/**
 * Opens what {@link encrypt} or the `age` program made.
 *
 * Every chunk that comes out was written by whoever wrote the header; that it was this installation is the manifest's to
 * say. The stream fails when the file is cut off, altered or longer than it was, with {@link DamagedBackup}, and with
 * {@link NoIdentity} when no identity opens it.
 *
 * @param where - How messages call the file.
 */
export function decrypt(identities: readonly string[], where: string): Transform {
  let payload: Payload | undefined;
  let pending: Buffer = Buffer.alloc(0);
  const full = CHUNK_BYTES + TAG_BYTES;
  const begin = async () => {
    const end = headerEnd(pending, where);
    if (end === undefined || pending.length < end + NONCE_BYTES) return;
    const fileKey = await openHeader(pending.subarray(0, end), identities, where);
    payload = payloadOf(fileKey, pending.subarray(end, end + NONCE_BYTES), where);
    pending = pending.subarray(end + NONCE_BYTES);
  };
  return transform({
    add: async (input, output) => {
      pending = joined(pending, input);
      if (payload === undefined) await begin();
      if (payload === undefined) return;
      let at = 0;
      for (; pending.length - at > full; at += full) {
        output.push(payload.open(pending.subarray(at, at + full), false));
      }
      pending = pending.subarray(at);
    },
    end: (output) => {
      if (payload === undefined)
        throw new DamagedBackup(`${where} is cut off. Take another backup.`);
      output.push(payload.open(pending, true));
    },
  });
}

interface Payload {
  readonly seal: (chunk: Buffer, isLast: boolean) => Buffer;
  readonly open: (chunk: Buffer, isLast: boolean) => Buffer;
}

/** STREAM with ChaCha20-Poly1305 and chunks of 64 KiB, as age has it: the nonce is a counter and a flag of the last. */
function payloadOf(fileKey: Uint8Array, salt: Buffer, where = "It"): Payload {
  const key = payloadKey(fileKey, salt);
  const nonce = Buffer.alloc(12);
  let count = 0;
  const next = (isLast: boolean) => {
    // Of its eleven bytes six are enough for four million terabytes.
    nonce.writeUIntBE(count++, 5, 6);
    nonce[11] = isLast ? 1 : 0;
    return nonce;
  };
  return {
    seal: (chunk, isLast) => {
      const cipher = createCipheriv(CIPHER, key, next(isLast), { authTagLength: TAG_BYTES });
      const sealed = cipher.update(chunk);
      cipher.final();
      return Buffer.concat([sealed, cipher.getAuthTag()]);
    },
    open: (chunk, isLast) => {
      const end = chunk.length - TAG_BYTES;
      if (end < 0 || (end === 0 && count > 0)) throw damaged(where);
      const cipher = createDecipheriv(CIPHER, key, next(isLast), { authTagLength: TAG_BYTES });
      cipher.setAuthTag(chunk.subarray(end));
      const opened = cipher.update(chunk.subarray(0, end));
      try {
        cipher.final();
      } catch (error) {
        throw damaged(where, error);
      }
      return opened;
    },
  };
}

function payloadKey(fileKey: Uint8Array, salt: Buffer): KeyObject {
  const derived = new Uint8Array(hkdfSync("sha256", fileKey, salt, "payload", 32));
  const key = createSecretKey(derived);
  derived.fill(0);
  fileKey.fill(0);
  return key;
}

/** A header made by the library, and the key in it: a recipient that wraps nothing is handed the key as each other is. */
async function makeHeader(recipients: readonly string[]) {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  let fileKey = new Uint8Array();
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = new Uint8Array(key);
      return [];
    },
  });
  // An empty file: header, nonce and the tag of an empty chunk. Its nonce is not used again.
  const file = Buffer.from(await encrypter.encrypt(new Uint8Array()));
  return { header: file.subarray(0, file.length - NONCE_BYTES - TAG_BYTES), fileKey };
}

async function openHeader(
  header: Buffer,
  identities: readonly string[],
  where: string,
): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    if (asError(error).message.includes("no identity matched")) {
      throw new NoIdentity(
        `None of the identities at hand opens ${where}. Give the right one: BACKUP_IDENTITY_FILE, or the recovery kit.`,
        { cause: error },
      );
    }
    throw damaged(where, error);
  }
}

/** Where the header ends, which is after the line that begins with `---`. */
function headerEnd(bytes: Buffer, where: string): number | undefined {
  const mac = bytes.indexOf("\n--- ");
  const end = mac < 0 ? -1 : bytes.indexOf("\n", mac + 1);
  if (end >= 0) return end + 1;
  if (bytes.length > HEADER_AT_MOST_BYTES) throw damaged(where);
  return undefined;
}

const damaged = (where: string, cause?: unknown) =>
  new DamagedBackup(`${where} was cut off or altered. Take another backup.`, { cause });

const joined = (pending: Buffer, input: Buffer): Buffer =>
  pending.length === 0 ? input : Buffer.concat([pending, input]);

function transform(work: {
  add: (input: Buffer, output: Transform) => Promise<void>;
  end: (output: Transform) => Promise<void> | void;
}): Transform {
  const run = (part: () => Promise<void> | void, done: (error?: Error) => void) => {
    Promise.resolve()
      .then(part)
      .then(
        () => done(),
        (error: unknown) => done(asError(error)),
      );
  };
  return new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      run(() => work.add(chunk, this), done);
    },
    flush(done) {
      run(() => work.end(this), done);
    },
  });
}
