import { defineConfig } from "prisma/config";

// generate, validate and format never run Prisma's schema engine, yet the CLI downloads it first.
// Naming any existing file as the engine skips that download (offline, CI); migrate commands are untouched.
const ENGINELESS = ["generate", "validate", "format"];
if (process.argv.some((arg) => ENGINELESS.includes(arg))) {
  process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= process.execPath;
}

export default defineConfig({
  schema: "./schema.prisma",
  migrations: { path: "./migrations" },
  datasource: {
    url: process.env["VAULT_DATABASE_URL"] ?? "mysql://unset@127.0.0.1:3306/timos_vault",
  },
});
