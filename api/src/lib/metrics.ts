import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ErrorCode } from "../contract/errors.ts";
import { isConflict, isDuplicate, isUnavailable } from "./database-errors.ts";
import { Timings } from "./timings.ts";

/**
 * What a process counts and times while it works, for Prometheus. What can be asked for at the moment of a scrape is not
 * kept here: see `features/system/metrics.ts`.
 *
 * A label has one of a few values that the code knows before anybody sends anything: a route's template, the name of a
 * limit, an outcome. Nothing that a request brought becomes a label, so that what is stored of them is bounded and tells
 * nothing of anybody.
 */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: RequestMeter;
  /** Of each pool: the statements of either database, and the models of the platform. */
  readonly databases: Readonly<Record<"platform" | "platformModels" | "vault", DatabaseMeter>>;
  readonly redis: RedisMeter;
  readonly unwraps: (unwrap: Unwrap) => void;
  /** A list or a record was asked for, and rows of this table did not open. */
  readonly unreadable: (table: string) => void;
  /** A password was hashed, after it had waited for its turn. */
  readonly passwordHashed: (milliseconds: number) => void;
  /** A limit of this name was used up. */
  readonly rateLimited: (limit: string) => void;
  /** Somebody had to wait for a lockout of this name. */
  readonly lockedOut: (rule: string) => void;
  readonly signIns: (way: Way, outcome: SignInOutcome) => void;
  readonly mails: (outcome: "sent" | "failed") => void;
  readonly jobs: (run: JobRun) => void;
}

export interface RequestMeter {
  readonly began: () => void;
  readonly ended: (request: Ended, milliseconds: number) => void;
}

/** A request as it is counted. */
export interface Ended {
  readonly method: string;
  /** The template of its path, or `none`: never a path. */
  readonly route: string;
  readonly status: number | "aborted";
  /** Why it was refused. */
  readonly code: ErrorCode | undefined;
}

export interface DatabaseMeter {
  /** A statement was answered, in whatever way. */
  readonly took: (milliseconds: number) => void;
  readonly failed: (error: unknown) => void;
  /** Says where the state of the pool is read. */
  readonly watch: (pool: () => PoolState) => void;
}

export interface PoolState {
  /** Connections that somebody holds. */
  readonly inUse: number;
  /** Who waits for one. */
  readonly waiting: number;
  readonly limit: number;
}

export interface RedisMeter {
  readonly took: (command: string, milliseconds: number) => void;
  readonly failed: () => void;
}

export interface Unwrap {
  /** The part of the wrap's reference before its colon, which anybody may have written who can write to the database. */
  readonly provider: string;
  readonly outcome: "ok" | "refused" | "unknown_key" | "unavailable" | "error";
  readonly milliseconds: number;
}

export type Way = "password" | "second_factor" | "passkey" | "provider";
/** `challenged` waits for a second factor; `locked` had to wait before anything was looked at. */
export type SignInOutcome = "success" | "challenged" | "failure" | "locked" | "refused" | "error";

export interface JobRun {
  readonly job: string;
  readonly isDone: boolean;
  readonly milliseconds: number;
}

/** Of a request, in seconds: a small read takes a millisecond or two, an export may take minutes. */
const REQUEST_SECONDS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATEMENT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const COMMAND_SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 0.75];
/** From a keyring in memory to a service that is asked twice. */
const UNWRAP_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const HASH_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const JOB_SECONDS = [0.01, 0.1, 1, 10, 60, 300, 1800];

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const PROVIDERS = new Set(["local", "pkcs11", "awskms", "gcpkms", "vault", "unknown"]);

/**
 * @param tables - Those that rows may not open of. What is told when it first happens is told of from the start, as 0:
 * Prometheus sees no increase where there was nothing before.
 */
export function openMetrics(tables: readonly string[] = []): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => new Histogram({ name, help, labelNames, buckets, registers });

  const unwraps = counter("timos_dek_unwraps_total", "Data keys that were unwrapped, or not", [
    "provider",
    "outcome",
  ]);
  const unwrapSeconds = histogram(
    "timos_dek_unwrap_duration_seconds",
    "How long unwrapping a data key took, by the provider of the master key",
    ["provider"],
    UNWRAP_SECONDS,
  );
  const unreadable = counter(
    "timos_unreadable_rows_total",
    "Answers that lack a row because it did not open, by table",
    ["table"],
  );
  const hashSeconds = histogram(
    "timos_password_hash_duration_seconds",
    "How long hashing a password took, with the wait for its turn",
    [],
    HASH_SECONDS,
  );
  const rateLimited = counter(
    "timos_rate_limit_refusals_total",
    "Uses beyond a limit, by the name of the limit, which of a route is its template",
    ["limit"],
  );
  const lockedOut = counter(
    "timos_lockout_refusals_total",
    "Attempts that were told to wait after failures, by the name of the rule",
    ["rule"],
  );
  const signIns = counter("timos_sign_ins_total", "Sign-ins by way and outcome", [
    "way",
    "outcome",
  ]);
  const mails = counter("timos_mails_total", "Mails, by whether the mail server took them", [
    "outcome",
  ]);
  const jobs = counter("timos_job_runs_total", "Turns of the worker's jobs", [
    "job_name",
    "outcome",
  ]);
  const jobSeconds = histogram(
    "timos_job_duration_seconds",
    "How long a turn of a job took",
    ["job_name"],
    JOB_SECONDS,
  );
  const jobSuccess = new Gauge({
    name: "timos_job_last_success_timestamp_seconds",
    help: "When a job was last done without a failure",
    labelNames: ["job_name"],
    registers,
  });

  for (const provider of PROVIDERS) {
    for (const outcome of ["refused", "unknown_key"]) unwraps.inc({ provider, outcome }, 0);
  }
  for (const table of tables) unreadable.inc({ table }, 0);
  for (const outcome of ["sent", "failed"]) mails.inc({ outcome }, 0);

  return {
    registry,
    requests: requestMeter(registers),
    databases: databaseMeters(registers),
    redis: redisMeter(registers),
    unwraps: ({ provider: named, outcome, milliseconds }) => {
      const provider = PROVIDERS.has(named) ? named : "unknown";
      unwraps.inc({ provider, outcome });
      unwrapSeconds.observe({ provider }, milliseconds / 1000);
    },
    unreadable: (table) => unreadable.inc({ table }),
    passwordHashed: (milliseconds) => hashSeconds.observe(milliseconds / 1000),
    rateLimited: (limit) => rateLimited.inc({ limit }),
    lockedOut: (rule) => lockedOut.inc({ rule }),
    signIns: (way, outcome) => signIns.inc({ way, outcome }),
    mails: (outcome) => mails.inc({ outcome }),
    jobs: ({ job, isDone, milliseconds }) => {
      jobs.inc({ job_name: job, outcome: "ok" }, isDone ? 1 : 0);
      jobs.inc({ job_name: job, outcome: "failed" }, isDone ? 0 : 1);
      jobSeconds.observe({ job_name: job }, milliseconds / 1000);
      if (isDone) jobSuccess.set({ job_name: job }, Date.now() / 1000);
    },
  };
}

function requestMeter(registers: Registry[]): RequestMeter {
  const labelNames = ["method", "route"] as const;
  const seconds = new Timings({
    name: "timos_http_request_duration_seconds",
    help: "How long requests took until their answer was sent, by route template",
    labelNames,
    buckets: REQUEST_SECONDS,
    registers,
  });
  new Counter({
    name: "timos_http_requests_total",
    help: "Requests by route template and class of status; aborted ones were left by whoever asked",
    labelNames: [...labelNames, "status"],
    registers,
    collect() {
      this.reset();
      for (const { labels, counts } of routes.values()) {
        for (const [status, count] of counts) this.inc({ ...labels, status }, count);
      }
    },
  });
  new Gauge({
    name: "timos_http_requests_in_progress",
    help: "Requests that are being answered",
    registers,
    collect() {
      this.set(underWay);
    },
  });
  const problems = new Counter({
    name: "timos_http_problems_total",
    help: "Refused and failed requests, by the code of the answer",
    labelNames: ["code"],
    registers,
  });

  let underWay = 0;
  const open = (method: string, route: string) => {
    const labels = { method, route };
    return { labels, took: seconds.timer(labels), counts: new Map<string, number>() };
  };
  const routes = new Map<string, ReturnType<typeof open>>();
  return {
    began: () => {
      underWay++;
    },
    ended: ({ method: sent, route, status, code }, milliseconds) => {
      underWay--;
      const method = METHODS.has(sent) ? sent : "other";
      const name = `${method} ${route}`;
      let one = routes.get(name);
      if (one === undefined) routes.set(name, (one = open(method, route)));
      one.took(milliseconds);
      const counted = status === "aborted" ? status : `${Math.trunc(status / 100)}xx`;
      one.counts.set(counted, (one.counts.get(counted) ?? 0) + 1);
      if (code !== undefined) problems.inc({ code });
    },
  };
}

function databaseMeters(registers: Registry[]): Metrics["databases"] {
  const labelNames = ["database", "access"] as const;
  const seconds = new Timings({
    name: "timos_database_statement_duration_seconds",
    help: "How long statements took, by database and by what gave them: statements, or models",
    labelNames,
    buckets: STATEMENT_SECONDS,
    registers,
  });
  const errors = new Counter({
    name: "timos_database_errors_total",
    help: "Statements that failed: unavailable, lost to another transaction, a duplicate, or other",
    labelNames: [...labelNames, "kind"],
    registers,
  });
  const watched: {
    readonly labels: Readonly<Record<(typeof labelNames)[number], string>>;
    readonly pool: () => PoolState;
  }[] = [];
  const gauge = (name: string, help: string, read: (pool: PoolState) => number) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const { labels, pool } of watched) this.set(labels, read(pool()));
      },
    });
  gauge("timos_database_pool_in_use", "Connections that are in use", ({ inUse }) => inUse);
  gauge("timos_database_pool_waiting", "Who waits for a connection", ({ waiting }) => waiting);
  gauge("timos_database_pool_limit", "Connections that there can be", ({ limit }) => limit);

  const meter = (database: string, access: string): DatabaseMeter => {
    const labels = { database, access };
    return {
      took: seconds.timer(labels),
      failed: (error) => errors.inc({ ...labels, kind: kindOf(error) }),
      watch: (pool) => {
        watched.push({ labels, pool });
      },
    };
  };
  return {
    platform: meter("platform", "statements"),
    platformModels: meter("platform", "models"),
    vault: meter("vault", "statements"),
  };
}

function kindOf(error: unknown): "unavailable" | "conflict" | "duplicate" | "other" {
  if (isConflict(error)) return "conflict";
  if (isUnavailable(error)) return "unavailable";
  return isDuplicate(error) ? "duplicate" : "other";
}

function redisMeter(registers: Registry[]): RedisMeter {
  const seconds = new Histogram({
    name: "timos_redis_command_duration_seconds",
    help: "How long commands to Redis took",
    labelNames: ["command"],
    buckets: COMMAND_SECONDS,
    registers,
  });
  const errors = new Counter({
    name: "timos_redis_errors_total",
    help: "Commands to Redis that failed, most of them because it was away",
    registers,
  });
  return {
    took: (command, milliseconds) => seconds.observe({ command }, milliseconds / 1000),
    failed: () => errors.inc(),
  };
}

/** Where nobody looks: commands measure nothing. */
export const UNWATCHED: DatabaseMeter = {
  took: () => undefined,
  failed: () => undefined,
  watch: () => undefined,
};
