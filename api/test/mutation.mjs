/** Mutation testing of the code that must not be wrong: npm run mutation -- [crypto|vault|rotation|mek] [options of Stryker]. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import setup from "./global-setup.mjs";
import teardown from "./global-teardown.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const TESTERS = 2;
/** Databases for testers that are being replaced too. */
const SEATS = TESTERS + 2;
const FOLDERS = {
  crypto: "src/crypto",
  vault: "src/vault",
  rotation: "src/vault/rotation",
  mek: "src/vault/mek",
};

const [part = "crypto", ...options] = process.argv.slice(2);
await setup({ maxWorkers: SEATS });
const program = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
const folder = FOLDERS[part];
const mutated = `${folder}/*.ts,!${folder}/*.test.ts`;
const report = join(ROOT, "mutation-results", `${part}.json`);
const given = ["run", "--mutate", mutated, "--concurrency", String(TESTERS)];
const stryker = spawn(process.execPath, [program, ...given, ...options], {
  cwd: join(ROOT, "api"),
  stdio: "inherit",
  env: { ...process.env, MUTATION_PART: part, MUTATION_REPORT: report },
});
const [code] = await once(stryker, "exit");
await teardown();
process.exitCode = code ?? 1;
