/** The secrets of TimOS under Docker Compose: see USAGE. */
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openKit } from "../backup/kit.ts";
import { kitPassphrase } from "../backup/passphrase.ts";
import { asError } from "../launcher/files.ts";
import { isWrongUsage, UsageError } from "../lib/usage.ts";
import { ensureComposeSecrets, FOLDERS, type Owner } from "./compose-secrets.ts";

const USAGE = `Usage: deploy:secrets --to FOLDER [--kit FILE]

Makes the secrets that docker-compose.yml names, and gives each to the user that reads it. What is there stays as it is.
With --kit, the keys are those of a recovery kit: for a machine that takes over from a lost one. Run as root.`;

/** Gives files and folders to their users, where that is possible: a test is not root. */
function give(path: string, owner: Owner, mode: number): void {
  chmodSync(path, mode);
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

try {
  const { values } = parseArgs({ options: { to: { type: "string" }, kit: { type: "string" } } });
  if (values.to === undefined) throw new UsageError();
  const folder = resolve(values.to);
  const kit =
    values.kit === undefined
      ? undefined
      : await openKit(resolve(values.kit), await kitPassphrase(process.env, false));
  for (const { name, owner, mode } of FOLDERS) {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    give(path, owner, mode);
  }
  const made = ensureComposeSecrets(folder, { kit, give });
  console.log(
    made.length === 0
      ? "All secrets are there."
      : `Made in deploy/secrets:\n${made.map((name) => `  ${name}`).join("\n")}`,
  );
} catch (error) {
  const isMisuse = isWrongUsage(error);
  console.error(isMisuse ? USAGE : asError(error).message);
  process.exitCode = isMisuse ? 2 : 1;
}
