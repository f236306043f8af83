/**
 * Encodes what a ciphertext is bound to, so that no two lists of parts give the same bytes:
 * the domain, a zero byte, the number of parts (u32 BE), then each part after its length (u32 BE).
 */
export function associatedData(domain: string, parts: readonly (string | Uint8Array)[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(parts.length);
  const chunks: Uint8Array[] = [Buffer.from(`${domain}\0`, "utf8"), count];
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    chunks.push(length, bytes);
  }
  return Buffer.concat(chunks);
}
