import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackKit, type Kit } from "../backup/kit.ts";
import { API_SECRET_VARIABLES } from "../launcher/make-secrets.ts";
import { holdsDatabases, mariadbFolder } from "../launcher/mariadb-folder.ts";
import { findRestoreMark, writeRestoreMark } from "../launcher/restore-mark.ts";
import { API_SECRETS, ensureSecrets, REDIS_SECRETS } from "../launcher/secrets.ts";
import { isGiven, type Environment } from "../launcher/settings.ts";

/** Keys of access tokens only: others do as well, since everybody signs in again. */
const REPLACEABLE = "secrets/jwt_keys.json";

/** What is sealed or signed with a secret that is lost would be of no use. */
export function refuseMissingSecrets(env: Environment, dataFolder: string, kit: Kit | null): void {
  const missing = Object.entries(API_SECRET_VARIABLES).filter(
    ([file, name]) =>
      file !== REPLACEABLE &&
      !isGiven(env, name) &&
      !existsSync(join(dataFolder, file)) &&
      kit?.secrets[file as keyof typeof API_SECRET_VARIABLES] === undefined,
  );
  if (missing.length === 0) return;
  const names = missing.map(([file]) => file).join(", ");
  throw new Error(
    `${dataFolder} has no ${names}, without which nothing of the backup can be used. Nothing was changed. ` +
      "Give the recovery kit: --kit FILE.",
  );
}

/**
 * Makes a data folder ready for databases to be restored into: marked as unfinished, with the secrets of the kit. Databases
 * that a restore before this one has half made are thrown away; its mark says that there were none before.
 *
 * @throws Error when others were made since it was looked for them.
 */
export function prepareNew(dataFolder: string, kit: Kit, commandLine: string): void {
  if (findRestoreMark(dataFolder)?.kind === "new") {
    rmSync(mariadbFolder(dataFolder), { recursive: true, force: true });
  }
  if (holdsDatabases(dataFolder)) {
    throw new Error(
      `There are databases in ${dataFolder} by now, which are not those of a restore. Nothing was changed. ` +
        "To replace them, run it again and say which (--database).",
    );
  }
  const begunAt = new Date().toISOString();
  writeRestoreMark(dataFolder, { kind: "new", begunAt, from: commandLine });
  unpackKit(kit, dataFolder);
  const recipes = { ...REDIS_SECRETS, [REPLACEABLE]: API_SECRETS[REPLACEABLE] };
  ensureSecrets(dataFolder, recipes, { mayHoldJournal: false });
}
