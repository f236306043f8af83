import { chainKey } from "../../api/src/crypto/audit-chain.ts";
import { catchUp, noteRestored, ticksBehind } from "../../api/src/features/restored/notice.ts";
import { placeAfter, verifyNext } from "../../api/src/platform/audit-verify.ts";
import { countGivenOut, endGivenOut } from "../../api/src/platform/given-out.ts";
import {
  beginRun,
  endRun,
  listUnended,
  type BegunRun,
  type Facts,
} from "../../api/src/platform/operation-runs.ts";
import { NOBODYS } from "../../api/src/vault/rotation/examination.ts";
import { examineKeys } from "../../api/src/vault/rotation/doctor.ts";
import { MekUnavailable } from "../../api/src/vault/mek/provider.ts";
import type { Installation } from "../keys/installation.ts";
import type { BackupSet } from "../lib/backup-sets.ts";
import { findErased } from "./erased.ts";
import { Findings, type Finding } from "./findings.ts";
import { findMissingMasterKeys } from "./master-keys.ts";
import { compareMigrations, type MigrateUrls } from "./migrations.ts";
import { compareRevisions } from "./owners.ts";
import { deleteUnknownOwners, findUnknownOwners } from "./unknown-owners.ts";

const DAY_MS = 86_400_000;

export interface ReconcileOptions {
  /** Does what is certain; otherwise nothing is changed, except that the run is noted, and who is unknown since when. */
  readonly repair: boolean;
  /**
   * The sets that were put back just now, on purpose: everything that a platform had given out is ended, vaults of another
   * time are taken as they are, and every data key is unwrapped. Null when nothing was, as far as anybody knows.
   */
  readonly afterRestore: readonly BackupSet[] | null;
  /** Deletes, when repairing, what is of owners who have been unknown for as long as backups of keys are kept. */
  readonly deleteOrphans: boolean;
  /** For comparing what is migrated; not compared without. */
  readonly migrateUrls?: MigrateUrls | null;
  /** Says what is looked at next. */
  readonly note?: (line: string) => void;
}

export interface Report {
  readonly findings: readonly Finding[];
  /** How much is left that is not as it should be. */
  readonly left: number;
}

/**
 * Goes over both databases and finds what does not fit together, as after one of them was put back. Owners are gone over
 * in batches, so that memory does not depend on how many there are. Everything it does can be done again, at any moment
 * and by two at once; killed, it is run again.
 *
 * @throws AppError when a database is away.
 */
export async function reconcile(
  installation: Installation,
  options: ReconcileOptions,
): Promise<Report> {
  const { platformDatabase, clock } = installation;
  const { execute } = platformDatabase;
  const run = await beginRun(execute, "reconcile", options.afterRestore ?? [], clock());
  try {
    const findings = new Findings();
    await examine(installation, options, findings, run);
    const list = findings.list();
    const left = list.reduce((sum, each) => (each.severity === "info" ? sum : sum + each.left), 0);
    await endRun(execute, run, { outcome: "ok", facts: factsOf(options, list, left) }, clock());
    return { findings: list, left };
  } catch (error) {
    // The database that should note it may be what is away.
    await endRun(execute, run, { outcome: "failed" }, clock()).catch(() => undefined);
    throw error;
  }
}

async function examine(
  installation: Installation,
  options: ReconcileOptions,
  findings: Findings,
  run: BegunRun,
): Promise<void> {
  const { repair, afterRestore, deleteOrphans, note = () => undefined } = options;
  const { migrateUrls = null } = options;
  const { keysBackupDays } = installation.config.vault;
  const restored = new Set(afterRestore ?? []);
  const isOfTwoTimes = restored.has("platform") !== restored.has("vault");

  // First: from then on nobody comes in by what is in the wrong hands.
  note("what was given out");
  await examineGivenOut(installation, options, findings);
  note("erasures");
  await findErased(installation, findings, { isRepairing: repair, keysBackupDays });
  note("master keys");
  await findMissingMasterKeys(installation, findings);
  note("data keys");
  await examineDataKeys(installation, options, findings);
  note("revisions");
  await compareRevisions(installation, findings, repair && isOfTwoTimes);
  note("owners");
  await findUnknownOwners(installation, findings);
  if (repair && deleteOrphans) await deleteUnknownOwners(installation, keysBackupDays, findings);
  note("the audit");
  await examineAudit(installation, findings);
  note("migrations");
  await compareMigrations(migrateUrls, findings);
  await examineRuns(installation, repair, findings, run);
  findings.add("attachments_missing", { count: 0 });
  if (restored.has("platform") && restored.has("vault")) findings.add("cannot_know", { count: 1 });
}

async function examineGivenOut(
  installation: Installation,
  { repair, afterRestore }: ReconcileOptions,
  findings: Findings,
): Promise<void> {
  const { platform, platformDatabase, clock } = installation;
  const behind = await ticksBehind(installation);
  const repaired = repair ? 1 : 0;
  if (behind > 0) {
    findings.add("platform_behind", { count: 1, repaired });
    findings.figure("platform_behind", "minutes", behind);
  }
  if (behind <= 0 && afterRestore?.includes("platform") !== true) return;
  const found = repair
    ? await endGivenOut(platformDatabase, clock())
    : await countGivenOut(platformDatabase);
  for (const [name, count] of Object.entries(found)) {
    if (count === 0) continue;
    findings.add("given_out", { count, repaired: repair ? count : 0 });
    findings.figure("given_out", name, count);
  }
  if (!repair) return;
  await noteRestored(platform, "reconcile", clock());
  await catchUp(installation);
}

/** Compares what both databases know of data keys; after a restore, unwraps every one and looks at all rows. */
export async function examineDataKeys(
  installation: Installation,
  { repair, afterRestore }: Pick<ReconcileOptions, "repair" | "afterRestore">,
  findings: Findings,
): Promise<void> {
  const isAll = afterRestore !== null;
  try {
    await examineKeys(installation, {
      isThorough: isAll,
      hasRows: isAll,
      isRepairing: repair,
      onFinding: ({ ownerId, remedy, isRepaired }) => {
        // Owners whom no account is are told of by themselves.
        if (remedy !== NOBODYS) findings.note("keys", ownerId, isRepaired);
      },
    });
  } catch (error) {
    if (!(error instanceof MekUnavailable)) throw error;
    findings.add("master_keys_missing", { count: 1, ids: [error.mekRef] });
  }
}

async function examineAudit(
  { config, platformDatabase, clock }: Installation,
  findings: Findings,
): Promise<void> {
  const { tokenKey, formerTokenKeys } = config.auth;
  if (tokenKey === undefined) {
    findings.add("audit_unverified", { count: 0 });
    return;
  }
  const keys = [tokenKey, ...formerTokenKeys].map(chainKey);
  const deps = { execute: platformDatabase.execute, keys, clock };
  for (let place = await placeAfter(deps.execute, 0n); place !== null;) {
    const step = await verifyNext(deps, place);
    if (step.fault !== null) {
      const { kind, sealId, eventId } = step.fault;
      if (kind === "sealing_stalled") findings.add("audit_unsealed", { count: 0 });
      else findings.note("audit_broken", `${kind}:${sealId ?? "-"}:${eventId ?? "-"}`);
      return;
    }
    place = step.unsealed === null ? step.place : null;
  }
}

async function examineRuns(
  { platformDatabase, clock }: Installation,
  repair: boolean,
  findings: Findings,
  own: BegunRun,
): Promise<void> {
  const { execute } = platformDatabase;
  const unended = await listUnended(execute, new Date(clock().getTime() - DAY_MS));
  for (const run of unended.filter(({ id }) => id !== own.id)) {
    findings.note("runs_unended", run.id, repair);
    if (!repair) continue;
    const { backupId, takenAt, bytes, facts } = run;
    const result = { backupId, takenAt, bytes, facts: { ...facts, reason: "never_ended" } };
    await endRun(execute, run, { outcome: "failed", ...result }, clock());
  }
}

/** How much there was of each class that something was found of. */
function factsOf(options: ReconcileOptions, findings: readonly Finding[], left: number): Facts {
  const camel = (name: string) =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const counts = findings
    .filter(({ severity, count }) => severity !== "info" && count > 0)
    .map(({ class: name, count }) => [camel(name), count] as const);
  return { repair: options.repair, left, ...Object.fromEntries(counts) };
}
