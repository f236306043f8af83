import { generateKeyPairSync, type KeyObject } from "node:crypto";
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

describe("an access token", () => {
  it("says whom it is for, for fifteen minutes", async () => {
    const tokens = await accessTokens(issuer, [jwk]);
    const token = await tokens.issue(claims, now);
    expect(await tokens.verify(token, now)).toEqual(claims);
    expect(await tokens.verify(token, new Date(now.getTime() + 899_000))).toEqual(claims);
    const late = new Date(now.getTime() + 906_000);
    await expect(tokens.verify(token, late)).rejects.toMatchObject({ code: "token_expired" });
  });

  it("of a retired key is good until the key is taken away", async () => {
    const token = await (await accessTokens(issuer, [jwk])).issue(claims, now);
    const next = keyPair("k2", "active").jwk;
    const rotated = await accessTokens(issuer, [next, { ...jwk, status: "verify" }]);
    expect(await rotated.verify(token, now)).toEqual(claims);
    const later = await accessTokens(issuer, [next]);
    await expect(later.verify(token, now)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("needs one active key", async () => {
    await expect(accessTokens(issuer, [{ ...jwk, status: "verify" }])).rejects.toThrow("no active");
  });

  const without = (name: string) =>
    Object.fromEntries(Object.entries(good).filter(([claim]) => claim !== name));

  it.each<[string, () => Promise<string>]>([
    ["without an end", () => sign(without("exp"))],
    ["without a session", () => sign(without("sid"))],
    ["without a user", () => sign(without("sub"))],
    ["without an id", () => sign(without("jti"))],
    ["whose session is no text", () => sign({ ...good, sid: 7 })],
    ["for another audience", () => sign({ ...good, aud: "other-api" })],
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
    [
      "signed with the public key as if it were a secret",
      () =>
        new SignJWT(good)
          .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "k1" })
          .sign(new TextEncoder().encode(JSON.stringify({ x: jwk.x, y: jwk.y }))),
    ],
    ["that is none", () => Promise.resolve("not.a.token")],
  ])("is refused %s", async (_, make) => {
    const tokens = await accessTokens(issuer, [jwk]);
    await expect(tokens.verify(await make(), now)).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });
});
