import { randomBytes } from "node:crypto";
import { fakeService, opened, sealed, type Answer } from "./fake-service.ts";

export const VAULT_KEY = "transit/timos";
export const VAULT_TOKEN = "hvs.CAESIExample";

const fault = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });

/** Vault's Transit engine as far as encrypt and decrypt of keys with versions go. */
export async function fakeVault(keys: readonly string[] = [VAULT_KEY]) {
  const versions = new Map(keys.map((name) => [name, [randomBytes(32)]]));
  let token = VAULT_TOKEN;

  const service = await fakeService(({ path, headers, text }) => {
    // Without it an agent of Vault's before the server refuses.
    if (headers["x-vault-request"] !== "true") return fault(412, "missing header");
    if (headers["x-vault-token"] !== token) return fault(403, "permission denied");
    const [, mount = "", operation, key = ""] =
      /^\/v1\/(.+)\/(encrypt|decrypt)\/([^/]+)$/.exec(path) ?? [];
    const secrets = versions.get(`${mount}/${key}`);
    if (secrets === undefined) return fault(400, "encryption key not found");
    const body = JSON.parse(text) as Readonly<Record<string, string>>;
    const aad = Buffer.from(body["associated_data"] ?? "", "base64");
    if (operation === "encrypt") {
      const secret = secrets.at(-1) ?? Buffer.alloc(0);
      const box = sealed(secret, Buffer.from(body["plaintext"] ?? "", "base64"), aad);
      const ciphertext = `vault:v${secrets.length}:${box.toString("base64")}`;
      return { status: 200, body: { data: { ciphertext, key_version: secrets.length } } };
    }
    const [, version, base64 = ""] =
      /^vault:v(\d+):([A-Za-z0-9+/]+=*)$/.exec(body["ciphertext"] ?? "") ?? [];
    if (version === undefined) return fault(400, "invalid ciphertext: no prefix");
    const secret = secrets[Number(version) - 1];
    if (secret === undefined) return fault(400, "invalid ciphertext: version is too new");
    const plaintext = opened(secret, Buffer.from(base64, "base64"), aad);
    if (plaintext === null) return fault(400, "cipher: message authentication failed");
    return { status: 200, body: { data: { plaintext: plaintext.toString("base64") } } };
  });
  return {
    ...service,
    forget: () => versions.clear(),
    /** Adds a version to every key. */
    rotate: () => {
      for (const secrets of versions.values()) secrets.push(randomBytes(32));
    },
    renewToken: (renewed: string) => {
      token = renewed;
    },
  };
}
