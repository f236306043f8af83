import { existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeKeyring } from "../../api/src/crypto/keyring.ts";
import type { Manifest } from "../backup/manifest.ts";
import { ROOT } from "../launcher/paths.ts";
import type { DatabaseRole } from "../lib/backup-sets.ts";
import { readMigrations } from "../lib/migration-files.ts";

/** Reasons not to begin. Each throws, having changed nothing. */

export const migrationsOf = (role: DatabaseRole): string =>
  join(ROOT, "prisma", role, "migrations");

/** A backup of a newer TimOS has tables that this one does not know. */
export function refuseNewer(manifests: readonly Manifest[]): void {
  for (const { id, set, timos, migrations } of manifests) {
    for (const role of ["platform", "vault"] as const) {
      const known = new Set(readMigrations(migrationsOf(role)).map(({ name }) => name));
      const unknown = (migrations[role] ?? []).filter((name) => !known.has(name));
      if (unknown.length === 0) continue;
      throw new Error(
        `The backup ${id} of the ${set} was made by a newer TimOS (${timos}): it has changes that this one does not know ` +
          `(${unknown.join(", ")}). Nothing was changed. Update TimOS and restore again.`,
      );
    }
  }
}

/** Wraps under a master key that is in no keyring are lost, and so is what they open. */
export function refuseMissingMasterKeys(keys: Manifest, keyring: Buffer | null): void {
  const held = keyring === null ? [] : decodeKeyring(keyring).map(({ id }) => `local:${id}`);
  const missing = keys.keyReferences.filter(
    ({ mekRef, wraps }) => mekRef.startsWith("local:") && wraps > 0 && !held.includes(mekRef),
  );
  const [first] = missing;
  if (first === undefined) return;
  const names = [...new Set(missing.map(({ mekRef }) => mekRef))].join(", ");
  throw new Error(
    `The keyring lacks ${names}, under which ${first.wraps} data keys of the ${first.database} are wrapped: their journals could not be opened. ` +
      "Nothing was changed. Find the keyring or the recovery kit that has it, and join it: npm run keys:merge -- FILE.",
  );
}

/** Indexes and half-empty pages take room beside what a table's stream is long, which is longer than its rows in hex. */
const EXPANSION = 1.5;
const MEGABYTE = 1024 * 1024;
const ROOM_MEGABYTES = 256;

export const storedBytes = (manifests: readonly Manifest[]): number =>
  manifests
    .flatMap(({ tables }) => tables.flatMap(({ files }) => files))
    .reduce((sum, { bytes }) => sum + bytes, 0);

/** How much room loading takes, beside what is there already. */
export const neededBytes = (manifests: readonly Manifest[]): number => {
  const tables = manifests.flatMap((manifest) => manifest.tables);
  const bytes = tables.reduce((sum, { streamBytes }) => sum + streamBytes, 0);
  return bytes * EXPANSION + ROOM_MEGABYTES * MEGABYTE;
};

export function refuseFullDisk(folder: string, manifests: readonly Manifest[]): void {
  let place = folder;
  while (!existsSync(place)) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  const needed = neededBytes(manifests);
  if (bavail * bsize >= needed) return;
  const inMegabytes = (bytes: number) => Math.ceil(bytes / MEGABYTE);
  throw new Error(
    `There is too little room where ${folder} is: ${inMegabytes(bavail * bsize)} MB are free, and about ${inMegabytes(needed)} MB are needed. ` +
      "Nothing was changed. Free some space, or set TIMOS_DATA_DIR to a folder on another disk.",
  );
}

export const readKeyring = (file: string): Buffer | null =>
  existsSync(file) ? readFileSync(file) : null;
