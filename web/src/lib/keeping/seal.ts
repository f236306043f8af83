/** Something sealed: nothing of it can be read, or altered unseen, without its key. */
export interface Box {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly bytes: ArrayBuffer;
}

/** A box that does not open. Says nothing of why: another key, another place and altered bytes look alike. */
export class SealedError extends Error {
  override readonly name = "SealedError";

  constructor() {
    super("What this device keeps of it does not open.");
  }
}

const NONCE_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A key that no script can read, for AES-256-GCM (NIST SP 800-38D). */
export const newSealingKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

/** A key that no script can read, for names that tell nothing (HMAC-SHA-256). */
export const newNamingKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

/**
 * Seals `value`, as JSON, under `key` and a nonce that is drawn here.
 *
 * @param context - Whose it is, what and where. The same parts in the same order open it, so that a box copied to another
 * place stays shut.
 */
export async function seal(
  key: CryptoKey,
  context: readonly string[],
  value: unknown,
): Promise<Box> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = encoder.encode(JSON.stringify(value));
  return { nonce, bytes: await crypto.subtle.encrypt(algorithm(nonce, context), key, plain) };
}

/** @throws SealedError */
export async function open(
  key: CryptoKey,
  context: readonly string[],
  { nonce, bytes }: Box,
): Promise<unknown> {
  const plain = await crypto.subtle.decrypt(algorithm(nonce, context), key, bytes).catch(() => {
    throw new SealedError();
  });
  return JSON.parse(decoder.decode(plain)) as unknown;
}

/** A name for `text` that only the holder of the key can work out. */
export async function blindName(key: CryptoKey, text: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const algorithm = (nonce: Uint8Array<ArrayBuffer>, context: readonly string[]) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: encoder.encode(JSON.stringify(["timos/kept/v1", ...context])),
  tagLength: 128,
});
