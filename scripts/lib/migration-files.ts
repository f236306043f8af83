import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MigrationError } from "./migration-error.ts";

/** One folder of `prisma/<database>/migrations`: its name sorts by time, its script is run as one text. */
export interface Migration {
  name: string;
  sql: string;
}

/**
 * The migrations in `folder`, oldest first.
 *
 * Throws a MigrationError when the folder is not one of MySQL migrations or a script is missing.
 */
export function readMigrations(folder: string): Migration[] {
  const lockFile = join(folder, "migration_lock.toml");
  if (!existsSync(lockFile) || !/^provider = "mysql"\r?$/m.test(readFileSync(lockFile, "utf8"))) {
    throw new MigrationError("not_mysql", `${lockFile} does not say provider = "mysql".`);
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const script = join(folder, name, "migration.sql");
      if (!existsSync(script)) {
        throw new MigrationError("no_script", `P3015: ${script} does not exist.`);
      }
      return { name, sql: readFileSync(script, "utf8") };
    });
}

/** What the ledger keeps of a script, in Prisma's form: SHA-256 in lower-case hex. */
export function checksumOf(sql: string): string {
  return createHash("sha256").update(sql, "utf8").digest("hex");
}

/** Is this the script that `checksum` was taken of? Line endings may differ, since git may change them. */
export function isChecksumOf(checksum: string, sql: string): boolean {
  const lf = sql.replaceAll("\r\n", "\n");
  return [sql, lf, lf.replaceAll("\n", "\r\n")].some((text) => checksumOf(text) === checksum);
}
