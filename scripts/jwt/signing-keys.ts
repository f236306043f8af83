import { generateKeyPairSync, randomUUID } from "node:crypto";
import * as z from "zod";
import {
  ACCESS_TOKEN_SECONDS,
  CLOCK_TOLERANCE_SECONDS,
} from "../../api/src/features/auth/access-token.ts";

/** A key of access tokens as it stands in the file: a JWK (RFC 7517) with words of ours about its life. */
const StoredKey = z.looseObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.string().optional(),
  status: z.enum(["active", "verify"]),
  retiredAt: z.iso.datetime().optional(),
});
type StoredKey = z.output<typeof StoredKey>;

const StoredKeys = z.object({ keys: z.array(StoredKey) });

/**
 * What a key does:
 * - `signs`: the one that new tokens are signed with.
 * - `signs next`: every server knows it already when the next rotation has it sign.
 * - `verifies`: signs no more; tokens that it signed may still be about.
 * - `spent`: signs no more, and no token of it can be about.
 */
export type Duty = "signs" | "signs next" | "verifies" | "spent";

/** @throws when it is no set of signing keys with exactly one that signs. Repeats nothing of it. */
export function parseSigningKeys(text: string): StoredKey[] {
  const parsed = StoredKeys.safeParse(parseJson(text));
  const keys = parsed.data?.keys ?? [];
  if (keys.filter((key) => dutyOf(key, new Date(0)) === "signs").length !== 1) {
    throw new Error("it holds no set of signing keys with exactly one active key");
  }
  return keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const writeSigningKeys = (keys: readonly StoredKey[]): string =>
  `${JSON.stringify({ keys }, null, 2)}\n`;

export function dutyOf({ status, d, retiredAt }: StoredKey, now: Date): Duty {
  if (status === "active" && d !== undefined) return "signs";
  if (d !== undefined) return "signs next";
  // Of a key that something else wrote it is not known since when it has been idle: the next rotation notes it.
  const idleSince = retiredAt === undefined ? Infinity : Date.parse(retiredAt);
  const seconds = ACCESS_TOKEN_SECONDS + 2 * CLOCK_TOLERANCE_SECONDS;
  return now.getTime() - idleSince > seconds * 1000 ? "spent" : "verifies";
}

/** A new installation's keys: one that signs, and the one that will. */
export const newSigningKeys = (now: Date): StoredKey[] => [
  newKey("active", now),
  newKey("verify", now),
];

/**
 * The keys after a rotation. The key that every server knows since the last one signs from now on, so that servers may
 * be restarted one by one; a new one takes its place. What signed until now keeps its public part for as long as tokens
 * of it are about, and loses the private one.
 */
export function rotated(keys: readonly StoredKey[], now: Date): StoredKey[] {
  const next = keys.find((key) => dutyOf(key, now) === "signs next") ?? newKey("verify", now);
  const retired = keys
    .filter((key) => key.kid !== next.kid && dutyOf(key, now) !== "spent")
    .map(({ d: _private, ...key }): StoredKey => {
      return { ...key, status: "verify", retiredAt: key.retiredAt ?? now.toISOString() };
    });
  return [{ ...next, status: "active" }, newKey("verify", now), ...retired];
}

function newKey(status: "active" | "verify", now: Date): StoredKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "ES256" };
  return StoredKey.parse({ ...jwk, use: "sig", status, createdAt: now.toISOString() });
}
