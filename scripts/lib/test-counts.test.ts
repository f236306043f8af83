import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { countTests } from "./test-counts.mjs";

const folder = mkdtempSync(join(tmpdir(), "timos-counts-"));
const reportFile = join(folder, "report.json");

afterAll(() => rmSync(folder, { recursive: true }));

const JEST = {
  numPassedTests: 7,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 1,
  numTodoTests: 1,
};
const PLAYWRIGHT = { stats: { expected: 5, unexpected: 0, flaky: 0, skipped: 2 }, errors: [] };

function count(kind: "jest" | "playwright", ok: boolean, report: unknown) {
  writeFileSync(reportFile, JSON.stringify(report));
  return countTests({ ok, kind, reportFile });
}

describe("counting the tests of a step", () => {
  it("takes a check without a report for one test", () => {
    expect(countTests({ ok: true })).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(countTests({ ok: false })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("counts Jest's and Playwright's", () => {
    expect(count("jest", true, JEST)).toEqual({ passed: 7, failed: 0, skipped: 2 });
    expect(count("jest", false, { ...JEST, numFailedTests: 3 })).toMatchObject({ failed: 3 });
    expect(count("playwright", true, PLAYWRIGHT)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  });

  it("counts what could not be run as failed, and what passed on its second run as passed", () => {
    expect(count("jest", false, { ...JEST, numRuntimeErrorTestSuites: 2 }).failed).toBe(2);
    const flaky = { ...PLAYWRIGHT, stats: { ...PLAYWRIGHT.stats, flaky: 1 } };
    expect(count("playwright", true, flaky)).toMatchObject({ passed: 6, failed: 0 });
    expect(count("playwright", false, { ...PLAYWRIGHT, errors: [{}] }).failed).toBe(1);
  });

  it("counts a step that ends badly with every test passed as failed: coverage, a crash at the end", () => {
    expect(count("jest", false, JEST)).toMatchObject({ passed: 7, failed: 1 });
    expect(count("playwright", false, PLAYWRIGHT)).toMatchObject({ passed: 5, failed: 1 });
  });

  it("counts a report that is missing or cut off as failed, whatever the exit code", () => {
    expect(countTests({ ok: true, kind: "jest", reportFile: join(folder, "none") }).failed).toBe(1);
    writeFileSync(reportFile, JSON.stringify(JEST).slice(0, 20));
    expect(countTests({ ok: true, kind: "jest", reportFile }).failed).toBe(1);
  });
});
