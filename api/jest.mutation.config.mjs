/** The tests as the mutation tester runs them: on databases that are there already, two pairs for two testers. */
import { join } from "node:path";
import base from "./jest.config.js";

const { globalSetup: _setup, globalTeardown: _teardown, ...config } = base;

// Tests of child processes, in which no mutant is, and of long waits would only take time.
const testMatch = {
  crypto: ["**/src/crypto/**/*.test.ts"],
  vault: ["**/src/vault/*.test.ts"],
  rotation: ["**/src/vault/rotation/*.test.ts"],
  mek: ["**/src/vault/mek/*.test.ts"],
};

/** @type {import("jest").Config} */
export default {
  ...config,
  testMatch: process.env.MUTATION_TESTS?.split(",") ?? testMatch[process.env.MUTATION_PART],
  testPathIgnorePatterns: ["\\.crash\\.test\\.ts$"],
  testEnvironment: join(import.meta.dirname, "test/mutation-environment.mjs"),
  runner: "<rootDir>/test/mutation-runner.mjs",
  setupFiles: ["<rootDir>/test/mutation-worker.mjs"],
};
