import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { dropDatabase, listDatabases } from "../backup/engine/load.ts";
import { collectKit, openKit, type Kit } from "../backup/kit.ts";
import { kitPassphrase } from "../backup/passphrase.ts";
import { openStore } from "../backup/store/open.ts";
import { meter } from "../keys/terminal.ts";
import { makePrivateFolder } from "../launcher/files.ts";
import { holdsDatabases } from "../launcher/mariadb-folder.ts";
import { findRestoreMark, removeRestoreMark } from "../launcher/restore-mark.ts";
import { readSettings, type Environment, type Settings } from "../launcher/settings.ts";
import { UsageError } from "../lib/usage.ts";
import { choose, type Chosen, type JournalSet } from "./chosen.ts";
import { restoreInPlace } from "./in-place.ts";
import { checkAll, type Backups } from "./load.ts";
import { prepareNew, refuseMissingSecrets } from "./new-folder.ts";
import { refuseFullDisk, refuseMissingMasterKeys, refuseNewer } from "./refusals.ts";
import { describePlan, describeResult } from "./report.ts";
import type { Request } from "./request.ts";
import { findOpeners, refuseWrongIdentity, type Openers } from "./secrets.ts";
import { openTarget, type Target } from "./target.ts";

/**
 * Restores what was asked for.
 *
 * @returns whether nothing is left to do; what is was said.
 * @throws UsageError; Error with what to do, having changed nothing unless it says otherwise.
 */
export async function restore(
  request: Request,
  env: Environment,
  signal: AbortSignal,
): Promise<boolean> {
  const settings = readSettings(env, { isDev: false });
  if (request.isDroppingCopies) return dropCopies(settings, request.isConfirmed);
  const { dataFolder } = settings;
  const isNew = request.isScratch || isWithoutDatabases(settings);
  const kit =
    request.kit === undefined ? null : await openKit(request.kit, await kitPassphrase(env, false));
  const openers = findOpeners(env, dataFolder, kit, { isNew });
  const key = backupKey(openers, request);
  const store = await openStore(request.from ?? join(dataFolder, "backups"), env);
  try {
    const { backup, at } = request;
    const chosen = await choose(store, { ...wishOf(request, settings, isNew), backup, at }, key);
    const manifests = [...chosen.journal, ...(chosen.keys === null ? [] : [chosen.keys])];
    const backups: Backups = { store, identities: openers.identities, manifests };
    await refuse(backups, chosen, openers, dataFolder);
    if (isNew && !request.isScratch) refuseMissingSecrets(env, dataFolder, kit);
    const isRefused = !isNew && !request.isConfirmed && !request.isDryRun;
    for (const line of describePlan({ backups, settings, isNew, isRefused })) {
      console.log(line);
    }
    if (isRefused) return false;

    const bar = meter();
    await checkAll(backups, bar, signal);
    console.log("Every file is as it was stored.");
    if (request.isDryRun) {
      console.log("Nothing was changed.");
      return true;
    }
    const place = request.isScratch ? scratchSettings(settings) : settings;
    const held = kit ?? { madeAt: new Date(), secrets: collectKit(env, dataFolder) };
    return await restoreInto(place, request, { backups, chosen, kit: held, isNew, signal });
  } finally {
    store.close();
  }
}

interface Work {
  readonly backups: Backups;
  readonly chosen: Chosen;
  readonly kit: Kit;
  readonly isNew: boolean;
  readonly signal: AbortSignal;
}

async function restoreInto(
  settings: Settings,
  { commandLine, isScratch }: Request,
  { backups, chosen, kit, isNew, signal }: Work,
): Promise<boolean> {
  const { dataFolder } = settings;
  let target: Target | undefined;
  try {
    target = await openTarget(
      settings,
      isNew ? () => prepareNew(dataFolder, kit, commandLine) : undefined,
    );
    const result = await restoreInPlace({
      target,
      backups,
      isOneState: chosen.isOneState && (isNew || chosen.journal.length === 2),
      commandLine,
      meter: meter(),
      signal,
      log: (line) => console.log(line),
    });
    const { kind } = target;
    // What is in the folder is something else than databases given.
    if (kind !== "given") removeRestoreMark(dataFolder);
    for (const line of describeResult(result, { backups, chosen, dataFolder, kind, isScratch })) {
      console.log(line);
    }
    return result.left.length + result.violated.length + result.locked.length === 0;
  } catch (error) {
    const isGiven = target?.kind === "given";
    await target?.close();
    target = undefined;
    if (isScratch) rmSync(dataFolder, { recursive: true, force: true });
    else if (!isGiven && findRestoreMark(dataFolder) !== undefined) {
      console.error(`The restore is not finished. Run it again: ${commandLine}`);
    }
    throw error;
  } finally {
    await target?.close();
  }
}

/** Those of the data folder, which a restore that was cut off may have half made. */
function isWithoutDatabases({ given, dataFolder }: Settings): boolean {
  if (given.databases !== undefined) return false;
  return !holdsDatabases(dataFolder) || findRestoreMark(dataFolder)?.kind === "new";
}

function wishOf({ roles, withKeys }: Request, { dataFolder }: Settings, isNew: boolean) {
  if (isNew) {
    if (roles?.length === 1) {
      throw new Error(
        `There are no databases in ${dataFolder} of which one could be replaced. Without --database, all are restored.`,
      );
    }
    return { sets: ["platform", "vault"] satisfies JournalSet[], withKeys: true };
  }
  if (roles === undefined && !withKeys) {
    throw new UsageError("There is a TimOS already: say what is to be put back in it.");
  }
  return { sets: roles ?? [], withKeys };
}

function backupKey({ key }: Openers, { isUnauthenticated }: Request): Buffer | null {
  if (isUnauthenticated) return null;
  if (key !== null) return key;
  throw new Error(
    "There is no backup_key here, by which a backup is known to be this installation's. Nothing was changed. " +
      "Give the recovery kit (--kit FILE); if it is lost, and you know where the backup comes from: --unauthenticated.",
  );
}

async function refuse(
  { manifests, identities }: Backups,
  { keys }: Chosen,
  { keyring }: Openers,
  dataFolder: string,
): Promise<void> {
  refuseNewer(manifests);
  await refuseWrongIdentity(manifests, identities);
  if (keys !== null) refuseMissingMasterKeys(keys, keyring);
  refuseFullDisk(dataFolder, manifests);
}

/** A data folder of its own, beside the other, with its secrets. */
function scratchSettings(settings: Settings): Settings {
  const parent = dirname(settings.dataFolder);
  makePrivateFolder(parent);
  const dataFolder = mkdtempSync(join(parent, "timos-scratch-"));
  return { ...settings, dataFolder, given: { databases: undefined, redis: undefined } };
}

async function dropCopies(settings: Settings, isConfirmed: boolean): Promise<boolean> {
  if (isWithoutDatabases(settings)) throw new Error(`There is no TimOS in ${settings.dataFolder}.`);
  const target = await openTarget(settings);
  try {
    for (const role of ["platform", "vault"] as const) {
      for (const name of await listDatabases(target.place, role, `timos_${role}_before_`)) {
        if (isConfirmed) await dropDatabase(target.place, role, name);
        console.log(isConfirmed ? `${name} is dropped.` : `${name} would be dropped; add --yes.`);
      }
    }
    return true;
  } finally {
    await target.close();
  }
}
