import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LRUCache } from "lru-cache";
import { sha256 } from "../../crypto/digest.ts";
import { findOwnerId } from "../../platform/owner-statement.ts";
import { findHead, type StoredHead } from "../../vault/statements.ts";
import type { VaultDeps } from "../../vault/user-vault.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";

type Deps = Pick<VaultDeps, "vaultDatabase" | "platformDatabase" | "clock">;

const TAG_BYTES = 16;
const REMEMBERED_OWNERS = 10_000;

/**
 * Makes the weak ETags of answers that depend on the vault, the settings of whoever asks, and the day that it is for them:
 * ADR 0025. The vault's head is asked each time, by its primary key; nothing is opened, and no content is hashed.
 */
export function validators({ vaultDatabase, platformDatabase, clock }: Deps) {
  // A user is one owner for as long as there is a user.
  const owners = new LRUCache<string, Uint8Array>({ max: REMEMBERED_OWNERS });
  const ownerOf = async (userId: string) => {
    const known = owners.get(userId) ?? (await findOwnerId(platformDatabase.execute, userId));
    if (known !== null) owners.set(userId, known);
    return known;
  };
  const program = programHash();
  return async (
    { user }: Caller,
    url: string,
  ): Promise<{ etag: string; head: StoredHead } | null> => {
    const owner = await ownerOf(user.id);
    const head = owner && (await findHead(vaultDatabase.execute, owner));
    // Of somebody who has written nothing there is nothing to spare.
    if (head === null) return null;
    const { timeZone, dayStartHour, locale, weekStartsOn } = user;
    const today = todayOf(user, clock());
    const rest = JSON.stringify([url, timeZone, dayStartHour, locale, weekStartsOn, today]);
    // The head's tag tells one state from any other: each change seals it anew, under another nonce.
    const state = Buffer.concat([program, head.sealed.subarray(-TAG_BYTES), Buffer.from(rest)]);
    return { etag: `W/"${sha256(state).subarray(0, 16).toString("base64url")}"`, head };
  };
}

/** Of all files that the API is made of: another program may answer otherwise. */
function programHash(): Buffer {
  const root = resolve(import.meta.dirname, "../..");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => /(?<!\.test)\.(ts|js|json|txt)$/.test(name));
  return sha256(Buffer.concat(files.map((name) => sha256(readFileSync(join(root, name))))));
}
