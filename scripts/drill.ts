/** Whether the backups restore: see USAGE, docs/operations.md and docs/adr/0035-restoring.md. */
import { parseArgs } from "node:util";
import { drill } from "./drill/drill.ts";
import { stopSignal } from "./keys/terminal.ts";
import { asError } from "./launcher/files.ts";
import { variable } from "./launcher/settings.ts";
import { isWrongUsage } from "./lib/usage.ts";

const USAGE = `Usage:
  npm run drill [-- --from DIR|s3://bucket/prefix]
      restore the newest backup into databases of its own, which are thrown away afterwards, and look whether everything
      is there and opens: exit code 0 only then

  --from   where the backups are; BACKUP_TO, else <data folder>/backups

The result is noted, and shown to administrators and to everybody as "last proven restorable".`;

const { signal, release } = stopSignal();
try {
  const { from } = parseArgs({ options: { from: { type: "string" } } }).values;
  const isProven = await drill(from ?? variable(process.env, "BACKUP_TO"), process.env, signal);
  if (!isProven) process.exitCode = 1;
} catch (error) {
  const isUsage = isWrongUsage(error);
  console.error(isUsage ? USAGE : `The drill failed: ${asError(error).message}`);
  process.exitCode = isUsage ? 2 : 1;
} finally {
  release();
}
