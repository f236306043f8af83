import { readFileSync } from "node:fs";
import * as z from "zod";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { wrapBinding } from "../../crypto/wrap.ts";
import type { Config } from "../../config.ts";
import { postJson, troubleOf } from "./post-json.ts";
import { MekUnavailable, type MekProvider, type Trouble } from "./provider.ts";
import { referencesOf, remoteProvider, type Call, type Patience } from "./remote.ts";

const SUITE_VAULT_TRANSIT = 6;

const Encrypted = z.object({
  data: z.object({ ciphertext: z.string().regex(/^vault:v\d+:[A-Za-z0-9+/]+=*$/) }),
});
const Decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });
const Refused = z.object({ errors: z.array(z.string()) });

type Settings = NonNullable<Config["vault"]["masterKeys"]["vault"]>;

/**
 * Master keys in HashiCorp Vault or OpenBao, by the Transit engine. A blob is Vault's own text (`vault:v<version>:…`) in
 * ASCII; the wrap's binding is its `associated_data`. The token is read from its file for every call, since it ends and
 * is renewed there by others. Vault's own `rewrap` takes no associated data, so a new version of a key comes into use
 * with the next wrap, or by a rotation of ours.
 */
export function vaultTransit({ address, token, keys }: Settings, patience?: Patience): MekProvider {
  const post = async (operation: "encrypt" | "decrypt", call: Call, body: object) => {
    const { mekRef } = call.context;
    const slash = call.key.lastIndexOf("/");
    const [mount, key] = [call.key.slice(0, slash), call.key.slice(slash + 1)];
    const { status, answer } = await postJson(
      call,
      `${address}/v1/${mount}/${operation}/${key}`,
      { "x-vault-token": tokenOf(mekRef, token), "x-vault-request": "true" },
      { ...body, associated_data: wrapBinding(call.context).toString("base64") },
    );
    if (status === 200) return answer;
    const refused = Refused.safeParse(answer);
    throw refusalOf(mekRef, status, refused.success ? refused.data.errors.join("; ") : "");
  };
  return remoteProvider(
    {
      keys: referencesOf("vault", keys),
      suite: SUITE_VAULT_TRANSIT,
      concurrency: 16,
      encrypt: async (call, dek) => {
        const plaintext = Buffer.from(dek).toString("base64");
        const answer = Encrypted.safeParse(await post("encrypt", call, { plaintext }));
        if (!answer.success) throw new MekUnavailable(call.context.mekRef, "garbled");
        return Buffer.from(answer.data.data.ciphertext, "ascii");
      },
      decrypt: async (call, blob) => {
        const ciphertext = Buffer.from(blob).toString("ascii");
        const answer = Decrypted.safeParse(await post("decrypt", call, { ciphertext }));
        if (!answer.success) throw new MekUnavailable(call.context.mekRef, "garbled");
        return Buffer.from(answer.data.data.plaintext, "base64");
      },
    },
    patience,
  );
}

function tokenOf(mekRef: string, token: Settings["token"]): string {
  if (token.value !== undefined) return token.value;
  try {
    return readFileSync(token.file, "utf8").trim();
  } catch {
    throw new MekUnavailable(mekRef, "denied");
  }
}

/** Vault tells by its words what went wrong: the same fault of a wrap has been a 400 and, from 1.6 on, a 500. */
const WORDS: readonly (readonly [RegExp, Trouble | "opens_not"])[] = [
  [/message authentication failed|invalid ciphertext/, "opens_not"],
  [/encryption key not found|disallowed by policy|no handler for route/, "no_key"],
];

function refusalOf(mekRef: string, status: number, words: string): Error {
  const trouble = WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? troubleOf(status);
  return trouble === "opens_not" ? new DecryptionError() : new MekUnavailable(mekRef, trouble);
}
