/** Puts databases back from a backup: see USAGE, docs/operations.md and docs/adr/0035-restoring.md. */
import { restore } from "./restore/restore.ts";
import { readRequest } from "./restore/request.ts";
import { stopSignal } from "./keys/terminal.ts";
import { asError } from "./launcher/files.ts";
import { isWrongUsage } from "./lib/usage.ts";

const USAGE = `Usage:
  npm run restore -- --from DIR|s3://bucket/prefix --kit FILE
      all of it, into a data folder (TIMOS_DATA_DIR) that has no databases: this machine may never have seen TimOS
  npm run restore -- --database platform|vault|both [--keys] --yes
      in place of what is there, which is kept beside it; TimOS may go on running
  npm run restore -- --keys --yes
      the tables of the keys only
  npm run restore -- --scratch
      all of it, into a folder of its own beside the data folder, to look at
  npm run restore -- --drop-copies --yes
      drop what earlier restores kept of before

  --from             where the backups are; BACKUP_TO, else <data folder>/backups
  --kit FILE         the recovery kit, where its secrets are not in the data folder
  --backup ID        another backup than the newest: npm run backup -- --list
  --at TIME          the newest from before then, such as 2026-11-22T03:00:00+01:00
  --dry-run          say what would be done, having checked every file
  --yes              do it where there is something already
  --unauthenticated  also where nobody can say who wrote the backup: its backup_key is lost`;

const { signal, release } = stopSignal();
try {
  const request = readRequest(process.argv.slice(2), process.env);
  if (!(await restore(request, process.env, signal))) process.exitCode = 1;
} catch (error) {
  const isUsage = isWrongUsage(error);
  const { message } = asError(error);
  console.error(isUsage ? [message, USAGE].filter(Boolean).join("\n\n") : message);
  process.exitCode = isUsage ? 2 : 1;
} finally {
  release();
}
