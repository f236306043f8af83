import { join } from "node:path";
import { grantTables } from "../lib/grants.ts";
import { migrate, readStatus } from "../lib/migrate.ts";
import { ROOT } from "./paths.ts";

interface MigrateUrls {
  readonly platform: string;
  readonly vault: string;
  /** The platform for the API's own account, which is given its rights on the tables. */
  readonly platformApp: string;
}

/**
 * Brings both databases up to date, and the rights on the tables of the platform. Databases that a newer version has already changed are refused before either
 * is touched.
 *
 * @returns how many migrations were applied.
 */
export async function migrateBoth(urls: MigrateUrls, log: (line: string) => void): Promise<number> {
  const databases = (["platform", "vault"] as const).map((name) => ({
    name,
    url: urls[name],
    dir: join(ROOT, "prisma", name, "migrations"),
  }));
  const statuses = await Promise.all(databases.map((database) => readStatus(database)));
  const unknown = statuses.flatMap(({ missing }) => missing);
  if (unknown.length > 0) {
    throw new Error(
      "These databases were made by a newer version of TimOS: they have changes this version does not know " +
        `(${unknown.join(", ")}). Nothing was changed. Update TimOS and start again.`,
    );
  }
  const results = await Promise.all(
    databases.map(({ name, ...where }) =>
      migrate({
        ...where,
        log: (line) => {
          log(`${name}: ${line}`);
        },
      }),
    ),
  );
  await grantTables({
    migrateUrl: urls.platform,
    appUrl: urls.platformApp,
    log: (line) => log(`platform: ${line}`),
  });
  return results.reduce((sum, { applied }) => sum + applied.length, 0);
}
