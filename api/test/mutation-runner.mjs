import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import TestRunner from "jest-runner";

/** What each file's tests are called and how long they take: learned by the run without a mutant, for those with one. */
const LEDGER = "mutation-tests.json";

/**
 * Runs, for each mutant, only the files that have a test of its code, the quickest first, and none after one that
 * failed: Stryker would load them all, and run them all to their end.
 */
export default class MutationRunner extends TestRunner {
  async runTests(files, watcher, options) {
    const isMutated = process.env.__STRYKER_ACTIVE_MUTANT__ !== undefined;
    const ledger = isMutated ? JSON.parse(readFileSync(LEDGER, "utf8")) : {};
    let hasFailed = false;
    const stopListening = [
      this.on("test-file-success", ([file, { testResults, testExecError }]) => {
        hasFailed ||= testExecError !== undefined && testExecError !== null;
        hasFailed ||= testResults.some(({ status }) => status === "failed");
        if (!isMutated) {
          ledger[nameOf(file)] = testResults.map(({ fullName, duration }) => [fullName, duration]);
        }
      }),
      this.on("test-file-failure", () => {
        hasFailed = true;
      }),
    ];
    for (const file of isMutated ? chooseFiles(files, ledger, this._globalConfig) : files) {
      if (isMutated && hasFailed) break;
      await super.runTests([file], watcher, options);
    }
    for (const stop of stopListening) stop();
    if (!isMutated) writeFileSync(LEDGER, JSON.stringify(ledger));
  }
}

const nameOf = (file) => relative(process.cwd(), file.path);

function chooseFiles(files, ledger, { testNamePattern }) {
  const pattern = new RegExp(testNamePattern ?? "", "i");
  return files
    .map((file) => {
      const tests = (ledger[nameOf(file)] ?? []).filter(([name]) => pattern.test(name));
      return { file, count: tests.length, ms: tests.reduce((sum, [, ms]) => sum + ms, 0) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.ms - b.ms)
    .map(({ file }) => file);
}
