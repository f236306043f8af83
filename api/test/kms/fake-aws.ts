import { createHash, createHmac, randomBytes } from "node:crypto";
import { env } from "node:process";
import { fakeService, opened, sealed, type Answer, type Asked } from "./fake-service.ts";

export const AWS_KEY =
  "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const AWS_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** The SDK looks for credentials in the environment first. */
export function giveAwsCredentials(): void {
  Object.assign(env, AWS_CREDENTIALS);
}

export function takeAwsCredentials(): void {
  for (const name of Object.keys(AWS_CREDENTIALS)) Reflect.deleteProperty(env, name);
}

interface Body {
  readonly KeyId: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

const fault = (name: string, status = 400): Answer => ({
  status,
  body: { __type: name, message: `${name} of the stand-in` },
});

/** AWS KMS as far as Encrypt and Decrypt go: signatures (SigV4) are verified, encryption contexts are bound. */
export async function fakeAws(keys: readonly string[] = [AWS_KEY]) {
  const secrets = new Map(keys.map((arn) => [arn, randomBytes(32)]));

  const service = await fakeService((asked) => {
    if (!isSigned(asked)) return fault("InvalidSignatureException", 403);
    const body = JSON.parse(asked.text) as Body;
    const secret = secrets.get(body.KeyId);
    if (secret === undefined) return fault("NotFoundException");
    const pairs = Object.entries(body.EncryptionContext ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const aad = Buffer.from(JSON.stringify(pairs));
    const named = { KeyId: body.KeyId, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
    if (asked.headers["x-amz-target"] === "TrentService.Encrypt") {
      const box = sealed(secret, Buffer.from(body.Plaintext ?? "", "base64"), aad);
      const blob = Buffer.concat([sha256(body.KeyId), box]);
      return { status: 200, body: { ...named, CiphertextBlob: blob.toString("base64") } };
    }
    const blob = Buffer.from(body.CiphertextBlob ?? "", "base64");
    const owner = [...secrets.keys()].find((arn) => sha256(arn).equals(blob.subarray(0, 32)));
    if (owner !== undefined && owner !== body.KeyId) return fault("IncorrectKeyException");
    const plaintext = owner === undefined ? null : opened(secret, blob.subarray(32), aad);
    if (plaintext === null) return fault("InvalidCiphertextException");
    return { status: 200, body: { ...named, Plaintext: plaintext.toString("base64") } };
  });
  return { ...service, forget: () => secrets.clear() };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

/** AWS Signature Version 4, from its description. */
function isSigned({ path, headers, text }: Asked): boolean {
  const match = /^AWS4-HMAC-SHA256 Credential=(.+?), SignedHeaders=(.+?), Signature=(.+)$/.exec(
    headers.authorization ?? "",
  );
  const [, credential = "", signedHeaders = "", signature = ""] = match ?? [];
  const [id, day = "", region = "", service = ""] = credential.split("/");
  if (id !== AWS_CREDENTIALS.AWS_ACCESS_KEY_ID) return false;
  const lines = signedHeaders.split(";").map((name) => `${name}:${String(headers[name]).trim()}`);
  const hash = sha256(text).toString("hex");
  const canonical = ["POST", path, "", ...lines, "", signedHeaders, hash].join("\n");
  const scope = [day, region, service, "aws4_request"];
  const toSign = [
    "AWS4-HMAC-SHA256",
    headers["x-amz-date"],
    scope.join("/"),
    sha256(canonical).toString("hex"),
  ].join("\n");
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${AWS_CREDENTIALS.AWS_SECRET_ACCESS_KEY}`);
  return service === "kms" && hmac(key, toSign).toString("hex") === signature;
}
