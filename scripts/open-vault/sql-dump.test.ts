import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readDump, type Row, type Tables, tablesOf } from "./sql-dump.ts";
import { DumpError } from "./sql-text.ts";

type Value = Buffer | number | null;

const END = "-- Dump completed on 2026-11-21 20:00:00\n";

async function* inPieces(dump: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < dump.length; at += size) {
    yield await Promise.resolve(dump.subarray(at, at + size));
  }
}

/** The rows of a dump as text, and what it ended with when not well. */
async function read(dump: Buffer | string, options: { size?: number; tables?: Tables } = {}) {
  const rows: (readonly [table: string, values: Record<string, string | null>])[] = [];
  const pieces = inPieces(Buffer.from(dump), options.size ?? 7);
  const asText = ({ table, columns, value }: Row) => {
    const values = columns.map(({ name }) => [name, value(name)?.toString("latin1") ?? null]);
    return [table, Object.fromEntries(values)] as const;
  };
  try {
    const known = { tables: options.tables ?? new Map(), wants: () => true };
    for await (const row of readDump(pieces, known)) rows.push(asText(row));
  } catch (error) {
    if (!(error instanceof DumpError)) throw error;
    return { rows, error: error.message };
  }
  return { rows, error: undefined };
}

/** As `mysql_real_escape_string` does it. A backslash before a byte that begins a character of many is its doing too. */
function escaped(bytes: Buffer): Buffer {
  const letters = new Map<number, number>([
    ...[0x22, 0x27, 0x5c, 0xc3, 0xf9].map((byte) => [byte, byte] as const),
    ...Object.entries({ "0": 0, n: 10, r: 13, Z: 26 }).map(
      ([letter, byte]) => [byte, letter.charCodeAt(0)] as const,
    ),
  ]);
  const out = [...bytes].flatMap((byte) => {
    const letter = letters.get(byte);
    return letter === undefined ? [byte] : [0x5c, letter];
  });
  return Buffer.from([0x27, ...out, 0x27]);
}

const doubled = (bytes: Buffer) =>
  Buffer.from([
    0x27,
    ...[...bytes].flatMap((byte) => (byte === 0x27 || byte === 0x5c ? [byte, byte] : [byte])),
    0x27,
  ]);

const STYLES: Record<string, (bytes: Buffer) => Buffer> = {
  escaped,
  doubled,
  "with an introducer": (bytes) => Buffer.concat([Buffer.from("_binary "), escaped(bytes)]),
  // An empty value has no digits, and mariadb-dump writes it as ''.
  "in hex": (bytes) => Buffer.from(bytes.length === 0 ? "''" : `0x${bytes.toString("hex")}`),
  "in quoted hex": (bytes) => Buffer.from(`X'${bytes.toString("hex").toUpperCase()}'`),
};

describe("the reader of dumps", () => {
  it.each(Object.entries(STYLES))("reads any bytes, %s, cut anywhere", async (_style, write) => {
    // Bytes that mean something to SQL come often.
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(...Buffer.from("\\'\"`(),;-/*#\n\r\t\0\x1a_%x0")),
    );
    const bytes = fc.array(byte).map((list) => Buffer.from(list));
    const value = fc.oneof(bytes, fc.maxSafeNat(), fc.constant(null));
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 64 }), async (written, size) => {
        const literal = (one: Value) =>
          Buffer.isBuffer(one) ? write(one) : Buffer.from(`${one}`.toUpperCase());
        const texts = written.flatMap((row, i) => [
          Buffer.from(i === 0 ? "(" : ",("),
          ...row.flatMap((one, j) => [Buffer.from(j === 0 ? "" : ","), literal(one)]),
          Buffer.from(")"),
        ]);
        const head =
          "CREATE TABLE `t` (\n  `a` blob,\n  `b` blob,\n  `c` blob\n);\nINSERT INTO `t` VALUES\n";
        const dump = Buffer.concat([Buffer.from(head), ...texts, Buffer.from(`;\n${END}`)]);
        const text = (one: Value) =>
          Buffer.isBuffer(one) ? one.toString("latin1") : one === null ? null : String(one);
        const expected = written.map(([a, b, c]) => ["t", { a: text(a), b: text(b), c: text(c) }]);
        expect(await read(dump, { size })).toEqual({ rows: expected, error: undefined });
      }),
    );
  });

  const DUMP = [
    "/*M!999999\\- enable the sandbox mode */ ",
    "-- MariaDB dump 10.19; INSERT INTO `no` VALUES (1);",
    "/*!40101 SET NAMES utf8mb4 */;",
    "# INSERT INTO `no` VALUES (2);",
    "USE `a;b`;",
    "SET @x = 'INSERT INTO `no` VALUES (3);\\'';",
    "DROP TABLE IF EXISTS `t`;",
    "CREATE TABLE `t` (",
    "  `id` binary(16) NOT NULL COMMENT 'a, b) `c` \\' (',",
    "  `we``ird, name` bigint(20) unsigned DEFAULT NULL,",
    "  `sealed` mediumblob NOT NULL,",
    "  PRIMARY KEY (`id`),",
    "  UNIQUE KEY `k` (`id`,`sealed`(8)),",
    "  CONSTRAINT `c` CHECK (substr(`sealed`,1,1) = x'F9' and octet_length(`sealed`) >= 114)",
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;",
    "LOCK TABLES `t` WRITE;",
    "/*!50003 CREATE*/ /*!50003 TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW INSERT INTO no VALUES (4) */;;",
    "INSERT INTO `t` VALUES ('a',1,'),('),",
    "('b;',NULL,'\\\\');",
    "REPLACE  INTO `t` (`sealed`, `id`) VALUES (0x00ff,_binary 'c');",
    "INSERT IGNORE INTO \"t\" VALUES ('',-1.5e3,'it''s');",
    "insert into t values ('d', 2 , '') ;",
    "UNLOCK TABLES;",
    END,
  ].join("\n");
  const ROWS = [
    ["t", { id: "a", "we`ird, name": "1", sealed: "),(" }],
    ["t", { id: "b;", "we`ird, name": null, sealed: "\\" }],
    ["t", { sealed: "\0\xff", id: "c" }],
    ["t", { id: "", "we`ird, name": "-1.5e3", sealed: "it's" }],
    ["t", { id: "d", "we`ird, name": "2", sealed: "" }],
  ];

  it("finds the rows among everything else a dump holds, wherever chunks end", async () => {
    for (let size = 1; size < 300; size++) {
      expect(await read(DUMP, { size })).toEqual({ rows: ROWS, error: undefined });
    }
    expect(tablesOf(Buffer.from(DUMP)).get("t")).toEqual([
      { name: "id", type: "binary" },
      { name: "we`ird, name", type: "bigint" },
      { name: "sealed", type: "mediumblob" },
    ]);
  });

  it("never takes a part of a dump for the whole, and gives the rows before the cut", async () => {
    const whole = DUMP.indexOf("-- Dump completed") + "-- Dump completed".length;
    for (let length = 0; length < whole; length++) {
      const { rows, error } = await read(DUMP.slice(0, length), { size: 1000 });
      expect(error).toMatch(/cut short/);
      expect(ROWS.slice(0, rows.length)).toEqual(rows);
    }
    expect((await read(DUMP.slice(0, whole))).error).toBeUndefined();
  });

  it("takes dumps one after the other, and sees that the last is not whole", async () => {
    const twice = DUMP + DUMP;
    expect(await read(twice)).toEqual({ rows: [...ROWS, ...ROWS], error: undefined });
    expect((await read(twice.slice(0, -END.length))).error).toMatch(/does not end with/);
  });

  it("says where something else stands than a dump would have there", async () => {
    const table = "CREATE TABLE t (a int, b int);";
    expect((await read(`${table}INSERT INTO t VALUES (1);${END}`)).error).toBe(
      "at byte 54 a row of 2 values for t (it has 1) was expected, and something else is there",
    );
    for (const wrong of ["(1 2)", "(1,2)(3,4)", "(,)", "SELECT 1"]) {
      const { error } = await read(`${table}INSERT INTO t VALUES ${wrong};${END}`);
      expect(error).toMatch(/^at byte \d+ /);
    }
    expect((await read(`${table}INSERT INTO t SELECT 1;${END}`)).error).toMatch(/VALUES/);
    expect((await read(`${table}INSERT INTO t VALUES (1,0x123);${END}`)).error).toMatch(/no hex/);
  });

  it("asks for the columns where nothing says what they are", async () => {
    const rows = `INSERT INTO t VALUES (1);${END}`;
    expect((await read(rows)).error).toMatch(/rows of t and says nowhere which columns/);
    const tables: Tables = new Map([["t", [{ name: "n", type: "int" }]]]);
    expect(await read(rows, { tables })).toEqual({ rows: [["t", { n: "1" }]], error: undefined });
  });
});
