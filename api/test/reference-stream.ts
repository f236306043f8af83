/**
 * The attachment stream a second time, by WebCrypto as a browser has it, written from its description and sharing no
 * code with `src/crypto`: the whole file at once, and the salt given from outside.
 */
const { subtle } = globalThis.crypto;
const CHUNK = 65_536;

export async function referenceSealStream(
  fileKey: Uint8Array,
  salt: Uint8Array,
  file: Uint8Array,
): Promise<Buffer> {
  const { commitment } = await derive(fileKey, salt);
  const header = Buffer.concat([Buffer.from("f902", "hex"), salt, commitment]);
  const count = Math.max(1, Math.ceil(file.length / CHUNK));
  const sealed: Buffer[] = [header];
  for (let i = 0; i < count; i++) {
    const chunk = file.subarray(i * CHUNK, (i + 1) * CHUNK);
    sealed.push(await referenceSealChunk(fileKey, header, i, i === count - 1, chunk));
  }
  return Buffer.concat(sealed);
}

export async function referenceSealChunk(
  fileKey: Uint8Array,
  header: Uint8Array,
  index: number,
  isLast: boolean,
  chunk: Uint8Array,
): Promise<Buffer> {
  const { key } = await derive(fileKey, header.subarray(2, 34));
  const sealed = await subtle.encrypt(parameters(header, index, isLast), key, Buffer.from(chunk));
  return Buffer.from(sealed);
}

/** Rejects when the stream does not open. */
export async function referenceOpenStream(fileKey: Uint8Array, sealed: Buffer): Promise<Buffer> {
  const header = Buffer.from(sealed.subarray(0, 66));
  const { key, commitment } = await derive(fileKey, header.subarray(2, 34));
  if (header.readUInt16BE() !== 0xf902 || !commitment.equals(header.subarray(34))) {
    throw new Error("not a stream under this key");
  }
  const count = Math.ceil((sealed.length - 66) / (CHUNK + 16));
  const opened: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const start = 66 + i * (CHUNK + 16);
    const chunk = Buffer.from(sealed.subarray(start, start + CHUNK + 16));
    const algorithm = parameters(header, i, i === count - 1);
    opened.push(Buffer.from(await subtle.decrypt(algorithm, key, chunk)));
  }
  return Buffer.concat(opened);
}

async function derive(fileKey: Uint8Array, salt: Uint8Array) {
  const secret = await subtle.importKey("raw", Buffer.from(fileKey), "HKDF", false, ["deriveBits"]);
  const info = Buffer.from("timos/file/v1");
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: Buffer.from(salt), info };
  const bits = Buffer.from(await subtle.deriveBits(algorithm, secret, 512));
  const raw = Buffer.from(bits.subarray(0, 32));
  const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, commitment: Buffer.from(bits.subarray(32)) };
}

function parameters(header: Uint8Array, index: number, isLast: boolean) {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(index, 7);
  iv.writeUInt8(isLast ? 1 : 0, 11);
  return { name: "AES-GCM", iv, additionalData: Buffer.from(header), tagLength: 128 };
}
