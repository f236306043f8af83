/** Which folder may import which. Each rule says why; the order is from the inside out. */
const feature = "^api/src/features/([^/]+)/";

module.exports = {
  forbidden: [
    {
      name: "crypto-is-pure",
      comment:
        "The cryptographic core knows bytes and keys: no database, no HTTP, no configuration, no package.",
      severity: "error",
      from: { path: "^api/src/crypto/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^api/src/crypto/", "^(node:)?crypto$"] },
    },
    {
      name: "node-crypto-only-in-crypto",
      comment: "One folder to review for every use of a primitive.",
      severity: "error",
      from: { path: "^api/src/", pathNot: ["^api/src/crypto/", "\\.test\\.ts$"] },
      to: { path: "^(node:)?crypto$" },
    },
    {
      name: "contract-is-shareable",
      comment:
        "The contract is read by the browser too, so it may import zod and itself, nothing else.",
      severity: "error",
      from: { path: "^api/src/(contract/|features/[^/]+/contract\\.ts$)" },
      to: {
        pathNot: [
          "^api/src/contract/",
          "^api/src/features/[^/]+/contract\\.ts$",
          "node_modules/zod/",
        ],
      },
    },
    {
      name: "domain-knows-no-http",
      comment:
        "Only routes.ts speaks HTTP; the rest of a feature can be called from a job or a script.",
      severity: "error",
      from: { path: feature, pathNot: ["/routes\\.ts$", "\\.test\\.ts$"] },
      to: { path: ["^api/src/http/", "node_modules/express/"] },
    },
    {
      name: "features-meet-at-the-front",
      comment: "A feature may call another's functions, never its tables or its routes.",
      severity: "error",
      from: { path: feature },
      to: {
        path: "^api/src/features/[^/]+/(table|routes)\\.ts$",
        pathNot: "^api/src/features/$1/",
      },
    },
    {
      name: "databases-behind-their-folders",
      comment: "Generated clients are opened in platform/ and vault/ and described in table.ts.",
      severity: "error",
      from: { path: "^api/src/", pathNot: ["^api/src/(platform|vault)/", "/table\\.ts$"] },
      to: { path: "^api/generated/" },
    },
    {
      name: "inner-knows-no-outer",
      comment:
        "crypto, contract, platform, vault and http are below the features; nothing imports the entry points.",
      severity: "error",
      from: { path: "^api/src/(crypto|platform|vault|http)/" },
      to: { path: "^api/src/(features/|app\\.ts$|index\\.ts$|worker\\.ts$)" },
    },
    {
      name: "web-through-the-contract",
      comment: "The web application sees the API as its contract and by no other file.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^api/", pathNot: "^api/src/contract/index\\.ts$" },
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
          "\\.test\\.ts$",
          "(^|/)[^/]+\\.config\\.[^/]+$",
          "\\.d\\.ts$",
          "^web/app/",
          "^api/src/(index|worker)\\.ts$",
        ],
      },
      to: {},
    },
    {
      name: "no-tests-in-code",
      comment: "Code does not lean on tests.",
      severity: "error",
      from: { pathNot: ["\\.test\\.ts$", "^api/test/"] },
      to: { path: ["\\.test\\.ts$", "^api/test/"] },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: ["node_modules", "^api/generated/"] },
    exclude: { path: "^api/generated/vault/(internal|commonInputTypes|enums|browser)" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
      extensions: [".ts", ".tsx", ".js"],
    },
  },
};
