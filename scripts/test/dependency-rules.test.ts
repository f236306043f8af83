import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { z } from "zod";

const ROOT = resolve(import.meta.dirname, "../..");
const RULES_FILE = join(ROOT, ".dependency-cruiser.cjs");

const Rules = z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) });
const { forbidden } = Rules.parse(createRequire(import.meta.url)(RULES_FILE));

const Report = z.object({
  summary: z.object({
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) }),
    ),
  }),
});

/** A small tree laid out as this one, which keeps every rule. Its files are named as real ones are. */
const CLEAN: Record<string, string> = {
  "api/src/index.ts": 'import { app } from "./app.ts"; app();',
  "api/src/app.ts":
    'import { entryRoutes } from "./features/entries/routes.ts"; import { config } from "./config.ts"; export const app = () => [entryRoutes, config];',
  "api/src/config.ts": "export const config = 1; export interface Config { a: 1 }",
  "api/src/crypto/box.ts":
    'import { createHash } from "node:crypto"; export const box = createHash;',
  "api/src/crypto/box.test.ts":
    'import { readFileSync } from "node:fs"; import { box } from "./box.ts"; readFileSync("x"); box("y");',
  "api/src/lib/day.ts": 'import { box } from "../crypto/box.ts"; export const day = box;',
  "api/src/lib/logger.ts": 'import { pino } from "pino"; export const logger = pino;',
  "api/src/lib/database.ts":
    'import type { Config } from "../config.ts"; export type Database = Config;',
  "api/src/platform/client.ts":
    'import { day } from "../lib/day.ts"; import { platform } from "../../generated/platform/client.ts"; export const client = [day, platform];',
  "api/src/vault/table.ts":
    'import { client } from "../platform/client.ts"; import { vault } from "../../generated/vault/client.ts"; import { codes } from "../contract/index.ts"; export const table = [client, vault, codes];',
  "api/src/http/routes.ts":
    'import express from "express"; import { logger } from "../lib/logger.ts"; import type { Database } from "../lib/database.ts"; export const routes = (database: Database) => [express, logger, database];',
  "api/src/contract/index.ts":
    'import { z } from "zod"; import { entries } from "../features/entries/contract.ts"; export const codes = [z, entries];',
  "api/src/features/entries/contract.ts": 'import { z } from "zod"; export const entries = z;',
  "api/src/features/entries/table.ts":
    'import { table } from "../../vault/table.ts"; export const entryTable = table;',
  "api/src/features/entries/entries.ts":
    'import { entryTable } from "./table.ts"; export const putEntry = entryTable;',
  "api/src/features/entries/routes.ts":
    'import { routes } from "../../http/routes.ts"; import { putEntry } from "./entries.ts"; export const entryRoutes = [routes, putEntry];',
  "api/generated/platform/client.ts": "export const platform = 1;",
  "api/generated/vault/client.ts": "export const vault = 1;",
  "api/test/app.ts": 'import { app } from "../src/app.ts"; export const testApp = app;',
  "api/src/app.test.ts": 'import { testApp } from "../test/app.ts"; testApp();',
  "web/src/app/page.tsx": 'import { Entry } from "@/features/entry.tsx"; export default Entry;',
  "web/src/features/entry.tsx":
    'import { codes } from "../../../api/src/contract/index.ts"; export const Entry = () => <p>{codes.length}</p>;',
  "scripts/seed.ts": 'import { app } from "../api/src/app.ts"; app();',
  "e2e/day.spec.ts": 'import { app } from "../api/src/app.ts"; app();',
};

/** For each rule, a file that breaks it. */
const BREACHES: [rule: string, file: string, code: string, more?: Record<string, string>][] = [
  ["crypto-is-pure", "api/src/crypto/bad-1.ts", 'import "node:fs"; import "./box.ts";'],
  ["crypto-is-pure", "api/src/crypto/bad-2.ts", 'import { day } from "../lib/day.ts"; day;'],
  [
    "node-crypto-only-in-crypto",
    "api/src/lib/bad-3.ts",
    'import { randomBytes } from "node:crypto"; randomBytes(1);',
  ],
  [
    "no-logger-near-keys",
    "api/src/vault/bad-4.ts",
    'import { logger } from "../lib/logger.ts"; logger;',
  ],
  ["no-logger-near-keys", "api/src/vault/bad-5.ts", 'import { pino } from "pino"; pino;'],
  [
    "contract-is-shareable",
    "api/src/contract/bad-6.ts",
    'import { day } from "../lib/day.ts"; day;',
  ],
  [
    "contract-is-shareable",
    "api/src/features/habits/contract.ts",
    'import express from "express"; express;',
  ],
  [
    "lib-knows-nothing-of-us",
    "api/src/lib/bad-7.ts",
    'import { client } from "../platform/client.ts"; client;',
  ],
  [
    "configuration-is-handed-in",
    "api/src/lib/bad-8.ts",
    'import { config } from "../config.ts"; config;',
  ],
  [
    "configuration-is-handed-in",
    "api/src/features/entries/bad-9.ts",
    'import { config } from "../../config.ts"; config;',
  ],
  [
    "platform-knows-no-vault",
    "api/src/platform/bad-10.ts",
    'import { table } from "../vault/table.ts"; table;',
  ],
  [
    "platform-knows-no-vault",
    "api/src/platform/bad-11.ts",
    'import { vault } from "../../generated/vault/client.ts"; vault;',
  ],
  [
    "vault-knows-no-http",
    "api/src/vault/bad-12.ts",
    'import { routes } from "../http/routes.ts"; routes;',
  ],
  [
    "domain-knows-no-http",
    "api/src/features/entries/bad-13.ts",
    'import express from "express"; express;',
  ],
  [
    "domain-knows-no-http",
    "api/src/features/entries/bad-14.ts",
    'import { routes } from "../../http/routes.ts"; routes;',
  ],
  [
    "features-meet-at-the-front",
    "api/src/features/habits/habits.ts",
    'import { entryTable } from "../entries/table.ts"; entryTable;',
  ],
  [
    "databases-behind-their-folders",
    "api/src/features/entries/bad-15.ts",
    'import { vault } from "../../../generated/vault/client.ts"; vault;',
  ],
  [
    "inner-knows-no-outer",
    "api/src/http/bad-16.ts",
    'import { putEntry } from "../features/entries/entries.ts"; putEntry;',
  ],
  ["inner-knows-no-outer", "api/src/vault/bad-17.ts", 'import { app } from "../app.ts"; app;'],
  ["api-stands-alone", "api/src/lib/bad-18.ts", 'import "../../../scripts/seed.ts";'],
  [
    "web-through-the-contract",
    "web/src/features/bad-19.tsx",
    'import { day } from "../../../api/src/lib/day.ts"; day;',
  ],
  [
    "no-cycles",
    "api/src/lib/ring-a.ts",
    'import { b } from "./ring-b.ts"; export const a = b;',
    { "api/src/lib/ring-b.ts": 'import { a } from "./ring-a.ts"; export const b = () => a;' },
  ],
  ["no-orphans", "api/src/lib/bad-20.ts", "export const nobody = 1;"],
  ["no-orphans", "web/src/features/bad-21.tsx", "export const nobody = 1;"],
  [
    "no-tests-in-code",
    "api/src/lib/bad-22.ts",
    'import { testApp } from "../../test/app.ts"; testApp;',
  ],
  ["no-tests-in-code", "scripts/bad-23.ts", 'import "../api/src/app.test.ts";'],
  [
    "no-unresolvable",
    "web/src/features/bad-24.tsx",
    'import { nothing } from "@/no/such/file.ts"; nothing;',
  ],
];

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "timos-rules-"));
  symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
  write(CLEAN);
});

afterAll(() => rmSync(tree, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, code] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), code);
  }
}

async function breaches(): Promise<string[]> {
  const cli = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [
    cli,
    "--config",
    RULES_FILE,
    "--output-type",
    "json",
    "api",
    "web",
    "scripts",
    "e2e",
  ];
  const output = await new Promise<string>((done) => {
    // The exit code is the number of breaches.
    execFile(process.execPath, args, { cwd: tree, maxBuffer: 50_000_000 }, (_, stdout) =>
      done(stdout),
    );
  });
  const { violations } = Report.parse(JSON.parse(output)).summary;
  return violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

describe("the rules on who may import whom", () => {
  it("find nothing in a tree that keeps them", async () => {
    expect(await breaches()).toEqual([]);
  });

  it("each find what breaks them", async () => {
    for (const [, file, code, more] of BREACHES) write({ [file]: code, ...more });
    const found = await breaches();
    for (const [rule, file] of BREACHES) expect(found).toContain(`${rule}: ${file}`);
  });

  it("are all proven to find something, and all say why they are there", () => {
    expect([...new Set(BREACHES.map(([rule]) => rule))].sort()).toEqual(
      forbidden.map(({ name }) => name).sort(),
    );
    for (const { comment } of forbidden) expect(comment).toMatch(/^[A-Z].*\.$/);
  });
});
