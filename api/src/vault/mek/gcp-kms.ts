import * as z from "zod";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { wrapBinding } from "../../crypto/wrap.ts";
import type { Config } from "../../config.ts";
import { crc32c } from "./crc32c.ts";
import { postJson, troubleOf } from "./post-json.ts";
import { MekSetupError, MekUnavailable, type MekProvider, type Trouble } from "./provider.ts";
import { referencesOf, remoteProvider, type Call, type Patience } from "./remote.ts";

const SUITE_GCP_KMS = 5;
const SCOPE = "https://www.googleapis.com/auth/cloudkms";

/** An int64 in JSON. */
const checksum = z.string().regex(/^\d+$/).transform(Number);

const Encrypted = z.object({
  name: z.string(),
  ciphertext: z.base64(),
  ciphertextCrc32c: checksum,
  verifiedPlaintextCrc32c: z.literal(true),
  verifiedAdditionalAuthenticatedDataCrc32c: z.literal(true),
});
const Decrypted = z.object({ plaintext: z.base64(), plaintextCrc32c: checksum });
const Refused = z.object({ error: z.object({ status: z.string(), message: z.string() }) });

type Settings = NonNullable<Config["vault"]["masterKeys"]["gcpkms"]>;

/**
 * Master keys in Google Cloud KMS, by its REST interface. The wrap's binding is the additional authenticated data.
 * Every byte string is compared by CRC-32C at the end that receives it, as Google asks.
 *
 * @throws {@link MekSetupError} when google-auth-library is not installed.
 */
export async function gcpKms(
  { endpoint, keys }: Settings,
  patience?: Patience,
): Promise<MekProvider> {
  const accessToken = isLoopback(endpoint) ? null : await accessTokens();

  const post = async (operation: "encrypt" | "decrypt", call: Call, bytes: Uint8Array) => {
    const { mekRef } = call.context;
    const field = operation === "encrypt" ? "plaintext" : "ciphertext";
    const binding = wrapBinding(call.context);
    const token = await accessToken?.(mekRef);
    const { status, answer } = await postJson(
      call,
      `${endpoint}/v1/${call.key}:${operation}`,
      token === undefined ? {} : { authorization: `Bearer ${token}` },
      {
        [field]: Buffer.from(bytes).toString("base64"),
        [`${field}Crc32c`]: String(crc32c(bytes)),
        additionalAuthenticatedData: binding.toString("base64"),
        additionalAuthenticatedDataCrc32c: String(crc32c(binding)),
      },
    );
    if (status === 200) return answer;
    throw refusalOf(mekRef, status, answer);
  };
  const verified = ({ context }: Call, text: string, sum: number): Buffer => {
    const bytes = Buffer.from(text, "base64");
    if (crc32c(bytes) !== sum) throw new MekUnavailable(context.mekRef, "garbled");
    return bytes;
  };

  return remoteProvider(
    {
      keys: referencesOf("gcpkms", keys),
      suite: SUITE_GCP_KMS,
      concurrency: 16,
      encrypt: async (call, dek) => {
        const answer = Encrypted.safeParse(await post("encrypt", call, dek));
        if (!answer.success || !answer.data.name.startsWith(`${call.key}/cryptoKeyVersions/`)) {
          throw new MekUnavailable(call.context.mekRef, "garbled");
        }
        return verified(call, answer.data.ciphertext, answer.data.ciphertextCrc32c);
      },
      decrypt: async (call, blob) => {
        const answer = Decrypted.safeParse(await post("decrypt", call, blob));
        if (!answer.success) throw new MekUnavailable(call.context.mekRef, "garbled");
        return verified(call, answer.data.plaintext, answer.data.plaintextCrc32c);
      },
    },
    patience,
  );
}

/** The configuration lets only this machine be spoken to in the clear; it is somebody's stand-in, and gets no token. */
const isLoopback = (endpoint: string) => endpoint.startsWith("http:");

async function accessTokens(): Promise<(mekRef: string) => Promise<string>> {
  const { GoogleAuth } = await import("google-auth-library").catch(() => {
    throw new MekSetupError(
      "GCP_KMS_KEY is set, but the package google-auth-library is not installed: npm install --include=optional",
    );
  });
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  return async (mekRef) => {
    const token = await auth.getAccessToken().catch(() => null);
    if (!token) throw new MekUnavailable(mekRef, "denied");
    return token;
  };
}

/** google.rpc.Code, as far as the HTTP status does not tell. */
const CODES: Readonly<Record<string, Trouble>> = {
  FAILED_PRECONDITION: "no_key",
  RESOURCE_EXHAUSTED: "throttled",
};

function refusalOf(mekRef: string, status: number, answer: unknown): Error {
  const refused = Refused.safeParse(answer);
  if (!refused.success) return new MekUnavailable(mekRef, troubleOf(status));
  const { status: code, message } = refused.data.error;
  if (code === "INVALID_ARGUMENT") {
    const isGarbled = /checksum|crc32c/i.test(message);
    return isGarbled ? new MekUnavailable(mekRef, "garbled") : new DecryptionError();
  }
  return new MekUnavailable(mekRef, CODES[code] ?? troubleOf(status));
}
