/** The tests as the mutation tester runs them: on databases that are there already, two pairs for two testers. */
import base from "./jest.config.js";

const { globalSetup: _setup, globalTeardown: _teardown, ...config } = base;

/** @type {import("jest").Config} */
export default {
  ...config,
  // Tests of child processes, in which no mutant is, and of long waits would only take time.
  testMatch: [
    "**/src/{crypto,vault}/**/*.test.ts",
    "**/src/features/{entries,days,vault}/*.test.ts",
  ],
  testPathIgnorePatterns: ["\\.crash\\.test\\.ts$"],
  setupFiles: ["<rootDir>/test/mutation-worker.mjs"],
};
