/**
 * The attachment stream against the calls of node:crypto inside it: for each chunk of 64 KiB `createCipheriv`,
 * `setAAD` with 66 bytes, one `update`, `final` and `getAuthTag`, the results left where they are.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import { nonce, randomBytes } from "../../api/src/crypto/random.ts";
import { openStream, sealStream } from "../../api/src/crypto/stream.ts";
import { compare, inRow, type Measured, type Part } from "./measure.ts";

const CHUNK_BYTES = 65_536;
const FILE_BYTES = 4 * 1024 * 1024;
const OPTIONS = { authTagLength: 16 };

export const stream: Part = {
  name: "stream",
  title: "sealing and opening an attachment of 4 MiB against node:crypto",
  run: async () => {
    const fileKey = randomBytes(32);
    const rawKey = createSecretKey(randomBytes(32));
    const iv = nonce();
    const aad = randomBytes(66);
    const pieces = inPieces(randomBytes(FILE_BYTES));
    const rawSeal = (piece: Buffer) => {
      const cipher = createCipheriv("aes-256-gcm", rawKey, iv, OPTIONS).setAAD(aad);
      const ciphertext = cipher.update(piece);
      cipher.final();
      return { ciphertext, tag: cipher.getAuthTag() };
    };
    const rawSealed = pieces.map(rawSeal);
    const sealed = inPieces(await sealAll(fileKey, pieces));
    const sealing = await compare([
      { name: "raw", run: () => pieces.map(rawSeal) },
      { name: "sealStream", run: () => drain(sealStream(fileKey, pieces)) },
    ]);
    const opening = await compare([
      {
        name: "raw",
        run: () => {
          for (const { ciphertext, tag } of rawSealed) {
            const decipher = createDecipheriv("aes-256-gcm", rawKey, iv, OPTIONS);
            decipher.setAAD(aad).setAuthTag(tag);
            decipher.update(ciphertext);
            decipher.final();
          }
        },
      },
      { name: "openStream", run: () => drain(openStream(fileKey, sealed)) },
    ]);
    return {
      tables: [
        { title: "Sealing 4 MiB", rows: sealing.map(withRate) },
        { title: "Opening 4 MiB", rows: opening.map(withRate) },
      ],
      targets: [],
    };
  },
};

function withRate(measured: Measured) {
  return { ...inRow(measured), "MB a second": FILE_BYTES / measured.microseconds };
}

function inPieces(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  );
}

async function sealAll(fileKey: Buffer, pieces: readonly Buffer[]): Promise<Buffer> {
  const sealed: Buffer[] = [];
  for await (const piece of sealStream(fileKey, pieces)) sealed.push(piece);
  return Buffer.concat(sealed);
}

/** How many pieces there were. */
async function drain(pieces: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  for await (const _ of pieces) count++;
  return count;
}
