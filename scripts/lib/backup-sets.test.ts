import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { BACKUP_SETS } from "./backup-sets.ts";
import { readDatamodel } from "./datamodel.ts";
import { BOOKKEEPING_TABLES } from "./ledger.ts";

const PRISMA = resolve(import.meta.dirname, "../../prisma");

const modelsOf = (role: "platform" | "vault") =>
  readDatamodel(resolve(PRISMA, role, "schema.prisma")).models;

describe.each(["platform", "vault"] as const)("the backup sets of the %s", (role) => {
  it("hold every table of its schema and the books of migrating, each in one set", () => {
    const tables = modelsOf(role).map(({ name, dbName }) => dbName ?? name);
    const inSets = Object.values(BACKUP_SETS).flatMap((set) => set[role]);
    expect([...inSets].sort()).toEqual([...tables, ...BOOKKEEPING_TABLES].sort());
  });

  it("have whatever wraps a key apart from the journal", () => {
    const wrapping = modelsOf(role)
      .filter(({ fields }) => fields.some(({ dbName, name }) => (dbName ?? name) === "mek_ref"))
      .map(({ name, dbName }) => dbName ?? name);
    expect(wrapping).not.toEqual([]);
    expect(BACKUP_SETS.keys[role]).toEqual(expect.arrayContaining(wrapping));
    const journal = [...BACKUP_SETS.platform[role], ...BACKUP_SETS.vault[role]];
    expect(journal.filter((table) => wrapping.includes(table) || table === "erasures")).toEqual([]);
  });
});
