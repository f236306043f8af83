/** The keys that sign access tokens: see USAGE, and docs/operations.md. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  dutyOf,
  newSigningKeys,
  parseSigningKeys,
  rotated,
  writeSigningKeys,
} from "./jwt/signing-keys.ts";
import { asError, writeAtomically } from "./launcher/files.ts";
import { ROOT } from "./launcher/paths.ts";
import { variable } from "./launcher/settings.ts";

const USAGE = `Usage:
  npm run jwt:status
      the keys that sign and verify access tokens
  npm run jwt:rotate
      the next key signs from now on; the one before still verifies what it signed
  npm run jwt:rotate -- --compromised
      new keys only: every access token is refused, and browsers that are signed in fetch another

They work on the file that JWT_KEYS_FILE names, else on that of the TimOS in TIMOS_DATA_DIR (./.data).
Servers read it when they start: restart them afterwards, one by one if there are several.`;

/** @throws when the keys are in the environment itself, where nothing can change them. */
function keysFile(env: NodeJS.ProcessEnv): string {
  const file = variable(env, "JWT_KEYS_FILE");
  if (file !== undefined) return file;
  if (variable(env, "JWT_KEYS") !== undefined) {
    throw new Error(
      "JWT_KEYS holds the keys themselves. Put them into a file, and name it in JWT_KEYS_FILE.",
    );
  }
  return resolve(ROOT, variable(env, "TIMOS_DATA_DIR") ?? ".data", "secrets", "jwt_keys.json");
}

function run(): void {
  const { positionals, values } = parseArgs({
    options: { compromised: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [command, ...more] = positionals;
  if (more.length > 0 || (command !== "status" && command !== "rotate")) throw new Error(USAGE);
  const file = keysFile(process.env);
  const now = new Date();
  const keys = parseSigningKeys(readFileSync(file, "utf8"));
  const shown =
    command === "status" ? keys : values.compromised ? newSigningKeys(now) : rotated(keys, now);
  if (command === "rotate") writeAtomically(file, writeSigningKeys(shown));
  for (const key of shown) {
    const since = key.retiredAt === undefined ? "" : `  since ${key.retiredAt}`;
    console.log(`${key.kid}  ${dutyOf(key, now)}${since}`);
  }
  if (command === "rotate") console.log(`${file} is written. Restart the servers that read it.`);
}

try {
  run();
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 1;
}
