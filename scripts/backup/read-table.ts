import type { Transform } from "node:stream";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { decrypt, NoIdentity } from "./age.ts";
import { pathOf } from "./catalog.ts";
import { digestOf } from "./chunk-index.ts";
import { decompress } from "./compression.ts";
import { DamagedBackup } from "./damaged.ts";
import { indexed, overlay } from "./engine/chunks.ts";
import { measured } from "./measured.ts";
import type { Manifest, ManifestTable, TableFile } from "./manifest.ts";
import { FileMissing } from "./store/file-missing.ts";
import type { Store } from "./store/store.ts";
import type { TableToLoad } from "./types.ts";

/** A backup that can be read: its manifest says what is in it, and the identities open it. */
export interface BackupSource {
  readonly store: Store;
  readonly manifest: Manifest;
  readonly identities: readonly string[];
}

/**
 * Opens a table of a backup: decrypted, decompressed, and what incremental backups hold laid over the one before them.
 *
 * That a file is the one that the manifest names is known at its end only. So whoever reads believes nothing before the
 * end of the stream, which otherwise fails with {@link DamagedBackup} and the name of the file.
 */
export function openTable(source: BackupSource, table: ManifestTable): Readable {
  return Readable.from(readTable(source, table), { objectMode: false });
}

/** A table of a backup, as the engines load it. */
export const tableToLoad = (source: BackupSource, table: ManifestTable): TableToLoad => ({
  database: table.database,
  table: table.table,
  create: table.create,
  format: table.format,
  rows: table.rows,
  open: () => Promise.resolve(openTable(source, table)),
});

/**
 * Reads every file of a backup, those in the backups before it included, and compares it with what was stored; opens
 * nothing, and so needs no identity.
 *
 * @param onRead - Told of so many bytes read.
 * @throws DamagedBackup naming the first file that is not what it was.
 */
export async function checkFiles(
  { store, manifest }: Pick<BackupSource, "store" | "manifest">,
  { signal, onRead }: { signal?: AbortSignal; onRead?: (bytes: number) => void } = {},
): Promise<void> {
  for (const file of manifest.tables.flatMap(({ files }) => files)) {
    const path = pathOf(manifest.set, file);
    const nowhere = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        onRead?.(chunk.length);
        done();
      },
    });
    const stored = await openFile(store, path);
    const checked = verified(file, `${store.name}/${path}`);
    await pipeline(stored, checked, nowhere, signal === undefined ? {} : { signal });
  }
}

async function* readTable(source: BackupSource, table: ManifestTable): AsyncGenerator<Buffer> {
  const layers = table.files.map((file) => readFile(source, file));
  const [base, ...later] = layers;
  if (base === undefined) throw new Error(`${table.table} has no files.`);
  const laid = later.reduce(overlay, base);
  // The hash of a file says that nothing is amiss in it; only this one says that they were laid together rightly.
  const chunked = later.length === 0 ? null : indexed(laid);
  let bytes = 0;
  try {
    for await (const part of chunked?.stream ?? laid) {
      bytes += part.length;
      yield part;
    }
  } finally {
    // Where one fails nothing else ends the others.
    await Promise.allSettled(layers.map((layer) => layer.return(undefined)));
  }
  const isLaidRightly = chunked === null || digestOf(chunked.index()) === table.chunks;
  if (bytes === table.streamBytes && isLaidRightly) return;
  const { store, manifest } = source;
  throw new DamagedBackup(
    `${store.name}/${manifest.set}/${manifest.id}: ${table.database}.${table.table} is not what was backed up. Take another backup.`,
  );
}

async function* readFile(
  { store, manifest, identities }: BackupSource,
  file: TableFile,
): AsyncGenerator<Buffer> {
  const path = pathOf(manifest.set, file);
  const where = `${store.name}/${path}`;
  const stored = await openFile(store, path);
  const opened = decrypt(identities, where);
  // Ends every stream with the first that fails, and the last with its error.
  const piped = pipeline(stored, verified(file, where), opened);
  // Heard below, unless what is read of it fails first.
  piped.catch(() => undefined);
  try {
    yield* decompress(file.compression)(opened);
    await piped;
  } catch (error) {
    // Whoever altered a header made it another's: the file says so only when it was read to its end.
    if (error instanceof NoIdentity) {
      await pipeline(await openFile(store, path), verified(file, where), async (read) => {
        for await (const _ of read);
      });
    }
    throw error;
  } finally {
    opened.destroy();
  }
}

async function openFile(store: Store, path: string): Promise<Readable> {
  try {
    return await store.get(path);
  } catch (error) {
    if (!(error instanceof FileMissing)) throw error;
    throw new DamagedBackup(
      `${store.name}/${path} is missing, and the backup is not whole without it. Take another.`,
    );
  }
}

/** Passes on what it is given, and fails at the end unless that was all of the file that the manifest names. */
function verified(file: TableFile, where: string): Transform {
  return measured(undefined, ({ bytes, sha256 }) => {
    if (bytes === file.bytes && sha256 === file.sha256) return;
    const why =
      bytes < file.bytes
        ? `has ${bytes} of ${file.bytes} bytes: it is cut off`
        : "is not the file that was stored: it was altered, or another was put in its place";
    throw new DamagedBackup(`${where} ${why}. Take another backup.`);
  }).stream;
}
