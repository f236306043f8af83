import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import type { BackupSet } from "../lib/backup-sets.ts";
import { chainOf, findLacking, openManifest } from "./catalog.ts";
import { DamagedBackup, NewerBackup } from "./damaged.ts";
import type { ChunkIndex } from "./engine/chunks.ts";
import type { Manifest, TableFile } from "./manifest.ts";
import { FileMissing } from "./store/file-missing.ts";
import type { Store } from "./store/store.ts";

/** So many backups at most does one need to be restored: each of them has to be whole. */
const CHAIN_AT_MOST = 14;

/** A table of the backup that an incremental one is made on. */
export interface BaseTable {
  readonly index: ChunkIndex;
  readonly files: readonly TableFile[];
}

export interface Base {
  readonly id: string;
  /** By `database.table`. */
  readonly tables: ReadonlyMap<string, BaseTable>;
}

/** Which chunks the newest backup of a set has, kept on this machine. The first line says of what; then their hashes. */
const Head = z.strictObject({
  id: z.string(),
  tables: z.array(z.strictObject({ name: z.string(), bytes: z.int().nonnegative() })),
});

/** One for each place that backups are stored in. */
function fileOf(dataFolder: string, store: Store, set: BackupSet): string {
  const place = createHash("sha256").update(store.name).digest("hex").slice(0, 16);
  return join(dataFolder, "backup/index", `${set}.${place}`);
}

/** What a manifest says of an index. */
export const digestOf = (index: ChunkIndex): string =>
  createHash("sha256").update(index).digest("hex");

const nameOf = ({ database, table }: { database: string; table: string }) => `${database}.${table}`;

/** Notes what is in a backup that was just made, for the next one to be made on. */
export function writeIndex(
  dataFolder: string,
  store: Store,
  { set, id }: Pick<Manifest, "set" | "id">,
  indexes: ReadonlyMap<string, ChunkIndex>,
): void {
  const tables = [...indexes].map(([name, { length: bytes }]) => ({ name, bytes }));
  const head = JSON.stringify({ id, tables } satisfies z.input<typeof Head>);
  makePrivateFolder(join(dataFolder, "backup/index"));
  writeAtomically(
    fileOf(dataFolder, store, set),
    Buffer.concat([Buffer.from(`${head}\n`), ...indexes.values()]),
  );
}

/** Forgets it: the next backup is a full one. */
export const removeIndex = (dataFolder: string, store: Store, set: BackupSet): void => {
  rmSync(fileOf(dataFolder, store, set), { force: true });
};

/**
 * What an incremental backup of a set can be made on.
 *
 * @returns the base, or why there is none, in words.
 * @throws Error when the storage cannot be read.
 */
export async function findBase(
  dataFolder: string,
  store: Store,
  set: BackupSet,
  key: Buffer,
): Promise<Base | string> {
  const file = fileOf(dataFolder, store, set);
  if (!existsSync(file)) return "none was made from here to that place yet";
  const content = readFileSync(file);
  const end = content.indexOf("\n");
  const head = parse(content.subarray(0, Math.max(end, 0)).toString());
  if (head === undefined) return `${file} is damaged`;
  const manifest = await openManifest(store, set, head.id, key).catch((error: unknown) => {
    if ([FileMissing, DamagedBackup, NewerBackup].some((kind) => error instanceof kind)) return;
    throw error;
  });
  if (manifest === undefined) return `the backup ${head.id} is not there any more, or damaged`;
  if (manifest.engine !== "physical") return `the backup ${head.id} holds statements`;
  const chain = chainOf(manifest);
  if (chain.size >= CHAIN_AT_MOST) return `${chain.size} backups lie on one another already`;
  const tables = new Map<string, BaseTable>();
  let at = end + 1;
  for (const { name, bytes } of head.tables) {
    const index = content.subarray(at, at + bytes);
    at += bytes;
    const table = manifest.tables.find((each) => nameOf(each) === name);
    // A wrong index would leave out what the base does not have.
    if (table?.chunks !== digestOf(index)) {
      return `${file} is not of the backup ${head.id}`;
    }
    tables.set(name, { index, files: table.files });
  }
  const lacking = await findLacking(store, manifest);
  if (lacking !== undefined) return `${lacking}, which it would need, is missing or cut off`;
  return { id: head.id, tables };
}

function parse(text: string): z.output<typeof Head> | undefined {
  try {
    return Head.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
