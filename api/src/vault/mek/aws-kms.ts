import type { KMSClient } from "@aws-sdk/client-kms";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import type { WrapContext } from "../../crypto/wrap.ts";
import type { Config } from "../../config.ts";
import { troubleOf } from "./post-json.ts";
import { MekSetupError, MekUnavailable, type MekProvider, type Trouble } from "./provider.ts";
import { referencesOf, remoteProvider, type Call, type Patience } from "./remote.ts";

const SUITE_AWS_KMS = 4;

type Settings = NonNullable<Config["vault"]["masterKeys"]["awskms"]>;

/**
 * Master keys in AWS KMS. The wrap is bound by the encryption context, which AWS writes into its own log in the clear:
 * it holds the random owner id, and nothing of the person. Credentials are found as the AWS SDK finds them.
 *
 * @throws {@link MekSetupError} when the SDK is not installed.
 */
export async function awsKms(
  { endpoint, keys }: Settings,
  patience?: Patience,
): Promise<MekProvider> {
  const sdk = await import("@aws-sdk/client-kms").catch(() => {
    throw new MekSetupError(
      "AWS_KMS_KEY_ID is set, but the package @aws-sdk/client-kms is not installed: npm install --include=optional",
    );
  });
  const clients = new Map<string, KMSClient>();
  const clientOf = (arn: string): KMSClient => {
    const region = arn.split(":")[3] ?? "";
    const client =
      clients.get(region) ??
      // Attempts are counted by the provider.
      new sdk.KMSClient({
        region,
        maxAttempts: 1,
        ...(endpoint === undefined ? {} : { endpoint }),
      });
    clients.set(region, client);
    return client;
  };
  /** What the service made, once it is sure that it was made with the key we asked for. */
  const made = (
    { key, context }: Call,
    answer: {
      readonly KeyId?: string | undefined;
      readonly EncryptionAlgorithm?: string | undefined;
    },
    bytes: Uint8Array | undefined,
  ): Uint8Array => {
    const isOurs = answer.KeyId === key && answer.EncryptionAlgorithm === "SYMMETRIC_DEFAULT";
    if (isOurs && bytes !== undefined) return bytes;
    throw new MekUnavailable(context.mekRef, "garbled");
  };

  return remoteProvider(
    {
      keys: referencesOf("awskms", keys),
      suite: SUITE_AWS_KMS,
      concurrency: 16,
      encrypt: (call, dek) =>
        refusing(call, async () => {
          const { key: KeyId, signal: abortSignal } = call;
          const EncryptionContext = encryptionContext(call.context);
          const command = new sdk.EncryptCommand({ KeyId, Plaintext: dek, EncryptionContext });
          const answer = await clientOf(KeyId).send(command, { abortSignal });
          return made(call, answer, answer.CiphertextBlob);
        }),
      decrypt: (call, blob) =>
        refusing(call, async () => {
          const { key: KeyId, signal: abortSignal } = call;
          const EncryptionContext = encryptionContext(call.context);
          // Named, though the blob names it too: what somebody wrapped with a key of theirs does not open.
          const command = new sdk.DecryptCommand({
            KeyId,
            CiphertextBlob: blob,
            EncryptionContext,
          });
          const answer = await clientOf(KeyId).send(command, { abortSignal });
          return made(call, answer, answer.Plaintext);
        }),
    },
    patience,
  );
}

/** The parts of the wrap's binding as pairs of text. */
function encryptionContext({ ownerId, version, dekId, mekRef }: WrapContext) {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  return {
    purpose: "timos/dek/v1",
    owner: hex(ownerId),
    version: String(version),
    dekId: hex(dekId),
    mekRef,
  };
}

/** What the service calls its faults, as far as the HTTP status does not tell. */
const FAULTS: Readonly<Record<string, Trouble>> = {
  ThrottlingException: "throttled",
  LimitExceededException: "throttled",
  AccessDeniedException: "denied",
  UnrecognizedClientException: "denied",
  InvalidSignatureException: "denied",
  ExpiredTokenException: "denied",
  CredentialsProviderError: "denied",
  NotFoundException: "no_key",
  DisabledException: "no_key",
  KMSInvalidStateException: "no_key",
  InvalidKeyUsageException: "no_key",
};

const OPENS_NOT = ["InvalidCiphertextException", "IncorrectKeyException"];

async function refusing<T>({ context, signal }: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MekUnavailable || !(error instanceof Error)) throw error;
    if (OPENS_NOT.includes(error.name)) throw new DecryptionError();
    throw new MekUnavailable(context.mekRef, signal.aborted ? "slow" : faultOf(error));
  }
}

function faultOf(error: Error & { $metadata?: { httpStatusCode?: number } }): Trouble {
  const status = error.$metadata?.httpStatusCode;
  return FAULTS[error.name] ?? (status === undefined ? "unreachable" : troubleOf(status));
}
