import { existsSync, readFileSync } from "node:fs";

/**
 * How many tests of a step passed and failed. A check without a report counts as one; a step that ends badly
 * counts as one failed at the least, whatever its report says.
 * @param {{ ok: boolean, reportFile?: string, kind?: "jest" | "playwright" }} step
 */
export function countTests({ ok, reportFile, kind }) {
  const counts = kind === undefined ? noReport(ok) : readReport(kind, reportFile);
  if (!ok && counts.failed === 0) return { ...counts, failed: 1 };
  return counts;
}

function noReport(ok) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function readReport(kind, reportFile) {
  if (reportFile === undefined || !existsSync(reportFile)) return noReport(false);
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, "utf8"));
  } catch {
    // Cut off while it was being written.
    return noReport(false);
  }
  return kind === "jest" ? countJest(report) : countPlaywright(report);
}

function countJest(report) {
  return {
    passed: report.numPassedTests,
    // A file that could not be run holds tests that nobody counted.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function countPlaywright({ stats, errors }) {
  return {
    // Flaky is what Playwright calls a test that passed when it was run again.
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}
