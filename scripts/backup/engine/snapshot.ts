import { findProgram } from "../../lib/bootstrap.mjs";
import type { BackupSet } from "../../lib/backup-sets.ts";
import type { Snapshot } from "../types.ts";
import { takeLogicalSnapshot } from "./logical.ts";
import { takePhysicalSnapshot } from "./physical.ts";
import type { SnapshotPlace, StepOptions } from "./place.ts";

/**
 * Takes one consistent state of the tables of `sets`, while everything else goes on reading and writing. ADR 0034 says by
 * which means.
 *
 * - A private server gives a **physical** one: a copy of the server in a scratch folder, which is deleted when the
 *   snapshot is closed. `tables()` may be called any number of times, and each table be read more than once.
 * - Any other gives a **logical** one: it is one stream. **`tables()` may be called once, with all sets**, and gives the
 *   tables in the order in which they pass, those of one set not next to each other; a table that is not opened is
 *   skipped. Facts are read just before the stream begins: revisions and wraps are at least those.
 *
 * `facts.takenAt` is never before the state: nothing that was committed later is in it. Whatever counts how old the keys
 * in it may be has to count from when the run began.
 *
 * Tables of a database that are in no set are left out, which `note` is told. To be closed in any case.
 *
 * @throws Error when there is too little room for the copy (once the size of the databases, and the platform's once
 * more), a program is missing or fails, or the connection is lost. Nothing is left behind then.
 */
export async function takeSnapshot(
  place: SnapshotPlace,
  sets: readonly BackupSet[],
  options: StepOptions = {},
): Promise<Snapshot> {
  if (place.kind === "servers") return takeLogicalSnapshot(place, sets, options);
  if (findProgram("mariadb-backup", "mariabackup") !== undefined) {
    return takePhysicalSnapshot(place, sets, options);
  }
  options.note?.("mariadb-backup is not installed: tables are backed up as statements");
  return takeLogicalSnapshot(place, sets, options);
}
