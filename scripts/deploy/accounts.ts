/** Makes the accounts of databases that somebody else runs, such as Cloud SQL: see USAGE. */
import { createConnection } from "mysql2/promise";
import { asError } from "../launcher/files.ts";
import { variable } from "../launcher/settings.ts";
import { accountStatements } from "./account-statements.ts";

const USAGE = `Usage: deploy:accounts

On both databases, makes the accounts that <ROLE>_DATABASE_URL and <ROLE>_BACKUP_URL name, with the password that stands
there and the rights they need, as the account of <ROLE>_MIGRATE_URL, which has to be an administrator's. ROLE is
PLATFORM and VAULT. Run again, it sets the passwords anew. To be run before db:migrate.`;

const ROLES = ["platform", "vault"] as const;

function address(name: string): URL {
  const text = variable(process.env, name);
  if (text === undefined) throw new Error(`${name} is not set.\n\n${USAGE}`);
  return new URL(text);
}

async function makeAccounts(role: (typeof ROLES)[number]): Promise<void> {
  const prefix = role.toUpperCase();
  const migrate = address(`${prefix}_MIGRATE_URL`);
  const connection = await createConnection({ uri: migrate.href, connectTimeout: 10_000 });
  try {
    const [rows] = await connection.query("SELECT VERSION() AS version");
    const isMariadb = JSON.stringify(rows).includes("MariaDB");
    const app = address(`${prefix}_DATABASE_URL`);
    const backup = address(`${prefix}_BACKUP_URL`);
    for (const statement of accountStatements(role, { app, backup, isMariadb })) {
      await connection.query(statement.sql, [...statement.values]);
    }
    console.log(`${role}: ${app.username} and ${backup.username} are there`);
  } finally {
    await connection.end();
  }
}

try {
  if (process.argv.length > 2) {
    console.error(USAGE);
    process.exitCode = 2;
  } else {
    for (const role of ROLES) await makeAccounts(role);
  }
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 1;
}
