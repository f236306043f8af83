/**
 * Starts one MariaDB and one Redis for the whole run, and makes each worker a pair of databases with accounts that
 * may do what those of a real installation may. Plain ESM: Jest loads this file without the transform of the tests.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import mysql from "mysql2/promise";
import { tsImport } from "tsx/esm/api";
import { compilePrograms } from "./programs.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const RIGHTS = "SELECT, INSERT, UPDATE, DELETE";

export default async function setup({ maxWorkers }) {
  const { startServices } = await tsImport("../../scripts/lib/services.ts", import.meta.url);
  const { migrate } = await tsImport("../../scripts/lib/migrate.ts", import.meta.url);
  const { grantTables } = await tsImport("../../scripts/lib/grants.ts", import.meta.url);
  const dir = mkdtempSync(join(tmpdir(), "timos-test-"));
  const services = await startServices({ dir, ephemeral: true });
  globalThis.__testServices = services;
  // Jest runs no teardown when it is told to end.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => void services.stop().finally(() => process.exit(1)));
  }
  try {
    const redisUrl = new URL(services.urls.REDIS_URL);
    const address = new URL(services.urls.PLATFORM_DATABASE_URL).host;
    const admin = await mysql.createConnection({
      socketPath: services.socket,
      user: userInfo().username,
    });
    const workers = [];
    for (let worker = 1; worker <= maxWorkers; worker++) {
      redisUrl.pathname = `/${worker}`;
      const [platform, vault] = await Promise.all(
        ["platform", "vault"].map(async (role) => {
          const database = `timos_${role}_w${worker}`;
          const url = await createDatabase(admin, { database, address });
          const migrateUrl = adminUrl(services.socket, database);
          await migrate({ url: migrateUrl, dir: join(ROOT, "prisma", role, "migrations") });
          if (role === "platform")
            await grantTables({ migrateUrl, appUrl: url, log: console.error });
          return { database, url };
        }),
      );
      workers.push({
        platformUrl: platform.url,
        vaultUrl: vault.url,
        redisUrl: redisUrl.href,
        adminSocket: services.socket,
        platformDatabase: platform.database,
        vaultDatabase: vault.database,
      });
    }
    await admin.end();
    const programs = join(dir, "programs");
    await compilePrograms(programs);
    // The workers are forked after this and inherit these; see databases.ts, program.ts and kms/soft-hsm.ts.
    process.env.TIMOS_TEST_PROGRAMS = programs;
    process.env.SOFTHSM2_CONF = join(dir, "softhsm2.conf");
    process.env.TIMOS_TEST_WORKERS = JSON.stringify(workers);
  } catch (error) {
    await services.stop();
    throw error;
  }
}

async function createDatabase(admin, { database, address }) {
  const user = `${database}_app`;
  const password = randomBytes(18).toString("base64url");
  await admin.query(
    "CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    database,
  );
  for (const host of ["localhost", "127.0.0.1"]) {
    await admin.query("CREATE USER ?@? IDENTIFIED BY ?", [user, host, password]);
    // In GRANT an unescaped _ stands for any character.
    await admin.query(`GRANT ${RIGHTS} ON ??.* TO ?@?`, [
      database.replaceAll("_", "\\_"),
      user,
      host,
    ]);
  }
  return `mysql://${user}:${password}@${address}/${database}`;
}

function adminUrl(socket, database) {
  const query = new URLSearchParams({ socketPath: socket });
  return `mysql://${encodeURIComponent(userInfo().username)}@localhost/${database}?${query}`;
}
