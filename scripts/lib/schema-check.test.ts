import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { workerServices } from "../../api/test/databases.ts";
import { adminUrl, type ScratchDatabase, scratchDatabase } from "../test/scratch.ts";
import { readDatamodel } from "./datamodel.ts";
import { migrate } from "./migrate.ts";
import { schemaDifferences } from "./schema-check.ts";
import { schemaSql } from "./schema-sql.ts";

const PRISMA = resolve(import.meta.dirname, "../../prisma");
const { platformDatabase, vaultDatabase } = workerServices();

let database: ScratchDatabase;

beforeEach(async () => {
  database = await scratchDatabase();
});

afterEach(async () => {
  await database.drop();
});

const differences = (url: string, schemaFile: string) =>
  schemaDifferences({ url, schemaFile, scratch: `${database.name}_shadow` });

describe.each([
  ["platform", platformDatabase],
  ["vault", vaultDatabase],
])("the migrated database of the %s", (role, name) => {
  it("has exactly the tables of its Prisma schema", async () => {
    const found = await differences(adminUrl(name), join(PRISMA, role, "schema.prisma"));
    expect(found).toEqual([]);
  });
});

describe("the comparison of a database with its schema", () => {
  const schemaFile = join(PRISMA, "platform/schema.prisma");

  beforeEach(async () => {
    await migrate({ url: database.url, dir: join(PRISMA, "platform/migrations") });
  });

  it.each([
    [
      "a dropped index",
      "DROP INDEX dek_wraps_mek_ref_idx ON dek_wraps",
      /index dek_wraps.dek_wraps_mek_ref_idx is missing/,
    ],
    [
      "an index that is no longer unique",
      "DROP INDEX users_email_key ON users; CREATE INDEX users_email_key ON users (email)",
      /index users.users_email_key is BTREE .*, not UNIQUE BTREE/,
    ],
    [
      "an index over fewer columns",
      `ALTER TABLE one_time_tokens DROP INDEX one_time_tokens_user_id_purpose_idx,
       ADD INDEX one_time_tokens_user_id_purpose_idx (user_id)`,
      /index one_time_tokens.one_time_tokens_user_id_purpose_idx is .*, not .*purpose/,
    ],
    [
      "another primary key",
      "ALTER TABLE dek_wraps DROP PRIMARY KEY, ADD PRIMARY KEY (owner_id)",
      /index dek_wraps.PRIMARY/,
    ],
    [
      "a narrowed column",
      "ALTER TABLE tenants MODIFY name VARCHAR(60) NOT NULL",
      /column tenants.name is varchar\(60\).*, not varchar\(120\)/,
    ],
    [
      "a column that became nullable",
      "ALTER TABLE tenants MODIFY name VARCHAR(120) NULL",
      /column tenants.name is varchar\(120\) NULL/,
    ],
    [
      "another default",
      "ALTER TABLE users ALTER locale SET DEFAULT 'de'",
      /column users.locale is .*default 'de'.*, not .*default 'en'/,
    ],
    [
      "another collation",
      "ALTER TABLE tenants MODIFY name VARCHAR(120) COLLATE utf8mb4_bin NOT NULL",
      /column tenants.name is .*utf8mb4_bin/,
    ],
    [
      "another value of an enum",
      "ALTER TABLE users MODIFY status ENUM('active','gone') NOT NULL DEFAULT 'active'",
      /column users.status is enum\('active','gone'\)/,
    ],
    [
      "an extra column",
      "ALTER TABLE users ADD COLUMN nickname TEXT",
      /column users.nickname is not in the schema/,
    ],
    ["a missing column", "ALTER TABLE users DROP COLUMN locale", /column users.locale is missing/],
    ["an extra table", "CREATE TABLE plain (id INT)", /table plain is not in the schema/],
    ["a missing table", "DROP TABLE dek_wraps", /table dek_wraps is missing/],
    [
      "a dropped foreign key",
      "ALTER TABLE users DROP FOREIGN KEY users_tenant_id_fkey",
      /foreign key users.users_tenant_id_fkey is missing/,
    ],
    [
      "a foreign key that acts otherwise",
      `ALTER TABLE users DROP FOREIGN KEY users_tenant_id_fkey;
       ALTER TABLE users ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE ON UPDATE CASCADE`,
      /foreign key users.users_tenant_id_fkey is .*delete CASCADE.*, not .*delete RESTRICT/,
    ],
  ])("finds %s", async (_what, sql, difference) => {
    await database.query(sql);
    const found = await differences(database.url, schemaFile);
    expect(found.join("\n")).toMatch(difference);
  });

  it("leaves no scratch database behind, even when the schema cannot be made", async () => {
    await differences(database.url, schemaFile);
    const folder = mkdtempSync(join(tmpdir(), "timos-schema-"));
    const unmakeable = join(folder, "schema.prisma");
    writeFileSync(unmakeable, schemaOf("model A { id String @id @db.Text }"));
    await expect(differences(database.url, unmakeable)).rejects.toThrow();
    rmSync(folder, { recursive: true });
    expect(await database.query(`SHOW DATABASES LIKE '${database.name}\\_shadow'`)).toEqual([]);
  });
});

describe("the SQL of a schema", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "timos-schema-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const sqlOf = (models: string): string => {
    const file = join(folder, "schema.prisma");
    writeFileSync(file, schemaOf(models));
    return schemaSql(readDatamodel(file));
  };

  it("covers every feature of a schema, laid out as Prisma lays it out", () => {
    expect(sqlOf(EVERY_FEATURE)).toBe(EVERY_FEATURE_SQL);
  });

  it("is understood by the server", async () => {
    await database.query(sqlOf(EVERY_FEATURE));
    const tables = await database.query("SHOW TABLES");
    expect(tables.flatMap((row) => Object.values(row))).toEqual(["Plain", "people", "things"]);
  });

  it("is refused for what it cannot express, and for a schema that is not valid", () => {
    expect(() => sqlOf("model A { id String @id @default(auto()) }")).toThrow();
    expect(() => sqlOf("model A { id Nonsense @id }")).toThrow(/Nonsense/);
  });
});

function schemaOf(models: string): string {
  return `datasource db {\n  provider = "mysql"\n}\n\n${models}\n`;
}

const EVERY_FEATURE = `
enum Colour {
  red
  green @map("it's green")
}

model Person {
  id     Int     @id @default(autoincrement())
  name   String
  mentor Int?
  boss   Person? @relation("boss", fields: [mentor], references: [id])
  staff  Person[] @relation("boss")
  things Thing[]

  @@map("people")
}

model Thing {
  owner    Int      @map("owner_id")
  kind     String   @db.Char(3)
  colour   Colour   @default(green)
  title    String   @default("it's \\\\ new") @db.VarChar(99)
  count    Int      @default(3) @db.UnsignedSmallInt
  price    Decimal  @db.Decimal(10, 2)
  weight   Float?
  isNew    Boolean  @default(true)
  big      BigInt
  data     Json?
  bytes    Bytes    @db.VarBinary(16)
  blob     Bytes
  text     String   @db.MediumText
  day      DateTime @db.Date
  seconds  DateTime @default(now()) @db.DateTime(0)
  millis   DateTime @default(now())
  code     String   @default(uuid())
  sum      Int      @default(dbgenerated("(1 + 1)"))
  person   Person   @relation(fields: [owner], references: [id], onDelete: Cascade, onUpdate: NoAction)

  @@id([owner, kind])
  @@unique([title(length: 10), count(sort: Desc)])
  @@index([millis], map: "by_time")
  @@fulltext([text])
  @@map("things")
}

model Plain {
  id String @id
}
`;

const EVERY_FEATURE_SQL = `-- CreateTable
CREATE TABLE \`people\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`name\` VARCHAR(191) NOT NULL,
    \`mentor\` INTEGER NULL,

    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE \`things\` (
    \`owner_id\` INTEGER NOT NULL,
    \`kind\` CHAR(3) NOT NULL,
    \`colour\` ENUM('red', 'it''s green') NOT NULL DEFAULT 'it''s green',
    \`title\` VARCHAR(99) NOT NULL DEFAULT 'it''s \\\\ new',
    \`count\` SMALLINT UNSIGNED NOT NULL DEFAULT 3,
    \`price\` DECIMAL(10,2) NOT NULL,
    \`weight\` DOUBLE NULL,
    \`isNew\` BOOLEAN NOT NULL DEFAULT true,
    \`big\` BIGINT NOT NULL,
    \`data\` JSON NULL,
    \`bytes\` VARBINARY(16) NOT NULL,
    \`blob\` LONGBLOB NOT NULL,
    \`text\` MEDIUMTEXT NOT NULL,
    \`day\` DATE NOT NULL,
    \`seconds\` DATETIME(0) NOT NULL DEFAULT CURRENT_TIMESTAMP(0),
    \`millis\` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    \`code\` VARCHAR(191) NOT NULL,
    \`sum\` INTEGER NOT NULL DEFAULT ((1 + 1)),

    INDEX \`by_time\`(\`millis\`),
    UNIQUE INDEX \`things_title_count_key\`(\`title\`(10), \`count\` DESC),
    FULLTEXT INDEX \`things_text_idx\`(\`text\`),
    PRIMARY KEY (\`owner_id\`, \`kind\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE \`Plain\` (
    \`id\` VARCHAR(191) NOT NULL,

    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE \`people\` ADD CONSTRAINT \`people_mentor_fkey\` FOREIGN KEY (\`mentor\`) REFERENCES \`people\`(\`id\`) ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE \`things\` ADD CONSTRAINT \`things_owner_id_fkey\` FOREIGN KEY (\`owner_id\`) REFERENCES \`people\`(\`id\`) ON DELETE CASCADE ON UPDATE NO ACTION;
`;
