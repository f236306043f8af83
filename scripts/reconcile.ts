/** What does not fit together in the two databases: see USAGE, and docs/adr/0036-reconciling.md. */
import { parseArgs } from "node:util";
import { openInstallation, type Installation } from "./keys/installation.ts";
import { asError } from "./launcher/files.ts";
import { databaseUrl } from "./launcher/mariadb.ts";
import { readSettings, variable, type Environment } from "./launcher/settings.ts";
import { BACKUP_SETS, type BackupSet } from "./lib/backup-sets.ts";
import { isWrongUsage, UsageError } from "./lib/usage.ts";
import type { MigrateUrls } from "./reconcile/migrations.ts";
import { printReport } from "./reconcile/print.ts";
import { reconcile } from "./reconcile/reconcile.ts";

const USAGE = `Usage:
  npm run reconcile [-- --repair] [-- --restored SETS] [-- --delete-orphans] [-- --json]
      compare platform and vault, and say what does not fit together, as after one of them was put back
      --repair          do what is certain: erase again who came back, repair keys, end what a platform had given out
      --restored SETS   platform, vault, keys, or several with commas: they were put back on purpose by other means than
                        npm run restore. With --repair everybody signs in again, and vaults are taken as they are
      --delete-orphans  with --repair: delete what is of owners whom no account has been for KEYS_BACKUP_DAYS
      --json            one JSON object on standard output

Without --repair nothing is changed, except that the run is noted, and which owners nobody knows since when. It works on
the installation that PLATFORM_DATABASE_URL, VAULT_DATABASE_URL and the variables of the master keys name, else on the
TimOS in TIMOS_DATA_DIR (./.data). Where that does not run, it starts its databases meanwhile. Exit code 0 when all fits.`;

const isSet = (name: string): name is BackupSet => Object.hasOwn(BACKUP_SETS, name);

function readArgs(args: string[]) {
  const options = {
    repair: { type: "boolean", default: false },
    restored: { type: "string" },
    "delete-orphans": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  } as const;
  const {
    repair,
    restored,
    json,
    "delete-orphans": deleteOrphans,
  } = parseArgs({ args, options }).values;
  const sets = restored?.split(",") ?? [];
  if (!sets.every(isSet) || (deleteOrphans && !repair)) throw new UsageError();
  return { repair, deleteOrphans, json, afterRestore: restored === undefined ? null : sets };
}

/** Of the accounts that migrate, where they are known. */
function migrateUrlsOf(env: Environment, { config }: Installation): MigrateUrls | null {
  const { given, dataFolder } = readSettings(env, { isDev: false });
  if (given.databases === undefined) {
    const { port } = config.platform.database;
    const urlOf = (role: "platform" | "vault") => databaseUrl(dataFolder, role, "migrate", port);
    return { platform: urlOf("platform"), vault: urlOf("vault") };
  }
  const platform = variable(env, "PLATFORM_MIGRATE_URL");
  const vault = variable(env, "VAULT_MIGRATE_URL");
  return platform === undefined || vault === undefined ? null : { platform, vault };
}

async function run(args: string[], env: Environment): Promise<boolean> {
  const { json, ...options } = readArgs(args);
  // What starting the databases says is not part of the object.
  if (json) console.log = console.error;
  const installation = await openInstallation(env);
  try {
    const note = (line: string) => {
      if (!json) console.log(`  looking at ${line}`);
    };
    const migrateUrls = migrateUrlsOf(env, installation);
    const report = await reconcile(installation, { ...options, migrateUrls, note });
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else printReport(report, options.repair, (line) => console.log(line));
    return report.left === 0;
  } finally {
    await installation.close();
  }
}

try {
  if (!(await run(process.argv.slice(2), process.env))) process.exitCode = 1;
} catch (error) {
  const isUsage = isWrongUsage(error);
  console.error(isUsage ? USAGE : asError(error).message);
  process.exitCode = isUsage ? 2 : 1;
}
