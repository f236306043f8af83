import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

/**
 * The box format a second time, written from its description and sharing no code with `src/crypto`: HKDF by its two
 * HMACs, the padding by its table, and the nonce given from outside.
 */
interface Named {
  readonly dek: Uint8Array;
  readonly version: number;
  readonly table: string;
  readonly box: string;
  readonly ownerId: Uint8Array;
  readonly rowId: Uint8Array;
  readonly rev: number;
}

export function referenceSeal(named: Named, text: string | Buffer, nonce: Uint8Array): Buffer {
  const head = Buffer.concat([header(named), nonce]);
  const cipher = createCipheriv("aes-256-gcm", boxKey(named), nonce);
  cipher.setAAD(aad(named));
  const padded = typeof text === "string" ? pad(text) : text;
  return Buffer.concat([head, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

export function referenceOpen(named: Named, box: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", boxKey(named), box.subarray(22, 34));
  decipher.setAAD(aad(named));
  decipher.setAuthTag(box.subarray(box.length - 16));
  const padded = Buffer.concat([
    decipher.update(box.subarray(34, box.length - 16)),
    decipher.final(),
  ]);
  return padded.toString("utf8", 4, 4 + padded.readUInt32BE(0));
}

function header({ dek, version }: Named): Buffer {
  return Buffer.concat([Buffer.from([0xf9, 1]), u32(version), hkdf(dek, "timos/dek-id/v1", 16)]);
}

function boxKey({ dek, table }: Named): Buffer {
  return hkdf(dek, `timos/box/v1/${table}`, 32);
}

function aad(named: Named): Buffer {
  const rev = Buffer.concat([u32(Math.floor(named.rev / 2 ** 32)), u32(named.rev % 2 ** 32)]);
  const parts = [
    Buffer.from(named.table),
    Buffer.from(named.box),
    named.ownerId,
    named.rowId,
    rev,
    header(named),
  ];
  return Buffer.concat([
    Buffer.from("timos/box/v1"),
    Buffer.from([0]),
    u32(parts.length),
    ...parts.flatMap((part) => [u32(part.length), part]),
  ]);
}

function pad(text: string): Buffer {
  const bytes = Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)]);
  const sizes = [64, 128, 256, 512, 1024];
  const size = sizes.find((candidate) => candidate >= bytes.length) ?? padme(bytes.length);
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

/** Padmé by its definition on bits: the last bits beyond the kept ones become zero. */
function padme(length: number): number {
  const exponent = length.toString(2).length - 1;
  const bits = exponent.toString(2).length;
  const mask = 2 ** (exponent - bits) - 1;
  return Number((BigInt(length) + BigInt(mask)) & ~BigInt(mask));
}

function hkdf(secret: Uint8Array, info: string, length: number): Buffer {
  const extracted = createHmac("sha256", Buffer.alloc(32)).update(secret).digest();
  const block = createHmac("sha256", extracted)
    .update(info)
    .update(Buffer.from([1]))
    .digest();
  return block.subarray(0, length);
}

function u32(value: number): Buffer {
  return Buffer.from([
    (value >>> 24) & 255,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  ]);
}
