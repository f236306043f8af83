/**
 * Everything that must hold, from a fresh clone: `npm test`, or a part of it by `npm test -- --only api,lint`.
 * Plain Node without dependencies, because it installs them. The last line is always `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  ensureDependencies,
  ensureSystemPackages,
  offerPython,
  offerSoftHsm,
} from "./lib/bootstrap.mjs";
import { cleanEnvironment } from "./lib/clean-environment.mjs";
import { endAllSteps, runStep } from "./lib/run-step.mjs";
import { countTests } from "./lib/test-counts.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const MINUTE_MS = 60_000;
const RUN_LIMIT_MS = 24.5 * MINUTE_MS;
const startedAt = Date.now();

const reports = mkdtempSync(join(tmpdir(), "timos-reports-"));
const reportOf = (name) => join(reports, `${name}.json`);

const bin = (name, ...args) => [process.execPath, join(ROOT, "node_modules/.bin", name), ...args];
const jest = (name, ...args) => [
  process.execPath,
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  join(ROOT, "node_modules/jest/bin/jest.js"),
  "--ci",
  "--json",
  `--outputFile=${reportOf(name)}`,
  ...args,
];

/**
 * Groups run one after the other, the steps of a group two at a time. What leans on time or takes both cores has a
 * group to itself. `part` is what `--only` selects by.
 */
const GROUPS = [
  [
    ...["platform", "vault"].map((role) => ({
      part: "generate",
      name: `generate the ${role} client`,
      command: bin("prisma", "generate", "--config", `prisma/${role}/prisma.config.ts`),
      minutes: 3,
      always: true,
    })),
  ],
  [
    {
      part: "api",
      name: "tests of the API",
      command: jest("api"),
      folder: "api",
      kind: "jest",
      minutes: 14,
      needs: ["mariadb", "redis"],
      wantsSoftHsm: true,
    },
    {
      part: "coverage",
      name: "coverage of the API",
      command: jest("coverage", "--coverage"),
      folder: "api",
      kind: "jest",
      minutes: 18,
      needs: ["mariadb", "redis"],
      wantsSoftHsm: true,
      // The same tests a sixth slower: by its name only, and in a job of its own.
      byName: true,
    },
  ],
  [
    {
      part: "scripts",
      name: "tests of the scripts",
      command: jest("scripts", "--config=jest.scripts.config.js"),
      kind: "jest",
      minutes: 10,
      needs: ["mariadb", "redis"],
      wantsPython: true,
    },
    // Those tests wait more than they compute.
    ...[".", "api", "e2e", "web"].map((project) => ({
      part: "types",
      name: `types of ${project === "." ? "scripts" : project}`,
      command: bin("tsc", "-p", project),
      minutes: 4,
    })),
    { part: "format", name: "prettier", command: bin("prettier", "--check", "."), minutes: 3 },
    {
      part: "imports",
      name: "dependency rules",
      command: bin("depcruise", "api/src", "api/test", "web/src", "scripts", "e2e"),
      minutes: 3,
    },
    {
      part: "lockfile",
      name: "lock file",
      command: [process.execPath, "scripts/check-lockfile.mjs"],
      minutes: 1,
    },
    { part: "lint", name: "eslint", command: bin("eslint", "."), minutes: 9 },
    {
      part: "web",
      name: "tests of the web",
      command: jest("web"),
      folder: "web",
      kind: "jest",
      minutes: 5,
    },
    { part: "build", name: "build", command: bin("tsx", "scripts/build.ts"), minutes: 8 },
  ],
  [
    {
      part: "e2e",
      name: "tests in the browser",
      command: bin("playwright", "test", "--forbid-only", "--reporter=list,json"),
      kind: "playwright",
      minutes: 14,
      needs: ["mariadb", "redis", "chromium"],
    },
  ],
];

const PARTS = [...new Set(GROUPS.flat().map((step) => step.part))];

async function main() {
  const selected = selectGroups(process.argv.slice(2));
  const isAtHome = process.stdout.isTTY === true;
  await ensureDependencies({ log: print });
  const needs = [...new Set(selected.flat().flatMap((step) => step.needs ?? []))];
  const programs = await ensureSystemPackages({ log: print, packages: needs });
  if (selected.flat().some((step) => step.wantsSoftHsm)) await offerSoftHsm({ log: print });
  if (selected.flat().some((step) => step.wantsPython)) await offerPython({ log: print });
  const env = {
    ...cleanEnvironment(),
    ...(isAtHome ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
    ...(programs.chromium ? { CHROMIUM_PATH: programs.chromium } : {}),
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf("e2e"),
  };
  if (!isAtHome) delete env.FORCE_COLOR;
  const all = [];
  for (const group of selected) all.push(...(await runGroup(group, env)));
  return all;
}

/** Two at a time, in the order written. */
async function runGroup(group, env) {
  const waiting = [...group];
  const counts = [];
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      counts.push(await runAndReport(step, env));
    }
  };
  await Promise.all([work(), work()]);
  return counts;
}

async function runAndReport(step, env) {
  const began = Date.now();
  const left = startedAt + RUN_LIMIT_MS - began;
  const outcome =
    left <= 0
      ? { ok: false, output: "", reason: "no time was left for it" }
      : await runStep({
          command: step.command,
          cwd: join(ROOT, step.folder ?? "."),
          env,
          timeoutMs: Math.min(step.minutes * MINUTE_MS, left),
        });
  const counts = countTests({ ok: outcome.ok, reportFile: reportOf(step.part), kind: step.kind });
  if (!outcome.ok) print(`\n${outcome.output.trim()}\n`);
  print(describeStep(step, outcome, counts, (Date.now() - began) / 1000));
  return counts;
}

function describeStep(step, { ok, reason }, { passed, failed, skipped }, seconds) {
  const mark = ok ? colour(32, "ok  ") : colour(31, "FAIL");
  const details = [
    ...(step.kind ? [`${passed} passed`] : []),
    ...(step.kind && failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(ok ? [] : [reason]),
  ].join(", ");
  return `${mark}  ${step.name.padEnd(30)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ${details}`.trimEnd();
}

function selectGroups(args) {
  const [flag, list, ...rest] = args;
  if (flag === undefined) return GROUPS.map((group) => group.filter((step) => !step.byName));
  const parts = (list ?? "").split(",");
  if (flag !== "--only" || rest.length > 0 || !parts.every((part) => PARTS.includes(part))) {
    throw new Error(`Usage: npm test [-- --only <part>,<part>]\nParts: ${PARTS.join(", ")}`);
  }
  return GROUPS.map((group) => group.filter((step) => step.always || parts.includes(step.part)));
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

function colour(code, text) {
  return process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function finish(counts) {
  rmSync(reports, { recursive: true, force: true });
  const sum = (what) => counts.reduce((total, each) => total + each[what], 0);
  const failed = sum("failed");
  process.exitCode = failed === 0 ? 0 : 1;
  print(`${sum("passed")} passed, ${failed} failed`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    print(`\nStopping (${signal}) …`);
    void endAllSteps().then(() => {
      finish([{ passed: 0, failed: 1 }]);
      process.exit(1);
    });
  });
}

try {
  finish(await main());
} catch (error) {
  print(`\n${error.message}\n`);
  finish([{ passed: 0, failed: 1 }]);
}
