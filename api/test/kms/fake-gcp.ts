import { randomBytes } from "node:crypto";
import { fakeService, opened, sealed, type Answer } from "./fake-service.ts";

export const GCP_KEY = "projects/p/locations/europe-west3/keyRings/r/cryptoKeys/timos";

/** CRC-32C by its table, another way than the program computes it. */
const TABLE = Array.from({ length: 256 }, (_, n) =>
  Array.from({ length: 8 }).reduce<number>((c) => (c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1), n),
);
const crc = (bytes: Buffer): string => {
  let c = -1;
  for (const byte of bytes) c = (TABLE[(c ^ byte) & 255] ?? 0) ^ (c >>> 8);
  return String((c ^ -1) >>> 0);
};

const fault = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code: status, message, status: code } },
});

/** Google Cloud KMS as far as :encrypt and :decrypt go. */
export async function fakeGcp(keys: readonly string[] = [GCP_KEY]) {
  const secrets = new Map(keys.map((name) => [name, randomBytes(32)]));

  const service = await fakeService(({ path, text }) => {
    const [, name = "", operation] = /^\/v1\/(.+):(encrypt|decrypt)$/.exec(path) ?? [];
    const secret = secrets.get(name);
    if (secret === undefined) return fault(404, "NOT_FOUND", `CryptoKey ${name} not found.`);
    const body = JSON.parse(text) as Readonly<Record<string, string>>;
    const bytesOf = (field: string) => Buffer.from(body[field] ?? "", "base64");
    const aad = bytesOf("additionalAuthenticatedData");
    const field = operation === "encrypt" ? "plaintext" : "ciphertext";
    for (const each of [field, "additionalAuthenticatedData"]) {
      if (body[`${each}Crc32c`] !== crc(bytesOf(each))) {
        const words = `The checksum in field ${each}_crc32c did not match the data in field ${each}.`;
        return fault(400, "INVALID_ARGUMENT", words);
      }
    }
    if (operation === "encrypt") {
      const ciphertext = sealed(secret, bytesOf("plaintext"), aad);
      return {
        status: 200,
        body: {
          name: `${name}/cryptoKeyVersions/1`,
          ciphertext: ciphertext.toString("base64"),
          ciphertextCrc32c: crc(ciphertext),
          verifiedPlaintextCrc32c: true,
          verifiedAdditionalAuthenticatedDataCrc32c: true,
          protectionLevel: "SOFTWARE",
        },
      };
    }
    const plaintext = opened(secret, bytesOf("ciphertext"), aad);
    if (plaintext === null) {
      return fault(400, "INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.");
    }
    return {
      status: 200,
      body: {
        plaintext: plaintext.toString("base64"),
        plaintextCrc32c: crc(plaintext),
        usedPrimary: true,
        protectionLevel: "SOFTWARE",
      },
    };
  });
  return { ...service, forget: () => secrets.clear() };
}
