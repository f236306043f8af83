import { generateKeyPairSync, sign, verify, type KeyObject } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { jwtVerify } from "jose";
import { es256PrivateKey, signEs256 } from "./signing-key.ts";

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pemOf = (key: KeyObject, type: "pkcs8" | "sec1" = "pkcs8"): string =>
  key.export({ type, format: "pem" }).toString();

describe("a private key for ES256", () => {
  it.each(["pkcs8", "sec1"] as const)("is read from PEM as %s, and signs", (type) => {
    const key = es256PrivateKey(pemOf(p256.privateKey, type));
    const [hash, text] = ["sha256", Buffer.from("signed")];
    expect(verify(hash, text, p256.publicKey, sign(hash, text, key))).toBe(true);
  });

  it.each<[string, () => string]>([
    ["nothing", () => ""],
    ["no PEM", () => "hunter2"],
    ["half of one", () => pemOf(p256.privateKey).slice(0, 120)],
    ["a public key", () => p256.publicKey.export({ type: "spki", format: "pem" }).toString()],
    ["another curve", () => pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey)],
    ["Bitcoin's", () => pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey)],
    ["Ed25519", () => pemOf(generateKeyPairSync("ed25519").privateKey)],
    ["RSA", () => pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)],
    [
      "one under a passphrase",
      () =>
        p256.privateKey
          .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "hunter2" })
          .toString(),
    ],
  ])("is none in %s, of which nothing is said", (_, make) => {
    const refused = new RangeError("not a private key on the curve P-256, as PEM");
    expect(() => es256PrivateKey(make())).toThrow(refused);
  });
});

it("signs a token that another implementation verifies, and that no other key does", async () => {
  const key = es256PrivateKey(p256.privateKey.export({ format: "jwk" }));
  const token = signEs256(key, { typ: "at+jwt", kid: "k1" }, { sub: "ü", iat: 1 });
  const { payload, protectedHeader } = await jwtVerify(token, p256.publicKey);
  expect(payload).toEqual({ sub: "ü", iat: 1 });
  expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: "k1" });
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await expect(jwtVerify(token, publicKey)).rejects.toThrow("signature verification failed");
});
