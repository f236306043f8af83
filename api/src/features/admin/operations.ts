import type { Execute } from "../../lib/database.ts";
import {
  LATE_AFTER_HOURS,
  latestRuns,
  newestSuccess,
  OPERATION_KINDS,
  OPERATION_SETS,
  provenBy,
  type OperationKind,
  type OperationRun,
} from "../../platform/operation-runs.ts";
import type { Operations } from "./contract.ts";

const HOUR_SECONDS = 3600;

/** The newest runs of each kind, how long ago the newest success was, and whether that is too long. */
export async function listOperations(execute: Execute, now: Date): Promise<Operations> {
  const runs = await latestRuns(execute);
  const agedBy = (kind: OperationKind, at: Date | null) => {
    const ageSeconds = at && Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1000));
    const hours = LATE_AFTER_HOURS[kind];
    const isLate = hours !== undefined && (ageSeconds ?? Infinity) > hours * HOUR_SECONDS;
    return { ageSeconds, isLate };
  };
  const proven = provenBy(runs);
  return {
    items: OPERATION_KINDS.map((kind) => {
      const success = newestSuccess(runs, kind);
      return {
        kind,
        newest: shown(runs.find((run) => run.kind === kind) ?? null),
        newestSuccess: shown(success),
        // A drill of less than journal and keys proves nothing.
        ...agedBy(kind, kind === "drill" ? (proven?.at ?? null) : (success?.finishedAt ?? null)),
      };
    }),
    backups: OPERATION_SETS.map((set) => {
      const success = newestSuccess(runs, "backup", [set]);
      const takenAt = success && (success.takenAt ?? success.startedAt);
      return { set, takenAt: takenAt?.toISOString() ?? null, ...agedBy("backup", takenAt) };
    }),
    lastProvenRestore: proven && {
      at: proven.at.toISOString(),
      takenAt: proven.takenAt.toISOString(),
    },
  };
}

function shown(run: OperationRun | null): Operations["items"][number]["newest"] {
  if (run === null) return null;
  const { id, startedAt, finishedAt, outcome, sets, backupId, takenAt, bytes, facts } = run;
  return {
    ...{ id, outcome, backupId, bytes },
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    takenAt: takenAt?.toISOString() ?? null,
    sets: [...sets],
    facts: { ...facts },
  };
}
