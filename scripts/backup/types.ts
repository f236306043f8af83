/** What the parts of backing up and restoring hand to each other. docs/backup-format.md describes what is stored. */
import type { Readable } from "node:stream";
import type { BackupSet, DatabaseRole } from "../lib/backup-sets.ts";

/** How a table lies in a backup: InnoDB's own file of it, or statements. */
export type TableFormat = "tablespace" | "sql";

/** What is known of one consistent state of both databases. */
export interface SnapshotFacts {
  /** Such as `10.11.19-MariaDB`. */
  readonly serverVersion: string;
  readonly takenAt: Date;
  readonly position: {
    readonly lsn: string | null;
    readonly binlogFile: string | null;
    readonly binlogPosition: number | null;
    readonly gtid: string | null;
  };
  /** Names in the ledgers of migrations, in order. */
  readonly migrations: Readonly<Record<DatabaseRole, readonly string[]>>;
  /** Which master keys the wraps of each database are under. */
  readonly keyReferences: readonly KeyReference[];
  /** Of `vault_heads`: how many, the highest revision and the sum of all, as decimal text. */
  readonly revisions: Revisions | null;
}

export interface KeyReference {
  readonly database: DatabaseRole;
  readonly mekRef: string;
  readonly wraps: number;
}

export interface Revisions {
  readonly owners: number;
  readonly highest: string;
  readonly total: string;
}

/**
 * One table of a snapshot.
 *
 * The stream of a `tablespace` is the length of the `.cfg` (u32, big endian), the `.cfg`, and the `.ibd`; that of `sql` is
 * INSERT statements in utf8mb4, each ended by `;` and a line feed, without definitions and without SET.
 */
export interface TableSource {
  readonly set: BackupSet;
  readonly database: DatabaseRole;
  readonly table: string;
  /** Exact; null where it is known only once the table was read. */
  readonly rows: number | null;
  /** As `SHOW CREATE TABLE` has it. */
  readonly create: string;
  readonly format: TableFormat;
  /** Expected length of the stream, for the progress that is shown. */
  readonly bytes: number;
  /** To be read to its end before the next source is asked for. */
  open(): Readable;
  /** How many rows there were, once the stream was read. */
  counted(): number;
}

/** One consistent state of both databases, until it is closed. */
export interface Snapshot {
  readonly engine: "physical" | "logical";
  readonly facts: SnapshotFacts;
  /** Each table of these sets once. */
  tables(sets: readonly BackupSet[]): AsyncIterable<TableSource>;
  close(): Promise<void>;
}

/** One table of a backup, on its way into a database. Its stream is what a {@link TableSource} gave. */
export interface TableToLoad {
  readonly database: DatabaseRole;
  readonly table: string;
  readonly create: string;
  readonly format: TableFormat;
  readonly rows: number;
  open(): Promise<Readable>;
}
