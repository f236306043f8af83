import type { RowDataPacket } from "mysql2/promise";
import * as z from "zod";
import type { OperationRunModel } from "../../generated/platform/models.ts";
import { randomUUID } from "../crypto/random.ts";
import type { Execute } from "../lib/database.ts";

/** What is noted of looking after the data: who runs TimOS sees when a backup was last made, and proven to restore. */

export const OPERATION_KINDS = ["backup", "restore", "drill", "reconcile"] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** The backup sets, in the order in which they are noted. */
export const OPERATION_SETS = ["platform", "vault", "keys"] as const;
export type OperationSet = (typeof OPERATION_SETS)[number];

export type Outcome = "running" | "ok" | "failed";

/** A name in camelCase and what it is: a number, or a code without spaces. Never a word of anybody, nor anybody's id. */
const Facts = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]{0,47}$/),
  z.union([z.number(), z.boolean(), z.null(), z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/)]),
);
export type Facts = Readonly<z.output<typeof Facts>>;

/** What every run says of itself. */
export interface BegunRun {
  /** A random UUID. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly startedAt: Date;
  readonly sets: readonly OperationSet[];
}

/** What a run comes to: the backup that it made, restored or proved, and the moment that this holds. */
export interface RunResult {
  readonly outcome: "ok" | "failed";
  readonly backupId?: string | null;
  readonly takenAt?: Date | null;
  readonly bytes?: number | null;
  readonly facts?: Facts;
}

export interface OperationRun extends BegunRun {
  readonly finishedAt: Date | null;
  readonly outcome: Outcome;
  readonly backupId: string | null;
  readonly takenAt: Date | null;
  readonly bytes: number | null;
  readonly facts: Facts;
}

/**
 * How old the newest success may be of what is done on a schedule, in hours: a daily backup, a weekly drill, and time to
 * do them in.
 */
export const LATE_AFTER_HOURS: Readonly<Partial<Record<OperationKind, number>>> = {
  backup: 26,
  drill: 8 * 24,
};

const COLUMNS = {
  id: "id",
  kind: "kind",
  startedAt: "started_at",
  finishedAt: "finished_at",
  outcome: "outcome",
  sets: "sets",
  backupId: "backup_id",
  takenAt: "taken_at",
  bytes: "bytes",
  facts: "facts",
} satisfies Record<keyof OperationRunModel, string>;

const columns = Object.values(COLUMNS);
const ended = ["finished_at", "outcome", "backup_id", "taken_at", "bytes", "facts"];
const INSERT = `INSERT INTO operation_runs (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
const SELECT = `SELECT ${Object.entries(COLUMNS)
  .map(([name, column]) => `r.${column} AS ${name}`)
  .join(", ")} FROM operation_runs r`;

/** Notes that a run begins. @returns what {@link endRun} ends. */
export async function beginRun(
  execute: Execute,
  kind: OperationKind,
  sets: readonly OperationSet[],
  now: Date,
): Promise<BegunRun> {
  const run = { id: randomUUID(), kind, startedAt: now, sets };
  await execute(INSERT, valuesOf(run, "running", null, {}));
  return run;
}

/**
 * Notes what a run came to; also where its beginning is not there, because the platform was away then, or was put back
 * by the very run.
 *
 * @throws ZodError when the facts are anything but numbers and codes.
 */
export async function endRun(
  execute: Execute,
  run: BegunRun,
  { outcome, ...result }: RunResult,
  now: Date,
): Promise<void> {
  const sets = ended.map((column) => `${column} = VALUES(${column})`).join(", ");
  await execute(
    `${INSERT} ON DUPLICATE KEY UPDATE ${sets}`,
    valuesOf(run, outcome, now, { ...result }),
  );
}

/** The newest run of each kind, outcome and choice of sets, the newest first. */
export async function latestRuns(execute: Execute): Promise<OperationRun[]> {
  const rows = await execute<RowDataPacket[]>(
    `${SELECT} JOIN (SELECT kind, outcome, sets, MAX(started_at) AS newest FROM operation_runs
       GROUP BY kind, outcome, sets) n
     ON n.kind = r.kind AND n.outcome = r.outcome AND n.sets = r.sets AND n.newest = r.started_at
     ORDER BY r.started_at DESC, r.id`,
    [],
  );
  return toRuns(rows);
}

/** The newest of `runs`, which are the newest first, that came out well and was about all of `sets`. */
export function newestSuccess(
  runs: readonly OperationRun[],
  kind: OperationKind,
  sets: readonly OperationSet[] = [],
): OperationRun | null {
  const isIt = (run: OperationRun) =>
    run.kind === kind && run.outcome === "ok" && sets.every((set) => run.sets.includes(set));
  return runs.find(isIt) ?? null;
}

/** A backup that was proven to restore: when that was shown, and the moment that it holds. */
export interface Proven {
  readonly at: Date;
  readonly takenAt: Date;
}

/** By the newest drill of `runs`, which are the newest first, that came out well of both the journal and its keys. */
export function provenBy(runs: readonly OperationRun[]): Proven | null {
  const run = newestSuccess(runs, "drill", ["vault", "keys"]);
  const { finishedAt: at = null, takenAt = null } = run ?? {};
  return at === null || takenAt === null ? null : { at, takenAt };
}

/** When backups were last proven to restore; null when they never were. */
export async function lastProven(execute: Execute): Promise<Proven | null> {
  return provenBy(await latestRuns(execute));
}

/** Runs that began before `before` and have not ended. */
export async function listUnended(execute: Execute, before: Date): Promise<OperationRun[]> {
  const rows = await execute<RowDataPacket[]>(
    `${SELECT} WHERE r.outcome = 'running' AND r.started_at < ? ORDER BY r.started_at LIMIT 1000`,
    [before],
  );
  return toRuns(rows);
}

function valuesOf(
  { id, kind, startedAt, sets }: BegunRun,
  outcome: Outcome,
  finishedAt: Date | null,
  { backupId = null, takenAt = null, bytes = null, facts = {} }: Omit<RunResult, "outcome">,
) {
  const named = OPERATION_SETS.filter((set) => sets.includes(set)).join(",");
  const json = JSON.stringify(Facts.parse(facts));
  return [
    ...[id, kind, startedAt, finishedAt, outcome, named],
    ...[backupId, takenAt, bytes, json],
  ];
}

const Row = z.object({
  id: z.string(),
  kind: z.enum(OPERATION_KINDS),
  startedAt: z.date(),
  finishedAt: z.date().nullable(),
  outcome: z.enum(["running", "ok", "failed"]),
  sets: z
    .string()
    .transform((sets) => OPERATION_SETS.filter((set) => sets.split(",").includes(set))),
  backupId: z.string().nullable(),
  takenAt: z.date().nullable(),
  bytes: z.coerce.number().nullable(),
  facts: z.string().transform((facts) => Facts.safeParse(JSON.parse(facts)).data ?? {}),
});

/** A run of a kind that only a newer TimOS knows is left out. */
const toRuns = (rows: readonly RowDataPacket[]): OperationRun[] =>
  rows.flatMap((row) => Row.safeParse(row).data ?? []);
