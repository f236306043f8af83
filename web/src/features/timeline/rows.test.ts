/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import type { Entry } from "@timos/api/contract";
import { rowsOf } from "./rows.ts";

const entry = (id: string, day: string) => ({ id, day }) as Entry;

describe("the rows of a timeline", () => {
  it("have each month over its first entry, and each day once", () => {
    const rows = rowsOf([
      entry("d", "2026-11-02"),
      entry("c", "2026-11-02"),
      entry("b", "2026-11-01"),
      entry("a", "2025-11-30"),
    ]);
    expect(rows.map((row) => (row.kind === "month" ? row.month : [row.key, row.isFirst]))).toEqual([
      "2026-11",
      ["d", true],
      ["c", false],
      ["b", true],
      "2025-11",
      ["a", true],
    ]);
    expect(rowsOf([])).toEqual([]);
  });
});
