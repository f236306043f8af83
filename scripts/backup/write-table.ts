import { pipeline } from "node:stream";
import { encrypt } from "./age.ts";
import { pathOf } from "./catalog.ts";
import { digestOf, type BaseTable } from "./chunk-index.ts";
import { bestCompression, compress } from "./compression.ts";
import { difference, indexed, type ChunkIndex } from "./engine/chunks.ts";
import type { ManifestTable } from "./manifest.ts";
import type { Store } from "./store/store.ts";
import type { TableSource } from "./types.ts";

/** Where the tables of a backup go. */
export interface Destination {
  readonly store: Store;
  /** Of the backup. */
  readonly id: string;
  readonly recipients: readonly string[];
  readonly signal: AbortSignal;
  /** Told of so many bytes of a table read. */
  readonly onRead: (bytes: number) => void;
}

export interface StoredTable {
  readonly table: ManifestTable;
  /** Of the table's stream; null where none is kept, for a table of statements. */
  readonly index: ChunkIndex | null;
  /** How much was stored for it in this backup. */
  readonly bytes: number;
}

/** Stores one table, compressed and encrypted; with a base only what has changed since that. */
export async function writeTable(
  { store, id, recipients, signal, onRead }: Destination,
  source: TableSource,
  baseTable: BaseTable | undefined,
): Promise<StoredTable> {
  const { set, database, table, format } = source;
  let streamBytes = 0;
  const read = async function* () {
    for await (const part of source.open() as AsyncIterable<Buffer>) {
      streamBytes += part.length;
      onRead(part.length);
      yield part;
    }
  };
  // Statements are in another order each time, and short; what InnoDB keeps stays where it is until it changes.
  const base = format === "tablespace" ? baseTable : undefined;
  const chunked =
    format !== "tablespace"
      ? undefined
      : base === undefined
        ? indexed(read())
        : difference(read(), base.index);
  const compression = bestCompression();
  const content = compress(compression)(chunked?.stream ?? read());
  const name = `${database}.${table}${base === undefined ? "" : ".inc"}.age`;
  const path = pathOf(set, { backup: id, name });
  const sealed = encrypt(recipients);
  // Whatever fails ends all of them, and is thrown by the store, which reads the last.
  pipeline(content, sealed, () => undefined);
  const written = await store
    .put(path, sealed, { signal, expectedBytes: source.bytes })
    .finally(() => sealed.destroy());

  const index = chunked?.index() ?? null;
  const isSame = base !== undefined && index?.equals(base.index) === true;
  // What has not changed at all needs no file of its own.
  if (isSame) await store.remove(path);
  const file = { backup: id, name, ...written, compression };
  return {
    table: {
      database,
      table,
      format,
      rows: source.counted(),
      create: source.create,
      streamBytes,
      chunks: index === null ? null : digestOf(index),
      files: [...(base?.files ?? []), ...(isSame ? [] : [file])],
    },
    index,
    bytes: isSame ? 0 : written.bytes,
  };
}
