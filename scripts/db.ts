/** The two databases from the terminal: see USAGE. Exit code 0 when all is as it should be, 1 otherwise. */
import { join, resolve } from "node:path";
import { databaseUrl } from "./launcher/mariadb.ts";
import { readRunFile } from "./launcher/run-file.ts";
import { isGiven, variable } from "./launcher/settings.ts";
import { readDatamodel } from "./lib/datamodel.ts";
import { grantTables } from "./lib/grants.ts";
import {
  explainHistory,
  migrate,
  type MigrationStatus,
  readStatus,
  resolveMigration,
  wayForward,
} from "./lib/migrate.ts";
import { MigrationError } from "./lib/migration-error.ts";
import { schemaDifferences } from "./lib/schema-check.ts";
import { schemaSql } from "./lib/schema-sql.ts";

const USAGE = `Usage: npm run db -- <command> [platform|vault]

  migrate   apply what is pending, and give the API's account (PLATFORM_DATABASE_URL) its rights on the tables
  status    say what is applied, pending, edited, missing and failed
  check     name what differs between a database and its Prisma schema
  sql       print the SQL that makes a Prisma schema in an empty database
  resolve <platform|vault> --applied <migration>
            record a migration as completed by hand
  resolve <platform|vault> --rolled-back <migration>
            record a failed migration as undone by hand, to be tried again

The addresses are taken from PLATFORM_MIGRATE_URL and VAULT_MIGRATE_URL (accounts with all rights on their one
database), else from the installation that runs in TIMOS_DATA_DIR (./.data).`;

const ROOT = resolve(import.meta.dirname, "..");
const DATABASES = ["platform", "vault"] as const;
type Database = (typeof DATABASES)[number];

const COMMANDS: Partial<Record<string, (database: Database) => Promise<boolean>>> = {
  migrate: migrateDatabase,
  status: printStatus,
  check: checkSchema,
  sql: printSql,
};

class UsageError extends Error {}

async function main(args: string[]): Promise<boolean> {
  const [command, database, flag, name, ...rest] = args;
  if (command === "resolve") {
    const as = flag === "--applied" ? "applied" : flag === "--rolled-back" ? "rolled-back" : null;
    if (!isDatabase(database) || as === null || name === undefined || rest.length > 0) {
      throw new UsageError();
    }
    await resolveMigration({ ...migrationsOf(database), name, as });
    console.log(`${database}: ${name} is recorded as ${as === "applied" ? as : "rolled back"}`);
    return true;
  }
  if (flag !== undefined || (database !== undefined && !isDatabase(database))) {
    throw new UsageError();
  }
  const run = COMMANDS[command ?? ""];
  if (run === undefined) throw new UsageError();
  let isFine = true;
  for (const each of database === undefined ? DATABASES : [database]) {
    try {
      isFine = (await run(each)) && isFine;
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      console.error(`${each}: ${error.message}`);
      isFine = false;
    }
  }
  return isFine;
}

async function migrateDatabase(database: Database): Promise<boolean> {
  const log = (line: string): void => console.log(`${database}: ${line}`);
  const { applied } = await migrate({ ...migrationsOf(database), log });
  if (database === "platform") await grantRights(log);
  log(applied.length === 0 ? "up to date" : `up to date, ${count(applied.length)} applied`);
  return true;
}

async function printStatus(database: Database): Promise<boolean> {
  const status = await readStatus(migrationsOf(database));
  for (const line of describeStatus(status)) console.log(`${database}: ${line}`);
  return isUpToDate(status);
}

function describeStatus(status: MigrationStatus): string[] {
  const { applied, pending, edited, missing, failed } = status;
  return [
    `${isUpToDate(status) ? "up to date" : "not up to date"}: ${applied.length} applied, ` +
      `${pending.length} pending, ${edited.length} edited, ${missing.length} missing, ${failed.length} failed`,
    ...applied.map((name) => `  applied  ${name}`),
    ...pending.map((name) => `  pending  ${name}`),
    ...edited.map((name) => `  edited   ${name}`),
    ...missing.map((name) => `  missing  ${name}`),
    ...failed.map(
      ({ name, error }) => `  failed   ${name}: ${error ?? "cut off, or still being applied"}`,
    ),
    ...explainHistory(status),
    ...failed.flatMap(({ name }) => wayForward(name).split("\n")),
  ];
}

function isUpToDate({ pending, edited, missing, failed }: MigrationStatus): boolean {
  return pending.length + edited.length + missing.length + failed.length === 0;
}

async function checkSchema(database: Database): Promise<boolean> {
  const differences = await schemaDifferences({
    url: addressOf(database),
    schemaFile: schemaFileOf(database),
    scratch: `timos_${database}_shadow`,
  });
  for (const line of differences) console.log(`${database}: ${line}`);
  if (differences.length === 0) console.log(`${database}: as schema.prisma says`);
  return differences.length === 0;
}

function printSql(database: Database): Promise<boolean> {
  console.log(schemaSql(readDatamodel(schemaFileOf(database))));
  return Promise.resolve(true);
}

function migrationsOf(database: Database): { url: string; dir: string } {
  return { url: addressOf(database), dir: join(ROOT, "prisma", database, "migrations") };
}

function schemaFileOf(database: Database): string {
  return join(ROOT, "prisma", database, "schema.prisma");
}

function addressOf(database: Database): string {
  const name = `${database.toUpperCase()}_MIGRATE_URL`;
  const given = variable(process.env, name);
  if (given !== undefined) return given;
  const dataFolder = resolve(ROOT, process.env["TIMOS_DATA_DIR"] ?? ".data");
  const port = portOf(dataFolder, name);
  return databaseUrl(dataFolder, database, "migrate", port);
}

async function grantRights(log: (line: string) => void): Promise<void> {
  const appUrl = appAddress();
  if (appUrl === undefined) {
    log("PLATFORM_DATABASE_URL is not set, so the rights of its account stay as they are");
  } else {
    await grantTables({ migrateUrl: addressOf("platform"), appUrl, log });
  }
}

/** The platform for the API's account; undefined when an address is given for migrating only. */
function appAddress(): string | undefined {
  const given = variable(process.env, "PLATFORM_DATABASE_URL");
  if (given !== undefined || isGiven(process.env, "PLATFORM_MIGRATE_URL")) return given;
  const dataFolder = resolve(ROOT, process.env["TIMOS_DATA_DIR"] ?? ".data");
  return databaseUrl(dataFolder, "platform", "app", portOf(dataFolder, "PLATFORM_MIGRATE_URL"));
}

function portOf(dataFolder: string, variable: string): number {
  try {
    return readRunFile(dataFolder).mariadb.port;
  } catch (error) {
    throw new MigrationError(
      "no_database",
      `No database to work on: ${variable} is not set, and nothing runs in ${dataFolder} (npm start starts it).`,
      { cause: error },
    );
  }
}

function isDatabase(name: string | undefined): name is Database {
  return name === "platform" || name === "vault";
}

/** What the server or the way to it has to say: its text is for whoever runs this, its stack is not. */
function isServerError(error: unknown): error is Error {
  return error instanceof Error && "errno" in error;
}

function count(migrations: number): string {
  return migrations === 1 ? "1 migration" : `${migrations} migrations`;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (error instanceof UsageError) console.error(USAGE);
  else if (error instanceof MigrationError || isServerError(error)) console.error(error.message);
  else throw error;
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
