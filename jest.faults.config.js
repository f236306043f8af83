import scripts from "./jest.scripts.config.js";

/** Faults of backups and restores: `npm run test:faults`. They take minutes, and some need root for a disk that is full. */
/** @type {import("jest").Config} */
export default {
  ...scripts,
  displayName: "faults",
  roots: ["<rootDir>/scripts/faults"],
  testMatch: ["**/*.fault.ts"],
  testTimeout: 300_000,
  // What a test that failed has started ends with it.
  forceExit: true,
};
