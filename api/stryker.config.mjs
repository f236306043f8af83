/**
 * Mutation testing: each small change of the code has to make a test fail. Started by test/mutation.mjs, which says
 * which folder.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  testRunner: "jest",
  testRunnerNodeArgs: ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
  // test/mutation-runner.mjs knows which files have a test of a mutant, without searching all imports for each.
  jest: { configFile: "jest.mutation.config.mjs", enableFindRelatedTests: false },
  coverageAnalysis: "perTest",
  plugins: ["@stryker-mutator/jest-runner", "./test/mutation-ignorer.mjs"],
  ignorers: ["compiler"],
  ignorePatterns: ["coverage", "dist"],
  // A busy machine is not to be taken for a mutant that never ends.
  timeoutMS: 20_000,
  jsonReporter: { fileName: process.env["MUTATION_REPORT"] },
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
