import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Box } from "./seal.ts";

/** What is kept, by what becomes of it when somebody's session ends. */
export type What =
  /** Words the server does not have: they leave by reaching it, by signing out, or with the account. */
  | "draft"
  | "change"
  /** Copies of what the server has: they leave when the session ends. */
  | "answer";

export interface Kept {
  readonly id: string;
  readonly userId: string;
  readonly what: What;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  /** The tab that a draft belongs to. */
  readonly tab: string | null;
  readonly box: Box;
}

export interface AccountKept {
  readonly userId: string;
  /** Drawn with the keys. What was read under other keys must not be written under these. */
  readonly keyId: string;
  readonly sealing: CryptoKey;
  readonly naming: CryptoKey;
  /** Who they are, for when the server cannot be asked; null when this device may not know. */
  readonly me: Box | null;
}

export interface KeptSchema extends DBSchema {
  accounts: { key: string; value: AccountKept };
  kept: { key: string; value: Kept; indexes: { owner: [string, What] } };
}

export type KeptDatabase = IDBPDatabase<KeptSchema>;

const NAME = "timos";

/** Opens the one database of this site. Rejects where the browser keeps nothing. */
export function openDatabase(onClosed: () => void): Promise<KeptDatabase> {
  const opening = openDB<KeptSchema>(NAME, 1, {
    upgrade: (database) => {
      database.createObjectStore("accounts", { keyPath: "userId" });
      database
        .createObjectStore("kept", { keyPath: "id" })
        .createIndex("owner", ["userId", "what"]);
    },
    blocking: (_current, _blocked, event) => {
      // Another tab deletes it, or has a newer version of these pages.
      (event.target as IDBDatabase).close();
      onClosed();
    },
    terminated: onClosed,
  });
  return opening;
}

/** Whether this browser can keep anything: the parts that are there in secure contexts only are asked for too. */
export const canKeep = (): boolean =>
  "indexedDB" in globalThis && "locks" in navigator && "subtle" in globalThis.crypto;

/** Removes everything, at once from sight, and from the disk when no other tab holds it open. */
export async function deleteDatabase(): Promise<void> {
  const database = await openDatabase(() => undefined);
  const clearing = database.transaction(["accounts", "kept"], "readwrite");
  await Promise.all([
    clearing.objectStore("accounts").clear(),
    clearing.objectStore("kept").clear(),
    clearing.done,
  ]);
  database.close();
  await new Promise<void>((resolve, reject) => {
    deleteDB(NAME, { blocked: () => resolve() }).then(resolve, reject);
  });
}
