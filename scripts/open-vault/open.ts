import { addWrap, dataKeys, emptyKeysSet, KEY_TABLES, type Keyring, type KeysSet } from "./keys.ts";
import type { Output } from "./output.ts";
import { boxColumns, type OpenedRow, openRow } from "./rows.ts";
import type { ReadOptions, Row } from "./sql-dump.ts";
import { DumpError } from "./sql-text.ts";

/** Where rows are read from: a dump, or a database. Each reading begins at the first row. */
export interface Source {
  readonly name: string;
  readonly rows: (wants: ReadOptions["wants"]) => AsyncIterable<Row>;
}

/** What is told while it goes on. */
export interface Listener {
  readonly onUnopened: (row: OpenedRow) => void;
  readonly onDamagedSource: (source: Source, error: DumpError) => void;
  readonly onRow: (counts: Counts) => void;
}

export interface Counts {
  opened: number;
  /** Rows with a box that did not open. */
  unopened: number;
  readonly owners: Set<string>;
  /** Was every source read to its end? */
  isWhole: boolean;
}

/** The wrapped data keys in `sources`. One that is damaged gives those before the damage. */
export async function collectKeys(
  sources: readonly Source[],
  onDamagedSource: Listener["onDamagedSource"],
): Promise<KeysSet> {
  const set = emptyKeysSet();
  for (const source of sources) {
    await readToEnd(source, (table) => KEY_TABLES.includes(table), {
      onRow: (row) => {
        addWrap(set, row);
        return undefined;
      },
      onDamagedSource,
    });
  }
  return set;
}

/** Opens every row of every table of the vault, and writes what opened. Goes on where a row does not. */
export async function openRows(
  sources: readonly Source[],
  request: { readonly set: KeysSet; readonly keyring: Keyring; readonly owner: Buffer | undefined },
  output: Output,
  listener: Listener,
): Promise<Counts> {
  const keys = dataKeys(request.set, request.keyring);
  const counts: Counts = { opened: 0, unopened: 0, owners: new Set(), isWhole: true };
  const open = (row: Row): Promise<void> | undefined => {
    if (request.owner !== undefined && row.value("owner_id")?.equals(request.owner) !== true) {
      return undefined;
    }
    const opened = openRow(row, keys);
    counts.owners.add(opened.owner);
    if (opened.unopened.length === 0) counts.opened++;
    else {
      counts.unopened++;
      listener.onUnopened(opened);
    }
    listener.onRow(counts);
    const isEmpty = opened.unopened.length === boxColumns(row.columns).length;
    return isEmpty ? undefined : output.write(opened);
  };
  for (const source of sources) {
    const isWhole = await readToEnd(source, isVaultTable, { ...listener, onRow: open });
    counts.isWhole &&= isWhole;
  }
  return counts;
}

/** Of a table whose columns are unknown nobody can say; those that keep the books of migrating are none of the vault. */
function isVaultTable(...[table, columns]: Parameters<ReadOptions["wants"]>): boolean {
  return columns === undefined ? !table.startsWith("_") : boxColumns(columns).length > 0;
}

async function readToEnd(
  source: Source,
  wants: ReadOptions["wants"],
  listener: {
    readonly onRow: (row: Row) => Promise<void> | undefined;
    readonly onDamagedSource: Listener["onDamagedSource"];
  },
): Promise<boolean> {
  try {
    for await (const row of source.rows(wants)) {
      const isRoom = listener.onRow(row);
      if (isRoom !== undefined) await isRoom;
    }
    return true;
  } catch (error) {
    if (!(error instanceof DumpError)) throw error;
    listener.onDamagedSource(source, error);
    return false;
  }
}
