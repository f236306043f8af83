/** What TimOS costs, measured on this machine: see USAGE, and docs/benchmarks.md for what the figures mean. */
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, release } from "node:os";
import { join } from "node:path";
import { auth } from "./bench/auth.ts";
import { backup } from "./bench/backup.ts";
import { crypto } from "./bench/crypto.ts";
import { journal } from "./bench/journal.ts";
import { keys } from "./bench/keys.ts";
import { records } from "./bench/records.ts";
import { rotation } from "./bench/rotation.ts";
import { search } from "./bench/search.ts";
import { stream } from "./bench/stream.ts";
import { web } from "./bench/web.ts";
import { rounded, type Part, type Report, type Table } from "./bench/measure.ts";
import { asError } from "./launcher/files.ts";

/** One file of scripts/bench/ each. */
const PARTS: readonly Part[] = [
  auth,
  backup,
  crypto,
  journal,
  keys,
  records,
  rotation,
  search,
  stream,
  web,
];

const USAGE = `Usage: npm run bench [-- PART…]

Measures every part, or those that are named, and writes bench-results/PART.json:
${PARTS.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join("\n")}`;

const RESULTS = join(import.meta.dirname, "../bench-results");

function describeMachine() {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    openssl: process.versions.openssl,
  };
}

function printTable({ title, rows }: Table): void {
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) =>
    columns.map((column) => {
      const value = row[column] ?? "";
      return typeof value === "number" ? rounded(value) : value;
    }),
  );
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ");
  console.log(`\n${title}\n`);
  for (const row of [columns, widths.map((width) => "-".repeat(width)), ...cells]) {
    console.log(line(row));
  }
}

function print({ tables, targets }: Report): void {
  for (const table of tables) printTable(table);
  if (targets.length === 0) return;
  const rows = targets.map(({ name, wanted, seen, isMet }) => {
    return { target: name, wanted, seen, "": isMet ? "met" : "MISSED" };
  });
  printTable({ title: "Targets", rows });
}

const named = process.argv.slice(2);
const chosen = named.length === 0 ? PARTS : PARTS.filter(({ name }) => named.includes(name));
if (named.some((name) => !PARTS.some((part) => part.name === name))) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    const machine = describeMachine();
    console.log(Object.values(machine).join(" · "));
    mkdirSync(RESULTS, { recursive: true });
    for (const { name, title, run } of chosen) {
      console.log(`\n${name}: ${title}`);
      const report = await run((line) => console.log(`  ${line}`));
      print(report);
      const results = { part: name, at: new Date().toISOString(), machine, ...report };
      writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
    }
  } catch (error) {
    console.error(asError(error).stack);
    process.exitCode = 1;
  }
}
