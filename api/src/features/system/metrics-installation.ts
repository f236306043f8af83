import { Gauge, type Registry } from "prom-client";
import type { Database } from "../../lib/database.ts";
import { within } from "../../lib/within.ts";
import { countUnsealed, fromDatetime } from "../../platform/audit-statements.ts";
import { countUnfinishedErasures, countViolatedVaults } from "../../platform/counts.ts";
import {
  latestRuns,
  newestSuccess,
  OPERATION_KINDS,
  OPERATION_SETS,
} from "../../platform/operation-runs.ts";
import { countDeks, countWraps } from "../../platform/rotation-statements.ts";
import type { Checks } from "./health.ts";

/** What counting needs: both databases, and what can be tried. */
export interface InstallationDeps {
  readonly platformDatabase: Pick<Database, "execute">;
  readonly vaultDatabase: Pick<Database, "execute">;
  readonly checks: Checks;
  readonly clock: () => Date;
  readonly keysBackupDays: number;
}

/** Some counts go over a row of each person, so they are made this often at most, however often somebody asks. */
const COUNT_MS = 10_000;
/** What has not answered by then is away, and a scrape that waited longer would be given up. */
const PATIENCE_MS = 3000;
const DAY_SECONDS = 86_400;

/** A value of a gauge, and the labels that it has it for. */
type Sample = readonly [gauge: Gauge, value: number, labels?: Readonly<Record<string, string>>];

/** Gauges that are counted together. */
interface Part {
  readonly gauges: readonly Gauge[];
  readonly count: () => Promise<readonly Sample[]>;
}

type MakeGauge = (name: string, help: string, ...labelNames: readonly string[]) => Gauge;

/**
 * Gauges of what is true of the whole installation, whichever process is asked: whether what it needs is there, what
 * waits, how old backups are. A part that cannot be counted is not there; the rest is.
 *
 * @returns what counts anew. It never fails.
 */
export function installationGauges(
  registry: Registry,
  deps: InstallationDeps,
): () => Promise<void> {
  const gauge: MakeGauge = (name, help, ...labelNames) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  gauge(
    "timos_keys_backup_max_age_seconds",
    "How old a backup of the keys may become, by KEYS_BACKUP_DAYS",
  ).set(deps.keysBackupDays * DAY_SECONDS);
  const parts = [dependencies, wraps, deks, audit, erasures, vaults, operations].flatMap((part) =>
    part(gauge, deps),
  );

  const refresh = async ({ gauges, count }: Part) => {
    // Rather none than what was true before: that the database is away another gauge says.
    const samples = await within(2 * PATIENCE_MS, count()).catch(() => []);
    for (const one of gauges) clear(one);
    for (const [one, value, labels = {}] of samples) one.set(labels, value);
  };
  let counted = -Infinity;
  let counting: Promise<unknown> = Promise.resolve();
  return async () => {
    if (performance.now() - counted >= COUNT_MS) {
      counted = performance.now();
      counting = Promise.all(parts.map(refresh));
    }
    await counting;
  };
}

/** Leaves no value: of a gauge without labels, `reset` would leave 0. */
function clear(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({});
}

function dependencies(gauge: MakeGauge, { checks }: InstallationDeps): Part[] {
  const up = gauge(
    "timos_dependency_up",
    "Whether a database, Redis or the master keys answered within three seconds: 1, or 0",
    "dependency",
  );
  const tried = async (dependency: keyof Checks): Promise<Sample> => {
    const isUp = await within(PATIENCE_MS, checks[dependency]()).then(
      () => true,
      () => false,
    );
    return [up, isUp ? 1 : 0, { dependency }];
  };
  const names = Object.keys(checks) as (keyof Checks)[];
  return [{ gauges: [up], count: () => Promise.all(names.map(tried)) }];
}

function wraps(gauge: MakeGauge, { platformDatabase, vaultDatabase }: InstallationDeps): Part[] {
  const counts = gauge(
    "timos_dek_wraps",
    "Wrapped data keys, by database and by the master key they are under",
    "database",
    "mek_ref",
  );
  const countIn = async (
    database: string,
    { execute }: Pick<Database, "execute">,
    table: "dek_wraps" | "vault_keys",
  ): Promise<Sample[]> => {
    // What the other database has is counted all the same.
    const counted = await countWraps(execute, table).catch(() => new Map<string, number>());
    return [...counted].map(([ref, count]) => [counts, count, { database, mek_ref: ref }]);
  };
  const count = async () => [
    ...(await countIn("platform", platformDatabase, "dek_wraps")),
    ...(await countIn("vault", vaultDatabase, "vault_keys")),
  ];
  return [{ gauges: [counts], count }];
}

function deks(gauge: MakeGauge, { platformDatabase: { execute } }: InstallationDeps): Part[] {
  const counts = gauge(
    "timos_deks",
    "Data keys by state; decrypt_only until all of their owner's rows are under the next",
    "state",
    "swept",
  );
  const count = async () =>
    (await countDeks(execute)).map(({ state, isSwept, count }): Sample => [
      counts,
      count,
      { state, swept: String(isSwept) },
    ]);
  return [{ gauges: [counts], count }];
}

function audit(gauge: MakeGauge, deps: InstallationDeps): Part[] {
  const events = gauge(
    "timos_audit_unsealed_events",
    "Events of the audit that wait for a seal, counted to 100,000",
  );
  const seconds = gauge(
    "timos_audit_unsealed_seconds",
    "How long the first of them has waited; more than some minutes when no worker seals them",
  );
  const count = async (): Promise<Sample[]> => {
    const waits = await countUnsealed(deps.platformDatabase.execute);
    const since = waits.since === null ? null : fromDatetime(waits.since);
    return [
      [events, waits.count],
      [seconds, secondsSince(deps.clock(), since)],
    ];
  };
  return [{ gauges: [events, seconds], count }];
}

function erasures(gauge: MakeGauge, deps: InstallationDeps): Part[] {
  const waiting = gauge(
    "timos_erasures_unfinished",
    "Accounts that were erased, and whose rows are not deleted yet",
  );
  const seconds = gauge(
    "timos_erasures_unfinished_seconds",
    "How long the first of them has waited; more than some minutes when no worker deletes them",
  );
  const count = async (): Promise<Sample[]> => {
    const unfinished = await countUnfinishedErasures(deps.platformDatabase.execute);
    return [
      [waiting, unfinished.count],
      [seconds, secondsSince(deps.clock(), unfinished.since)],
    ];
  };
  return [{ gauges: [waiting, seconds], count }];
}

function vaults(gauge: MakeGauge, { platformDatabase: { execute } }: InstallationDeps): Part[] {
  const violated = gauge(
    "timos_vaults_violated",
    "Vaults that were found not to hold what they should, and were not accepted as they are",
  );
  return [
    { gauges: [violated], count: async () => [[violated, await countViolatedVaults(execute)]] },
  ];
}

function operations(gauge: MakeGauge, deps: InstallationDeps): Part[] {
  const backup = gauge(
    "timos_backup_last_success_timestamp_seconds",
    "The moment that the newest backup of a set holds; 0 when none was made",
    "set",
  );
  const success = gauge(
    "timos_operation_last_success_timestamp_seconds",
    "When a backup, restore, drill or reconciling last came out well; 0 when none did",
    "kind",
  );
  const ok = gauge(
    "timos_operation_last_ok",
    "Whether the last one that ended came out well: 1, or 0; not there when none was begun",
    "kind",
  );
  const count = async (): Promise<Sample[]> => {
    const runs = await latestRuns(deps.platformDatabase.execute);
    const ended = runs.filter(({ outcome }) => outcome !== "running");
    return [
      ...OPERATION_SETS.map((set): Sample => {
        const newest = newestSuccess(runs, "backup", [set]);
        return [backup, secondsOf(newest?.takenAt ?? newest?.startedAt), { set }];
      }),
      ...OPERATION_KINDS.map((kind): Sample => {
        return [success, secondsOf(newestSuccess(runs, kind)?.finishedAt), { kind }];
      }),
      ...OPERATION_KINDS.flatMap((kind): Sample[] => {
        const last = ended.find((run) => run.kind === kind);
        return last === undefined ? [] : [[ok, last.outcome === "ok" ? 1 : 0, { kind }]];
      }),
    ];
  };
  return [{ gauges: [backup, success, ok], count }];
}

const secondsOf = (at: Date | null | undefined) => (at ? at.getTime() / 1000 : 0);

const secondsSince = (now: Date, at: Date | null) =>
  at === null ? 0 : Math.max(0, (now.getTime() - at.getTime()) / 1000);
