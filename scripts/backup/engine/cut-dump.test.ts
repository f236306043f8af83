import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { cutDump } from "./cut-dump.ts";

async function* inSteps(text: string, step: number): AsyncGenerator<Buffer> {
  await Promise.resolve();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

/** What a dump is cut into: the statements of each table, and how many rows they have. */
async function cut(dump: string, step = 64) {
  const tables: Record<string, { rows: number; statements: string[] }> = {};
  const others: string[] = [];
  let parts: Buffer[] = [];
  for await (const piece of cutDump(inSteps(dump, step), "first", (line) => others.push(line))) {
    const table = (tables[`${piece.database}.${piece.table}`] ??= { rows: 0, statements: [] });
    table.rows += piece.rows;
    parts.push(piece.bytes);
    if (!piece.isEnd) continue;
    table.statements.push(Buffer.concat(parts).toString());
    parts = [];
  }
  return { tables, others };
}

/** As the clients escape a text: mysql_real_escape_string. */
const ESCAPED: Readonly<Record<string, string>> = {
  ...{ "\\": "\\", "'": "'", '"': '"' },
  ...{ "\0": "0", "\n": "n", "\r": "r", "\x1a": "Z" },
};
const escape = (text: string) =>
  `'${Array.from(text, (each) => (ESCAPED[each] === undefined ? each : `\\${ESCAPED[each]}`)).join("")}'`;

const hostile = [
  "'",
  "\\",
  "\\'",
  "'),('",
  ";\n",
  "\nINSERT INTO `users` VALUES (1);\n",
  "\nUSE `other`;\n-- comment\n/* ",
  "(((",
  "\0\x1a\r\n",
  "é漢字🙂",
];
const value = fc.oneof(
  fc.string().map(escape),
  fc.array(fc.constantFrom(...hostile), { maxLength: 4 }).map((parts) => escape(parts.join(""))),
  fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
  fc.constantFrom("NULL", "''", "-12", "1.5"),
);
const row = fc
  .array(value, { minLength: 1, maxLength: 4 })
  .map((values) => `(${values.join(",")})`);
const rows = fc.array(row, { minLength: 1, maxLength: 5 });

describe("a dump", () => {
  it("is cut into its statements byte by byte, whatever was written in the rows", async () => {
    const step = fc.integer({ min: 1, max: 300 });
    // On lines of their own as MariaDB prints them, or all in one as MySQL does.
    const layout = fc.constantFrom({ head: "\n", glue: ",\n" }, { head: " ", glue: "," });
    await fc.assert(
      fc.asyncProperty(
        fc.array(rows, { maxLength: 5 }),
        layout,
        step,
        async (all, { head, glue }, size) => {
          const statements = all.map(
            (each) => `INSERT INTO \`a\` VALUES${head}${each.join(glue)};\n`,
          );
          const dump = `/*M!999999\\- enable the sandbox mode */ \n${statements.join("")}-- end\n`;
          const { tables, others } = await cut(dump, size);
          const wanted = { rows: all.flat().length, statements };
          expect(tables).toEqual(all.length === 0 ? {} : { "first.a": wanted });
          expect(others.filter((line) => line !== "")).toEqual([
            "/*M!999999\\- enable the sandbox mode */ ",
            "-- end",
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("says of which database a table is", async () => {
    const { tables } = await cut(
      "INSERT INTO `x` VALUES\n(1);\nUSE `se``cond`;\n\nINSERT INTO `x` VALUES\n(1),\n(2);\nINSERT INTO `x` VALUES (3);\nINSERT INTO `y` VALUES\n(1);\n",
    );
    const found = Object.entries(tables).map(([name, { rows: count }]) => [name, count]);
    expect(found).toEqual([
      ["first.x", 1],
      ["se`cond.x", 3],
      ["se`cond.y", 1],
    ]);
  });

  it.each([
    ["INSERT INTO `x` VALUES\n(1)", "ends within a statement"],
    ["INSERT INTO `x` VALUES ('it;", "ends within a statement"],
    ["DROP TABLE `x`;\n", "a line that fills no table"],
    ["REPLACE INTO `x` VALUES (1);\n", "a line that fills no table"],
    ["INSERT INTO `x` VALUES (1); DROP TABLE `x`;\n", "a line that fills no table"],
    ["INSERT INTO `x` SELECT * FROM `y`;\n", "a line that fills no table"],
  ])("is refused where it is no whole one: %s", async (dump, message) => {
    for (const step of [1, 5, 1000]) await expect(cut(dump, step)).rejects.toThrow(message);
  });
});
