import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { z } from "zod";
import { connectForMigrating, selectRows } from "./database.ts";
import { BOOKKEEPING_TABLES } from "./ledger.ts";

/** What the account of the API may do with the rows of a table. */
const USUAL = ["SELECT", "INSERT", "UPDATE", "DELETE"];
/** What is written once: not even the API's own credentials change or take away what happened. */
const APPEND_ONLY = ["SELECT", "INSERT"];
/** What is kept for good, and ended once. */
const NEVER_DELETED = ["SELECT", "INSERT", "UPDATE"];
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  audit_events: APPEND_ONLY,
  audit_seals: APPEND_ONLY,
  operation_runs: NEVER_DELETED,
  logical_clock: NEVER_DELETED,
};

interface Accounts {
  /** An account that may grant what it may do itself on the database. */
  readonly migrateUrl: string;
  /** The account of the API. */
  readonly appUrl: string;
  readonly log: (line: string) => void;
}

/**
 * Lets the API's account do with each table of the platform what it needs, and no more: nothing with the books of
 * migrating, and with the audit nothing but read and add. A right on the whole database that it had is taken back, since
 * no right on a table can take anything away from it. To be called after migrating: new tables need new rights.
 *
 * Where the accounts do not allow it, says so and which statements an administrator has to run.
 */
export async function grantTables({ migrateUrl, appUrl, log }: Accounts): Promise<void> {
  if (new URL(migrateUrl).username === new URL(appUrl).username) {
    log("the API uses the account that migrates: the audit is not append-only for it");
    return;
  }
  const { account, grants } = await grantsOf(appUrl);
  const connection = await connectForMigrating(migrateUrl);
  try {
    const tables = await selectRows(
      connection,
      z.object({ name: z.string(), schema: z.string() }),
      `SELECT table_name AS name, table_schema AS \`schema\` FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`,
    );
    const database = tables[0]?.schema ?? "";
    const names = tables
      .map(({ name }) => name)
      .filter((name) => !BOOKKEEPING_TABLES.includes(name));
    await apply(connection, changes({ account, grants, database, names }), log);
    await revokeFromSiblings(connection, account, database);
  } finally {
    await connection.end();
  }
}

interface Grant {
  readonly rights: readonly string[];
  /** As it stands in a statement: `db`.* or `db`.`table`. */
  readonly on: string;
  readonly database: string;
  /** `*` for all. */
  readonly table: string;
}

/** The account that the server takes a connection for, and what it may do. */
async function grantsOf(url: string): Promise<{ account: Account; grants: Grant[] }> {
  // Without its database: it may have no right there yet.
  const server = new URL(url);
  server.pathname = "";
  const connection = await createConnection({ uri: server.href, connectTimeout: 10_000 });
  try {
    const [[who]] = await connection.query<RowDataPacket[]>("SELECT CURRENT_USER() AS account");
    const [rows] = await connection.query<RowDataPacket[]>("SHOW GRANTS");
    const [, user = "", host = ""] = /^(.*)@(.*?)$/.exec(String(who?.["account"])) ?? [];
    const grants = rows.flatMap((row) => parseGrant(String(Object.values(row)[0])) ?? []);
    return { account: { user, host }, grants };
  } finally {
    await connection.end();
  }
}

interface Account {
  readonly user: string;
  readonly host: string;
}

const GRANT = /^GRANT (.+) ON ((`(?:[^`]|``)+`|\*)\.(`(?:[^`]|``)+`|\*)) TO /;

function parseGrant(line: string): Grant | undefined {
  const [, rights, on, database, table] = GRANT.exec(line) ?? [];
  if (rights === undefined || on === undefined || rights === "USAGE") return undefined;
  const name = (quoted = "") => quoted.replace(/^`|`$/g, "").replaceAll("``", "`");
  return {
    rights: rights.split(", ").sort(),
    on,
    // In a right on a whole database `_` stands for any character, unless a backslash precedes it.
    database: table === "*" ? name(database).replaceAll("\\", "") : name(database),
    table: name(table),
  };
}

/** The statements that are lacking. What is granted comes first, so that the API has its rights all the while. */
function changes(of: {
  readonly account: Account;
  readonly grants: readonly Grant[];
  readonly database: string;
  readonly names: readonly string[];
}): string[] {
  const to = quotedAccount(of.account);
  const statements = of.names.flatMap((name) => {
    const wanted = RIGHTS[name] ?? USUAL;
    const has = of.grants.find(({ database, table }) => database === of.database && table === name);
    const on = `\`${of.database}\`.\`${name}\``;
    const lacking = wanted.filter((right) => has?.rights.includes(right) !== true);
    const tooMany = has?.rights.filter((right) => !wanted.includes(right)) ?? [];
    return [
      ...(lacking.length > 0 ? [`GRANT ${lacking.join(", ")} ON ${on} TO ${to}`] : []),
      ...(tooMany.length > 0 ? [`REVOKE ${tooMany.join(", ")} ON ${on} FROM ${to}`] : []),
    ];
  });
  const onAll = of.grants.filter(
    ({ database, table }) => table === "*" && (database === of.database || database === "*"),
  );
  return [
    ...statements,
    ...onAll.map(({ rights, on }) => `REVOKE ${rights.join(", ")} ON ${on} FROM ${to}`),
  ];
}

async function apply(
  connection: Connection,
  statements: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const refused: string[] = [];
  for (const statement of statements) {
    await connection.query(statement).catch((error: unknown) => {
      if (!isDenied(error)) throw error;
      refused.push(statement);
    });
  }
  if (refused.length === 0) return;
  log("the migrating account may not grant rights, so the audit is not append-only for the API.");
  log("An administrator has to run, after each migration that adds a table:");
  for (const statement of refused) log(`  ${statement};`);
}

/** The private MariaDB has an account for each way to this machine; the API uses one of them. */
async function revokeFromSiblings(
  connection: Connection,
  { user, host }: Account,
  database: string,
): Promise<void> {
  const on = `\`${database.replaceAll("_", "\\_")}\`.*`;
  for (const sibling of ["localhost", "127.0.0.1"].filter((each) => each !== host)) {
    const from = quotedAccount({ user, host: sibling });
    await connection
      .query(`REVOKE ${USUAL.join(", ")} ON ${on} FROM ${from}`)
      .catch((error: unknown) => {
        if (!isDenied(error) && numberOf(error) !== NO_SUCH_GRANT) throw error;
      });
  }
}

const NO_SUCH_GRANT = 1141;
/** Access denied: to a database, to a command on a table, for lack of a right of the server, for lack of any account. */
const DENIED = new Set([1044, 1045, 1142, 1227, 1410]);

const numberOf = (error: unknown) =>
  error instanceof Error && "errno" in error ? Number(error.errno) : 0;
const isDenied = (error: unknown) => DENIED.has(numberOf(error));

const quotedAccount = ({ user, host }: Account) => `${quote(user)}@${quote(host)}`;
const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
