/** Which folder may import which. Each rule says why; the order is from the inside out. */
const { join } = require("node:path");

const TEST = ["\\.test\\.tsx?$", "^api/test/", "^scripts/(test|faults)/", "^e2e/"];
const feature = "^api/src/features/([^/]+)/";

module.exports = {
  forbidden: [
    {
      name: "crypto-is-pure",
      comment:
        "The cryptographic core knows bytes and keys: no database, no HTTP, no configuration, no package.",
      severity: "error",
      from: { path: "^api/src/crypto/", pathNot: TEST },
      to: { pathNot: ["^api/src/crypto/", "^(node:)?crypto$"] },
    },
    {
      name: "node-crypto-only-in-crypto",
      comment: "One folder to review for every use of a primitive.",
      severity: "error",
      from: { path: "^api/src/", pathNot: ["^api/src/crypto/", ...TEST] },
      to: { path: "^(node:)?crypto$" },
    },
    {
      name: "no-logger-near-keys",
      comment: "Where keys and opened text are in hand, there is nothing to write them with.",
      severity: "error",
      from: { path: "^api/src/(crypto|vault)/", pathNot: TEST },
      to: { path: ["^api/src/lib/logger\\.ts$", "node_modules/pino"] },
    },
    {
      name: "contract-is-shareable",
      comment:
        "The contract is read by the browser too, so it may import zod and itself, nothing else.",
      severity: "error",
      from: { path: "^api/src/(contract/|features/[^/]+/contract\\.ts$)", pathNot: TEST },
      to: {
        pathNot: [
          "^api/src/contract/",
          "^api/src/features/[^/]+/contract\\.ts$",
          "node_modules/zod/",
        ],
      },
    },
    {
      name: "lib-knows-nothing-of-us",
      comment:
        "What lib/ holds could be used by any program; of ours it knows crypto, contract and the type of the configuration.",
      severity: "error",
      from: { path: "^api/src/lib/", pathNot: TEST },
      to: {
        path: "^api/(?!node_modules/)",
        pathNot: [
          "^api/src/(lib|crypto|contract)/",
          // Values of it are handed in; see the next rule.
          "^api/src/config\\.ts$",
        ],
      },
    },
    {
      name: "configuration-is-handed-in",
      comment: "The composition root reads the configuration; below it only its type is known.",
      severity: "error",
      from: {
        path: "^api/src/(crypto|contract|lib|platform|vault|http|jobs|realtime|features)/",
        pathNot: TEST,
      },
      to: { path: "^api/src/config\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "platform-knows-no-vault",
      comment: "The queryable database can be understood, and restored, without the sealed one.",
      severity: "error",
      from: { path: "^api/src/platform/", pathNot: TEST },
      to: { path: ["^api/src/(vault|http|jobs|realtime)/", "^api/generated/vault/"] },
    },
    {
      name: "vault-knows-no-http",
      comment:
        "The vault is called from requests and from jobs alike, and opens only its own database.",
      severity: "error",
      from: { path: "^api/src/vault/", pathNot: TEST },
      to: { path: ["^api/src/(http|jobs|realtime)/", "^api/generated/platform/"] },
    },
    {
      name: "domain-knows-no-http",
      comment:
        "Only routes.ts speaks HTTP; the rest of a feature can be called from a job or a script.",
      severity: "error",
      from: { path: feature, pathNot: ["/routes\\.ts$", ...TEST] },
      to: { path: ["^api/src/http/", "node_modules/express/"] },
    },
    {
      name: "features-meet-at-the-front",
      comment: "A feature may call another's functions, never its tables or its routes.",
      severity: "error",
      from: { path: feature, pathNot: TEST },
      to: {
        path: "^api/src/features/[^/]+/(table|routes)\\.ts$",
        pathNot: "^api/src/features/$1/",
      },
    },
    {
      name: "databases-behind-their-folders",
      comment: "Generated clients are opened in platform/ and vault/ and described in table.ts.",
      severity: "error",
      from: { path: "^api/src/", pathNot: ["^api/src/(platform|vault)/", "/table\\.ts$", ...TEST] },
      to: { path: "^api/generated/" },
    },
    {
      name: "inner-knows-no-outer",
      comment: "Nothing below the features knows them or the entry points.",
      severity: "error",
      from: {
        path: "^api/src/(crypto|platform|vault|http|lib|jobs|realtime)/",
        pathNot: TEST,
      },
      to: { path: "^api/src/(features/|(app|boot|deps|index|worker)\\.ts$)" },
    },
    {
      name: "api-stands-alone",
      comment: "The API is built and shipped without the web and without the scripts.",
      severity: "error",
      from: { path: "^api/src/", pathNot: TEST },
      to: { path: "^(web|scripts|e2e)/" },
    },
    {
      name: "web-through-the-contract",
      comment: "The web application sees the API as its contract and by no other file.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^(api|scripts)/", pathNot: "^api/src/contract/index\\.ts$" },
    },
    {
      name: "no-cycles",
      comment: "A cycle has no bottom to start reading at.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "A module nobody imports is dead or misplaced.",
      severity: "error",
      from: {
        orphan: true,
        pathNot: [
          ...TEST,
          "(^|/)[^/]+\\.config\\.[^/]+$",
          "\\.d\\.m?ts$",
          "^web/src/app/",
          "^web/src/(proxy|instrumentation)\\.ts$",
          "^scripts/[^/]+\\.(ts|mjs)$",
          "^api/src/(index|worker)\\.ts$",
        ],
      },
      to: {},
    },
    {
      name: "no-tests-in-code",
      comment: "Code does not lean on tests.",
      severity: "error",
      from: { pathNot: [...TEST, "(^|/)(jest|playwright)\\.[^/]*config\\.[^/]+$"] },
      to: { path: TEST },
    },
    {
      name: "no-unresolvable",
      comment: "What cannot be found cannot be judged by the other rules.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Paths are resolved from the folder of the run, so that of the web (`@/…`) needs a file up here.
    tsConfig: { fileName: join(__dirname, "tsconfig.imports.json") },
    tsPreCompilationDeps: true,
    doNotFollow: { path: ["node_modules", "^api/generated/"] },
    // What peers import is installed by the benchmark that measures them, and nowhere else.
    exclude: { path: ["(^|/)(dist|coverage|\\.next)/", "^scripts/bench/peers/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".d.ts"],
    },
  },
};
