import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  sign as signBytes,
  type KeyObject,
} from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { SignJWT, type JWTPayload } from "jose";
import type { SigningKeys } from "../../config.ts";
import { accessTokens } from "./access-token.ts";

const issuer = "https://timos.example";
const now = new Date("2026-11-21T08:00:00Z");
const seconds = now.getTime() / 1000;

function keyPair(kid: string, status: "active" | "verify") {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid, status } as SigningKeys[number];
  return { privateKey, jwk };
}

const { privateKey, jwk } = keyPair("k1", "active");
const claims = { userId: "u1", sessionId: "s1" };
const good: JWTPayload = {
  sid: "s1",
  sub: "u1",
  iss: issuer,
  aud: "timos-api",
  jti: "j1",
  iat: seconds,
  exp: seconds + 900,
};

const sign = (payload: JWTPayload, header = {}, key: KeyObject = privateKey) =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "k1", ...header })
    .sign(key);

/** A token with just these words, signed as they stand. */
function signRaw(payload: string, header: object = {}): string {
  const head = JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: "k1", ...header });
  const signed = [head, payload].map((part) => Buffer.from(part).toString("base64url")).join(".");
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${signed}.${signBytes("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

/** The attack of RFC 8725 §2.1: the public key, in whatever form, taken for the secret of an HMAC. */
function signHs256(secret: string | Buffer): string {
  const head = JSON.stringify({ alg: "HS256", typ: "at+jwt", kid: "k1" });
  const signed = [head, JSON.stringify(good)]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

const ourPublicKey = createPublicKey(privateKey);
const PEM = ourPublicKey.export({ type: "spki", format: "pem" });
const DER = ourPublicKey.export({ type: "spki", format: "der" });

describe("an access token", () => {
  it("says whom it is for, for fifteen minutes", async () => {
    const tokens = await accessTokens(issuer, [jwk]);
    const token = tokens.issue(claims, now);
    expect(await tokens.verify(token, now)).toEqual(claims);
    expect(await tokens.verify(token, new Date(now.getTime() + 899_000))).toEqual(claims);
    expect(await tokens.verify(token, new Date(now.getTime() + 929_000))).toEqual(claims);
    const late = new Date(now.getTime() + 930_000);
    await expect(tokens.verify(token, late)).rejects.toMatchObject({ code: "token_expired" });
  });

  it("of a retired key is good until the key is taken away", async () => {
    const token = (await accessTokens(issuer, [jwk])).issue(claims, now);
    const next = keyPair("k2", "active").jwk;
    const rotated = await accessTokens(issuer, [next, { ...jwk, status: "verify" }]);
    expect(await rotated.verify(token, now)).toEqual(claims);
    const later = await accessTokens(issuer, [next]);
    await expect(later.verify(token, now)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("needs one active key", async () => {
    await expect(accessTokens(issuer, [{ ...jwk, status: "verify" }])).rejects.toThrow("no active");
  });

  const signed = (payload: string, header = {}) => Promise.resolve(signRaw(payload, header));
  const raw = (payload: object) => signed(JSON.stringify(payload));
  /** JSON has no Infinity, but numbers that become it. */
  const infinite = (claim: string) =>
    signed(JSON.stringify({ ...good, [claim]: 0 }).replace(`"${claim}":0`, `"${claim}":1e999`));
  const unsigned = async (alg: string) => {
    const [, payload = ""] = (await sign(good)).split(".");
    const header = Buffer.from(JSON.stringify({ alg, typ: "at+jwt", kid: "k1" }));
    return `${header.toString("base64url")}.${payload}.`;
  };
  const selfSigned = () => {
    const other = keyPair("k1", "active");
    const { d: _private, ...publicJwk } = other.jwk;
    return sign(good, { jwk: publicJwk, jku: "https://evil.example/keys" }, other.privateKey);
  };

  const without = (name: string) =>
    Object.fromEntries(Object.entries(good).filter(([claim]) => claim !== name));

  it.each<[string, () => Promise<string>]>([
    ["without an end", () => sign(without("exp"))],
    ["without a session", () => sign(without("sid"))],
    ["without a user", () => sign(without("sub"))],
    ["without an id", () => sign(without("jti"))],
    ["whose session is no text", () => sign({ ...good, sid: 7 })],
    ["for another audience (CVE-2026-55669)", () => sign({ ...good, aud: "other-api" })],
    ["of another issuer", () => sign({ ...good, iss: "https://evil.example" })],
    ["not valid yet", () => sign({ ...good, nbf: seconds + 600 })],
    ["of another type", () => sign(good, { typ: "JWT" })],
    ["of no type", () => sign(good, { typ: undefined })],
    ["of an unknown key", () => sign(good, { kid: "k9" })],
    ["of no key", () => sign(good, { kid: undefined })],
    ["signed by another key", () => sign(good, {}, keyPair("k1", "active").privateKey)],
    [
      "with an extension it must understand",
      async () => {
        const [, payload = "", signature = ""] = (await sign(good)).split(".");
        const header = { alg: "ES256", typ: "at+jwt", kid: "k1", crit: ["b65"], b65: 1 };
        return [Buffer.from(JSON.stringify(header)).toString("base64url"), payload, signature].join(
          ".",
        );
      },
    ],
    ["without a beginning", () => sign(without("iat"))],
    ["without an audience (CVE-2026-55669)", () => sign(without("aud"))],
    ["without an issuer", () => sign(without("iss"))],
    ["whose user is no text", () => raw({ ...good, sub: 7 })],
    ["whose user is a list", () => raw({ ...good, sub: ["u1"] })],
    ["whose issuer is a list", () => raw({ ...good, iss: [issuer] })],
    ["issued in the future", () => sign({ ...good, iat: seconds + 600, exp: seconds + 1500 })],
    ["whose end is a text (CVE-2026-44459)", () => raw({ ...good, exp: "never" })],
    ["whose end is null (CVE-2026-44459)", () => raw({ ...good, exp: null })],
    ["that never ends (CVE-2026-44459)", () => infinite("exp")],
    ["that begins after time (CVE-2026-44459)", () => infinite("nbf")],
    ["with half a second in it", () => raw({ ...good, exp: seconds + 900.5 })],
    ["with a payload that is a list", () => signed(JSON.stringify([good]))],
    ["with a payload that is no JSON", () => signed("{")],
    [
      "with an extension that it knows",
      () => signed(JSON.stringify(good), { crit: ["b64"], b64: true }),
    ],
    [
      "whose payload is not encoded",
      () => signed(JSON.stringify(good), { crit: ["b64"], b64: false }),
    ],
    ["that brings its own key (GHSA-869p-cjfg-cm3x)", () => selfSigned()],
    ["whose key is a list", () => signed(JSON.stringify(good), { kid: ["k1"] })],
    ["whose key is named as a path", () => signed(JSON.stringify(good), { kid: "../k1" })],
    ["whose key is named as a member of all objects", () => sign(good, { kid: "constructor" })],
    ...(["none", "None", "NONE", "nOnE"] as const).map((alg): [string, () => Promise<string>] => [
      `unsigned, as ${alg} (CVE-2022-23540)`,
      () => unsigned(alg),
    ]),
    [
      "of another curve's algorithm (CVE-2022-23539)",
      () => signed(JSON.stringify(good), { alg: "ES384" }),
    ],
    [
      "with the public key's PEM as a secret (CVE-2022-23541)",
      () => Promise.resolve(signHs256(PEM)),
    ],
    ["with the public key's DER as a secret", () => Promise.resolve(signHs256(DER))],
    [
      "with the public JWK as a secret",
      () => Promise.resolve(signHs256(JSON.stringify({ x: jwk.x, y: jwk.y }))),
    ],
    ["with an empty secret (CVE-2022-23529)", () => Promise.resolve(signHs256(""))],
    ["with five parts", async () => `${await sign(good)}.a.b`],
    ["with a signature cut off", async () => (await sign(good)).replace(/[^.]*$/, "")],
    [
      "with a signature of zeros (CVE-2022-21449)",
      async () => (await sign(good)).replace(/[^.]*$/, "A".repeat(86)),
    ],
    ["that is none", () => Promise.resolve("not.a.token")],
  ])("is refused %s", async (_, make) => {
    const tokens = await accessTokens(issuer, [jwk]);
    await expect(tokens.verify(await make(), now)).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });
});

describe("an access token that was verified before", () => {
  const at = (ms: number) => new Date(now.getTime() + ms);

  it("is good for as long as it says, and no longer", async () => {
    const tokens = await accessTokens(issuer, [jwk]);
    const token = tokens.issue(claims, now);
    for (const ms of [0, 1, 899_000, 929_999]) {
      expect(await tokens.verify(token, at(ms))).toEqual(claims);
    }
    for (const ms of [930_000, 930_001, 86_400_000]) {
      await expect(tokens.verify(token, at(ms))).rejects.toMatchObject({ code: "token_expired" });
    }
  });

  it("is good for fifteen minutes, though it says a year", async () => {
    const tokens = await accessTokens(issuer, [jwk]);
    const token = await sign({ ...good, exp: seconds + 31_536_000 });
    expect(await tokens.verify(token, now)).toEqual(claims);
    await expect(tokens.verify(token, at(931_000))).rejects.toMatchObject({
      code: "token_expired",
    });
  });

  it.each([
    ["its payload", 1],
    ["its signature", 2],
  ])("is not good when %s is another's", async (_, part) => {
    const tokens = await accessTokens(issuer, [jwk]);
    const [one, two] = [tokens.issue(claims, now), await sign({ ...good, sub: "u2" })];
    await tokens.verify(one, now);
    await tokens.verify(two, now);
    const mixed = one.split(".").map((text, i) => (i === part ? two.split(".")[i] : text));
    await expect(tokens.verify(mixed.join("."), now)).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  it("was refused: it is refused again", async () => {
    const tokens = await accessTokens(issuer, [jwk]);
    const token = await sign(good, {}, keyPair("k1", "active").privateKey);
    for (let i = 0; i < 3; i++) {
      await expect(tokens.verify(token, now)).rejects.toMatchObject({ code: "unauthenticated" });
    }
  });
});
