import { join } from "node:path";
import type { DatabaseRole } from "../lib/backup-sets.ts";
import { readStatus } from "../lib/migrate.ts";
import { ROOT } from "../launcher/paths.ts";
import type { Findings } from "./findings.ts";

const ROLES: readonly DatabaseRole[] = ["platform", "vault"];

/** The accounts that may read the books of migrating: the server's own may not. */
export type MigrateUrls = Readonly<Record<DatabaseRole, string>>;

/** Compares what each database was migrated to with what this TimOS has. */
export async function compareMigrations(
  migrateUrls: MigrateUrls | null,
  findings: Findings,
): Promise<void> {
  if (migrateUrls === null) {
    findings.add("migrations_unread", { count: 0 });
    return;
  }
  for (const role of ROLES) {
    const dir = join(ROOT, "prisma", role, "migrations");
    const { pending, edited, missing, failed } = await readStatus({ url: migrateUrls[role], dir });
    const named = (names: readonly string[]) => names.map((name) => `${role}/${name}`);
    const behind = named([...pending, ...failed.map(({ name }) => name)]);
    const unknown = named([...edited, ...missing]);
    if (behind.length > 0)
      findings.add("migrations_pending", { count: behind.length, ids: behind });
    if (unknown.length > 0) {
      findings.add("migrations_unknown", { count: unknown.length, ids: unknown });
    }
  }
}
