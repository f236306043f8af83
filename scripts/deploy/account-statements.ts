interface Statement {
  readonly sql: string;
  /** Of the placeholders: names and passwords. */
  readonly values: readonly string[];
}

interface Accounts {
  readonly app: URL;
  readonly backup: URL;
  readonly isMariadb: boolean;
}

/**
 * The statements that make the API's account and that of backups, or give them new passwords. On the platform the first
 * gets its rights table by table, by migrating (lib/grants.ts).
 */
export function accountStatements(
  role: "platform" | "vault",
  { app, backup, isMariadb }: Accounts,
): Statement[] {
  const rights = [
    { url: app, rights: role === "vault" ? "SELECT, INSERT, UPDATE, DELETE" : undefined },
    { url: backup, rights: "SELECT, SHOW VIEW, LOCK TABLES" },
  ];
  // MySQL's own default asks for TLS, or for the key of a server that nobody vouches for.
  const how = isMariadb ? "IDENTIFIED BY ?" : "IDENTIFIED WITH mysql_native_password BY ?";
  return rights.flatMap(({ url, rights }): Statement[] => {
    const user = decodeURIComponent(url.username);
    const password = decodeURIComponent(url.password);
    const database = decodeURIComponent(url.pathname.slice(1)).replaceAll("`", "``");
    // In a GRANT an unescaped `_` stands for any character.
    const on = `\`${database.replaceAll("_", "\\_")}\`.*`;
    return [
      { sql: `CREATE USER IF NOT EXISTS ?@'%' ${how}`, values: [user, password] },
      { sql: `ALTER USER ?@'%' ${how}`, values: [user, password] },
      ...(rights === undefined
        ? []
        : [{ sql: `GRANT ${rights} ON ${on} TO ?@'%'`, values: [user] }]),
    ];
  });
}
