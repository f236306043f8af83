import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { syncFolder } from "./files.ts";
import { runToEnd } from "./run-to-end.ts";

/** Where and by what the servers run. */
export interface Place {
  readonly dataFolder: string;
  /** A private folder with a short path: a unix socket's path may not exceed 107 bytes. */
  readonly runFolder: string;
  readonly engine: Engine;
  /** For throw-away data: trades durability for speed. */
  readonly ephemeral: boolean;
}

/** Begins the name of a data folder that is being made. */
const UNFINISHED = "mariadb.unfinished-";

/** Where MariaDB keeps its data within a data folder. It exists only once it is complete. */
export const mariadbFolder = (dataFolder: string): string => join(dataFolder, "mariadb");

/** May a data folder hold somebody's journal already? Until there is a MariaDB folder, it cannot. */
export const holdsDatabases = (dataFolder: string): boolean =>
  existsSync(mariadbFolder(dataFolder));

/**
 * Makes MariaDB's data folder if there is none yet. It is made under another name and moved when it is complete,
 * so one that was cut off midway is recognised, cannot hold anybody's data, and is made anew.
 *
 * @returns whether it was made just now.
 */
export async function ensureMariadbFolder(place: Place, signal?: AbortSignal): Promise<boolean> {
  const { dataFolder, runFolder, engine, ephemeral } = place;
  const folder = mariadbFolder(dataFolder);
  if (existsSync(join(folder, "mysql")) && existsSync(join(folder, "ibdata1"))) return false;
  if (existsSync(folder)) throw new Error(damagedFolder(folder));

  for (const name of readdirSync(dataFolder)) {
    if (name.startsWith(UNFINISHED)) removeFolder(join(dataFolder, name));
  }
  // Under a name of its own: what a killed start left running must not write into this one.
  const unfinished = mkdtempSync(join(dataFolder, UNFINISHED));
  // The installer is a shell script that takes a path with a space apart.
  const alias = join(runFolder, "new-databases");
  symlinkSync(unfinished, alias);
  const command = engine.installer(
    [dataFolder, runFolder],
    [
      "--no-defaults",
      `--datadir=${alias}`,
      // Of its own: two that are made at once would take each other's temporary tables in a shared one.
      `--tmpdir=${runFolder}`,
      "--auth-root-authentication-method=socket",
      `--auth-root-socket-user=${userInfo().username}`,
      "--skip-test-db",
      "--skip-name-resolve",
      // Where the host's own name does not resolve, the check of it fails and nothing else does.
      "--force",
      ...redoLog(ephemeral),
      ...asRoot(),
    ],
  );
  await runToEnd("mariadb-install-db", command, signal === undefined ? {} : { signal });
  rmSync(alias);
  if (!existsSync(join(unfinished, "ibdata1"))) {
    throw new Error(`mariadb-install-db left no databases in ${unfinished}.`);
  }
  renameSync(unfinished, folder);
  syncFolder(dataFolder);
  return true;
}

/** How much MariaDB may have written before it has to tidy up; the same at making and at running. */
export const redoLog = (ephemeral: boolean) => [
  `--innodb-log-file-size=${ephemeral ? "32M" : "96M"}`,
];

/** MariaDB refuses to run as root unless told so by name. */
export const asRoot = () => (process.getuid?.() === 0 ? ["--user=root"] : []);

const removeFolder = (path: string) => {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
};

const damagedFolder = (folder: string) =>
  `${folder} exists but is not a complete MariaDB data folder, and TimOS did not leave it so: it may hold part of a journal. ` +
  "Nothing was changed. Restore the data folder from your backup, or, if you are sure that nothing in it is needed, move it away, and start again.";
