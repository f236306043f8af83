import { beginRun, endRun, type OperationSet } from "../../api/src/platform/operation-runs.ts";
import type { Manifest } from "../backup/manifest.ts";
import type { Installation } from "../keys/installation.ts";
import { reconcile } from "../reconcile/reconcile.ts";
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
}

/** What every restore ends with: vaults are compared, what does not fit is found and put right, and it is noted. */
export async function finish(
  installation: Installation,
  { manifests, owners, isOneState }: Done,
): Promise<Finished> {
  const startedAt = new Date();
  const { execute } = installation.platformDatabase;
  const sets: OperationSet[] = manifests.map(({ set }) => set);
  const run = await beginRun(execute, "restore", sets, startedAt);
  const first = await settleVaults(installation, owners, isOneState);
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
  // Keys of theirs may have been found in the other database.
  const locked = owners.filter(({ ownerId }) => first.locked.includes(ownerId));
  const again = await settleVaults(installation, locked, isOneState);
  const settled: Settled = {
    owners: first.owners,
    accepted: first.accepted + again.accepted,
    violated: [...first.violated, ...again.violated],
    locked: again.locked,
  };
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
