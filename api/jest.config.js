/** Types are stripped, module syntax stays: the tests run as the ES modules the program runs as. */
export const typescript = {
  "^.+\\.ts$": [
    "@swc/jest",
    {
      swcrc: false,
      jsc: { parser: { syntax: "typescript" }, target: "es2023", keepClassNames: true },
      module: { type: "es6" },
      sourceMaps: "inline",
    },
  ],
};

/** @type {import("jest").Config} */
export default {
  displayName: "api",
  testEnvironment: "node",
  roots: ["<rootDir>/src", "<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: typescript,
  globalSetup: "<rootDir>/test/global-setup.mjs",
  globalTeardown: "<rootDir>/test/global-teardown.mjs",
  // One more than cores in CI: they wait for databases and timers.
  maxWorkers: 3,
  // A worker on a busy machine needs more than half a second to end. One with something left open ends not at all.
  workerGracefulExitTimeout: 10_000,
  testTimeout: 20_000,
  // Counted on the source by Istanbul: V8's own figures leave out branches of functions never called.
  coverageProvider: "babel",
  coverageReporters: [["text", { skipFull: true }], "text-summary", "json-summary", "lcovonly"],
  collectCoverageFrom: [
    "src/**/*.ts",
    "!src/**/*.test.ts",
    // The processes themselves: index.test.ts starts and kills them as children, where nothing counts lines.
    "!src/{index,worker,boot}.ts",
    "!src/lib/process.ts",
  ],
  coverageThreshold: { global: { lines: 94, branches: 94 } },
};
