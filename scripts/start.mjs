/**
 * `npm start`. Plain Node with nothing imported from packages, since on a fresh clone there are none yet: it sees to
 * those, and then hands over to the launcher.
 */
import { checkNode, ensureDependencies } from "./lib/bootstrap.mjs";

const HELP = `Usage: npm start [-- --dev]

Starts TimOS: a private MariaDB and Redis, the API, the worker and the web application, all on this
machine only. What is missing is installed and built first. It stays in the foreground; Ctrl-C stops
everything. Started again, it has its data.

  --dev    run the sources and reload on change (npm run dev)
  --help   this text

Environment:
  TIMOS_DATA_DIR         where the data, keys and logs live (./.data)
  WEB_PORT, API_PORT     ports to use; when unset, the first free ones from 3000 and 4000 on
  TIMOS_DEMO=0           make no demo account on the first start
  BACKUP_EVERY_HOURS     how often it is backed up (24) while it runs; BACKUP_TO says where to
                         (the folder backups in the data folder), DRILL_EVERY_DAYS how often the
                         newest backup is restored to see that it can be (7)
  TIMOS_BACKUPS=0        make no backups
  SMTP_URL, MAIL_FROM    send mail; when unset, mails are written to the outbox of the data folder
  APP_URL                the address people use, when it is not http://127.0.0.1:<WEB_PORT>
  PLATFORM_DATABASE_URL, VAULT_DATABASE_URL, REDIS_URL
                         use these instead of private ones; PLATFORM_MIGRATE_URL and
                         VAULT_MIGRATE_URL when other accounts may change the tables
  LOG_LEVEL              debug, info (the default), warn, error
  NO_COLOR=1             no colours
Each may be given as <NAME>_FILE, the path of a file that holds the value.
`;

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== "--dev" && arg !== "--help" && arg !== "-h");
if (unknown !== undefined) {
  console.error(`Unknown option ${unknown}. npm start -- --help lists what there is.`);
  process.exit(2);
}
if (args.includes("--help") || args.includes("-h")) {
  process.stdout.write(HELP);
  process.exit(0);
}

try {
  checkNode();
  await ensureDependencies({ log: (line) => console.log(line) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const { register } = await import("tsx/esm/api");
register();
const { run } = await import("./launcher/run.ts");
process.exit(await run({ isDev: args.includes("--dev") }));
