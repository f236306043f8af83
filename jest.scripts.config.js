import { typescript } from "./api/jest.config.js";

/** @type {import("jest").Config} */
export default {
  displayName: "scripts",
  testEnvironment: "node",
  roots: ["<rootDir>/scripts"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: typescript,
  globalSetup: "<rootDir>/api/test/global-setup.mjs",
  globalTeardown: "<rootDir>/api/test/global-teardown.mjs",
  maxWorkers: 2,
  testTimeout: 60_000,
};
