/**
 * Encodes what a ciphertext is bound to, so that no two lists of parts give the same bytes:
 * the domain, a zero byte, the number of parts (u32 BE), then each part after its length (u32 BE).
 */
export function associatedData(domain: string, parts: readonly (string | Uint8Array)[]): Buffer {
  const head = Buffer.from(`${domain}\0`);
  const encoded = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  const length = encoded.reduce((sum, part) => sum + 4 + part.length, head.length + 4);
  const bytes = Buffer.allocUnsafe(length);
  bytes.set(head);
  let at = bytes.writeUInt32BE(encoded.length, head.length);
  for (const part of encoded) {
    at = bytes.writeUInt32BE(part.length, at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
