import { cpSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf } from "./content-hash.ts";
import { makePrivateFolder, readIfThere, writeAtomically } from "./files.ts";
import { FolderInUse, lockFolder } from "./lock.ts";
import { ROOT } from "./paths.ts";
import type { Progress } from "./progress.ts";
import { runToEnd } from "./run-to-end.ts";

/** The API's and the worker's programs, and the web server's, once they are built. */
export const API_PROGRAM = join(ROOT, "api/dist/src/index.js");
export const WORKER_PROGRAM = join(ROOT, "api/dist/src/worker.js");
export const WEB_PROGRAM = join(ROOT, "web/.next/standalone/web/server.js");

const STAMPS = join(ROOT, ".cache/build");
const LOCK_FOLDER = join(ROOT, ".cache/build-lock");
const WAIT_MS = 10 * 60_000;

interface Target {
  readonly name: "clients" | "api" | "web";
  readonly doing: string;
  readonly done: string;
  readonly sources: readonly string[];
  readonly result: string;
  readonly build: (signal: AbortSignal) => Promise<void>;
}

const CLIENTS: Target = {
  name: "clients",
  doing: "Generating the database clients",
  done: "Database clients generated",
  sources: [
    "prisma/platform/schema.prisma",
    "prisma/platform/prisma.config.ts",
    "prisma/vault/schema.prisma",
    "prisma/vault/prisma.config.ts",
    "package-lock.json",
  ],
  result: join(ROOT, "api/generated/vault/client.ts"),
  build: (signal) => npmRun(["db:generate"], signal),
};

const API: Target = {
  name: "api",
  doing: "Building the API",
  done: "API built",
  sources: ["api", "tsconfig.base.json", "package-lock.json"],
  result: API_PROGRAM,
  build: (signal) => npmRun(["build", "-w", "api"], signal),
};

const WEB: Target = {
  name: "web",
  doing: "Building the web application",
  done: "Web application built",
  sources: [
    "web",
    "api/src/contract",
    "api/src/features",
    "tsconfig.base.json",
    "package-lock.json",
  ],
  result: WEB_PROGRAM,
  build: buildWeb,
};

/** The database clients that both kinds of start need, generated anew when a schema has changed. */
export const ensureClients = (progress: Progress, signal: AbortSignal): Promise<void> =>
  ensureBuilt([CLIENTS], progress, signal);

/** The API and the web application, built when their sources have changed since they last were. */
export async function ensureApplications(progress: Progress, signal: AbortSignal): Promise<void> {
  await ensureBuilt([CLIENTS], progress, signal);
  await ensureBuilt([API, WEB], progress, signal);
}

async function ensureBuilt(
  targets: readonly Target[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  if (targets.every(isUpToDate)) return;
  const release = await takeTurn(progress, signal);
  try {
    // Somebody else may have built it while we waited.
    const stale = targets.filter((target) => !isUpToDate(target));
    const builds = stale.map((target) =>
      progress.step(target.done, () => build(target, signal), target.doing),
    );
    const failure = (await Promise.allSettled(builds)).find((each) => each.status === "rejected");
    if (failure !== undefined) throw failure.reason;
  } finally {
    release();
  }
}

function isUpToDate(target: Target): boolean {
  const stamp = readIfThere(join(STAMPS, target.name));
  return existsSync(target.result) && stamp === hashOf(ROOT, target.sources);
}

async function build(target: Target, signal: AbortSignal): Promise<void> {
  const stamp = join(STAMPS, target.name);
  const hash = hashOf(ROOT, target.sources);
  makePrivateFolder(STAMPS);
  rmSync(stamp, { force: true });
  await target.build(signal);
  if (!existsSync(target.result)) throw new Error(`The build left no ${target.result}.`);
  writeAtomically(stamp, hash);
}

async function buildWeb(signal: AbortSignal): Promise<void> {
  await npmRun(["build", "-w", "web"], signal, { NODE_ENV: "production" });
  // Next leaves these to whoever deploys the standalone server.
  const standalone = dirname(WEB_PROGRAM);
  for (const [from, to] of [
    ["web/.next/static", join(standalone, ".next/static")],
    ["web/public", join(standalone, "public")],
  ] as const) {
    rmSync(to, { recursive: true, force: true });
    if (existsSync(join(ROOT, from))) cpSync(join(ROOT, from), to, { recursive: true });
  }
}

function npmRun(args: readonly string[], signal: AbortSignal, env: NodeJS.ProcessEnv = {}) {
  const npm = process.env["npm_execpath"];
  const isScript = npm?.endsWith(".js") === true && existsSync(npm);
  const command: [string, ...string[]] = isScript ? [process.execPath, npm] : ["npm"];
  return runToEnd(`npm run ${args.join(" ")}`, [...command, "run", ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    signal,
  });
}

/** Two starts of one checkout must not build into the same folders at once. */
async function takeTurn(progress: Progress, signal: AbortSignal): Promise<() => void> {
  makePrivateFolder(LOCK_FOLDER);
  const deadline = Date.now() + WAIT_MS;
  let hasSaidSo = false;
  for (;;) {
    try {
      const lock = await lockFolder(LOCK_FOLDER, () => undefined);
      return () => {
        lock.release();
      };
    } catch (error) {
      if (!(error instanceof FolderInUse) || Date.now() > deadline) throw error;
    }
    if (!hasSaidSo) progress.note("Another start of this checkout is building; waiting for it");
    hasSaidSo = true;
    signal.throwIfAborted();
    await sleep(200);
  }
}
