import { request } from "node:http";
import { join } from "node:path";
import { API_PROGRAM, WEB_PROGRAM, WORKER_PROGRAM } from "./build.ts";
import { ROOT } from "./paths.ts";
import type { Program } from "./program.ts";
import { isGiven, type Settings } from "./settings.ts";
import { API_SECRET_VARIABLES } from "./make-secrets.ts";

/** What the API, the worker and the web server are told of where everything is. */
export interface Whereabouts {
  readonly apiPort: number;
  readonly apiSocket: string;
  readonly webUrl: string;
  /** The web server's own port, behind the front. */
  readonly nextPort: number;
  readonly outboxDir: string;
  readonly logFile: string;
}

interface ApiWhereabouts extends Whereabouts {
  readonly urls: ServerUrls;
}

export interface ServerUrls {
  readonly PLATFORM_DATABASE_URL: string;
  readonly VAULT_DATABASE_URL: string;
  readonly REDIS_URL: string;
}

type Echo = NonNullable<Program["echo"]>;

const TSX = join(ROOT, "node_modules/tsx/dist/cli.mjs");
const NEXT = join(ROOT, "node_modules/next/dist/bin/next");

/** Variables only the launcher may know: they change or destroy databases. */
const WITHHELD = ["PLATFORM_MIGRATE_URL", "VAULT_MIGRATE_URL"];
/** All the web server gets of the environment: it decides nothing, so it needs no secret. */
const WEB_MAY_KNOW = ["PATH", "HOME", "LANG", "TZ", "TMPDIR"];

/** The API as a program, ready when its databases, Redis and its keys are. */
export function apiProgram(settings: Settings, where: ApiWhereabouts, echo?: Echo): Program {
  return {
    ...ofApi(settings, where, "api", echo),
    command: settings.isDev
      ? [process.execPath, TSX, "watch", "--clear-screen=false", join(ROOT, "api/src/index.ts")]
      : [process.execPath, "--enable-source-maps", API_PROGRAM],
    isReady: async () =>
      (await statusOf({ socketPath: where.apiSocket, path: "/health/ready" })) === 200,
  };
}

/** The process that does the work requests do not wait for. It is ready when it runs. */
export function workerProgram(settings: Settings, where: ApiWhereabouts, echo?: Echo): Program {
  return {
    ...ofApi(settings, where, "worker", echo),
    command: settings.isDev
      ? [process.execPath, TSX, "watch", "--clear-screen=false", join(ROOT, "api/src/worker.ts")]
      : [process.execPath, "--enable-source-maps", WORKER_PROGRAM],
    isReady: () => true,
  };
}

/** Next's server. */
export function webProgram(settings: Settings, where: Whereabouts, echo?: Echo): Program {
  const { env, isDev } = settings;
  const port = String(where.nextPort);
  return {
    name: "web",
    command: isDev
      ? [process.execPath, NEXT, "dev", "--hostname", "127.0.0.1", "--port", port]
      : [process.execPath, WEB_PROGRAM],
    cwd: isDev ? join(ROOT, "web") : ROOT,
    env: {
      ...Object.fromEntries(WEB_MAY_KNOW.map((name) => [name, env[name]])),
      NODE_ENV: isDev ? "development" : "production",
      NEXT_TELEMETRY_DISABLED: "1",
      HOSTNAME: "127.0.0.1",
      PORT: port,
    },
    logFile: where.logFile,
    isReady: async () => (await statusOf({ port: where.nextPort, path: "/" })) !== undefined,
    readyWithinSeconds: 120,
    stopWithinSeconds: 10,
    ...(echo === undefined ? {} : { echo }),
  };
}

function ofApi(settings: Settings, where: ApiWhereabouts, name: string, echo?: Echo) {
  return {
    name,
    cwd: ROOT,
    env: apiEnvironment(settings, where),
    logFile: where.logFile,
    readyWithinSeconds: 60,
    stopWithinSeconds: 20,
    ...(echo === undefined ? {} : { echo }),
  };
}

function apiEnvironment(settings: Settings, where: ApiWhereabouts): NodeJS.ProcessEnv {
  const { env, dataFolder } = settings;
  const files = Object.entries(API_SECRET_VARIABLES).map(([file, name]) => [
    name === "KEYRING_FILE" ? name : `${name}_FILE`,
    join(dataFolder, file),
  ]);
  const defaults = {
    NODE_ENV: "development",
    APP_URL: where.webUrl,
    // The other name of the same address: whoever types it is at home too.
    WEB_ORIGINS: `http://localhost:${new URL(where.webUrl).port}`,
    LOG_LEVEL: "info",
    ...where.urls,
    ...(Object.fromEntries(files) as Record<string, string>),
  };
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !isWithheld(name))),
    ...Object.fromEntries(
      Object.entries(defaults).filter(([name]) => !isGiven(env, plainName(name))),
    ),
    API_HOST: "127.0.0.1",
    API_PORT: String(where.apiPort),
    API_SOCKET: where.apiSocket,
    OUTBOX_DIR: where.outboxDir,
  };
}

/** A secret given as itself must not meet a file of ours, which would take precedence. */
const plainName = (name: string) => (name === "KEYRING_FILE" ? name : name.replace(/_FILE$/, ""));

const isWithheld = (name: string) => WITHHELD.includes(name.replace(/_FILE$/, ""));

/** The status a GET is answered with; undefined when nobody answers. */
function statusOf(
  target: ({ socketPath: string } | { port: number }) & { path: string },
): Promise<number | undefined> {
  return new Promise((done) => {
    const ask = request({ ...target, host: "127.0.0.1", agent: false, timeout: 30_000 });
    ask.once("response", (answer) => {
      answer.resume();
      answer.once("close", () => done(answer.statusCode));
    });
    ask.once("timeout", () => ask.destroy());
    ask.once("error", () => done(undefined));
    ask.end();
  });
}
