import { beginRun, endRun, type OperationSet } from "../../api/src/platform/operation-runs.ts";
import type { Manifest } from "../backup/manifest.ts";
import type { Installation } from "../keys/installation.ts";
import { Findings } from "../reconcile/findings.ts";
import { examineDataKeys, reconcile } from "../reconcile/reconcile.ts";
import { storedBytes } from "./refusals.ts";
import { settleVaults, type Owner, type Settled } from "./settle-vaults.ts";

export interface Finished extends Settled {
  /** What reconciling could not put right, each in a line. */
  readonly left: readonly string[];
}

interface Done {
  readonly manifests: readonly Manifest[];
  /** As they are before anything is accepted. */
  readonly owners: readonly Owner[];
  readonly isOneState: boolean;
  readonly log: (line: string) => void;
}

/** What every restore ends with: vaults are compared, what does not fit is found and put right, and it is noted. */
export async function finish(
  installation: Installation,
  { manifests, owners, isOneState, log }: Done,
): Promise<Finished> {
  const startedAt = new Date();
  const { execute } = installation.platformDatabase;
  const sets: OperationSet[] = manifests.map(({ set }) => set);
  const run = await beginRun(execute, "restore", sets, startedAt);
  // Before vaults are compared: one that was written to under a key that the platform does not know yet does not open.
  // What can be put right shows without unwrapping every key, which reconciling does, and tells of the rest.
  await examineDataKeys(installation, { repair: true, afterRestore: null }, new Findings());
  const settled = await settleVaults(installation, owners, isOneState);
  const { findings } = await reconcile(installation, {
    repair: true,
    afterRestore: sets,
    deleteOrphans: false,
  });
  const left = findings
    .filter((finding) => finding.severity !== "info" && finding.left > 0)
    .map(
      ({ what, left: count, remedy }) =>
        `${count} × ${what}${remedy === null ? "" : `: ${remedy}`}`,
    );
  const unknowable = findings.find((finding) => finding.class === "cannot_know");
  if (unknowable !== undefined) log(`${unknowable.what}: ${unknowable.remedy ?? ""}`);
  await endRun(
    execute,
    run,
    {
      outcome: "ok",
      backupId: manifests[0]?.id ?? null,
      takenAt: new Date(manifests[0]?.takenAt ?? startedAt),
      bytes: storedBytes(manifests),
      facts: {
        owners: settled.owners,
        accepted: settled.accepted,
        violated: settled.violated.length,
        locked: settled.locked.length,
        left: left.length,
      },
    },
    new Date(),
  );
  return { ...settled, left };
}
