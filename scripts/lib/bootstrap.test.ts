import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  checkNode,
  ensureDependencies,
  ensurePkcs11Binding,
  ensureSystemPackages,
  findProgram,
  findPython,
  installPlan,
} from "./bootstrap.mjs";

const lockOf = (packages: Record<string, object>) =>
  JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "timos" }, ...packages } });
const ONE = { "node_modules/one": { version: "1.0.0" } };

let root: string;
let npm: string | undefined;
const log = (): void => undefined;

/** A program in npm's place: notes how it was called and installs what the lock names, or fails. */
const FAKE_NPM = `
const fs = require("node:fs");
fs.appendFileSync("calls", process.argv.slice(2).join(" ") + "\\n");
if (fs.existsSync("offline")) { console.error("npm error network unreachable"); process.exit(1); }
fs.mkdirSync("node_modules", { recursive: true });
fs.copyFileSync("package-lock.json", "node_modules/.package-lock.json");
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timos-bootstrap-"));
  writeFileSync(join(root, "npm.js"), FAKE_NPM);
  writeFileSync(join(root, "package.json"), "{}");
  writeFileSync(join(root, "package-lock.json"), lockOf(ONE));
  npm = process.env["npm_execpath"];
  process.env["npm_execpath"] = join(root, "npm.js");
});

afterEach(() => {
  if (npm === undefined) delete process.env["npm_execpath"];
  else process.env["npm_execpath"] = npm;
  rmSync(root, { recursive: true });
});

const calls = (): number =>
  existsSync(join(root, "calls"))
    ? readFileSync(join(root, "calls"), "utf8").trim().split("\n").length
    : 0;

describe("installing the npm packages", () => {
  it("happens on a fresh clone, and not again", async () => {
    expect(await ensureDependencies({ log, root })).toBe(true);
    expect(readFileSync(join(root, "calls"), "utf8")).toMatch(/^ci --include=dev/);
    expect(await ensureDependencies({ log, root })).toBe(false);
    expect(calls()).toBe(1);
  });

  it("happens again when the lock file has changed", async () => {
    await ensureDependencies({ log, root });
    writeFileSync(
      join(root, "package-lock.json"),
      lockOf({ "node_modules/one": { version: "1.0.1" } }),
    );
    expect(await ensureDependencies({ log, root })).toBe(true);
    expect(calls()).toBe(2);
  });

  it("happens again when an installation was cut off", async () => {
    await ensureDependencies({ log, root });
    rmSync(join(root, "node_modules"), { recursive: true });
    mkdirSync(join(root, "node_modules"));
    expect(await ensureDependencies({ log, root })).toBe(true);
  });

  it("is left out after an `npm install` by hand, whatever is optional or a workspace", async () => {
    const optional = { "node_modules/other-platform": { version: "1.0.0", optional: true } };
    const workspace = { "node_modules/@timos/api": { resolved: "api", link: true } };
    writeFileSync(join(root, "package-lock.json"), lockOf({ ...ONE, ...optional, ...workspace }));
    mkdirSync(join(root, "node_modules"));
    writeFileSync(join(root, "node_modules/.package-lock.json"), lockOf(ONE));
    expect(await ensureDependencies({ log, root })).toBe(false);
    expect(calls()).toBe(0);
  });

  it("fails with npm's own words, and is tried again the next time", async () => {
    writeFileSync(join(root, "offline"), "");
    await expect(ensureDependencies({ log, root })).rejects.toThrow(/ci .*failed[^]*unreachable/);
    rmSync(join(root, "offline"));
    expect(await ensureDependencies({ log, root })).toBe(true);
  });
});

describe("the system's programs", () => {
  it("are found where they are, and nothing else is", async () => {
    expect(await ensureSystemPackages({ log, packages: ["mariadb", "redis"] })).toMatchObject({
      mariadbd: expect.stringMatching(/\/mariadbd$/),
      "redis-server": expect.stringMatching(/\/(redis|valkey)-server$/),
    });
    expect(findProgram("no-such-program")).toBeUndefined();
    expect(findProgram("no-such-program", "sh")).toMatch(/\/sh$/);
  });

  it("are installed by lines a person could type", () => {
    const plan = installPlan(["redis"]);
    if (plan === undefined) return;
    expect(plan.byHand).toMatch(/redis|valkey/);
    expect(plan.byHand).not.toMatch(/mariadb|sudo -n/);
  });

  it("are, for the reader in Python, a Python and its package", () => {
    const python = findPython();
    if (python !== undefined) expect(python).toMatch(/\/python3$/);
    expect(installPlan(["cryptography"])?.byHand ?? "cryptography").toMatch(/cryptography/);
  });

  it("bind a PKCS#11 module once it is compiled, and fail with the compiler's words", async () => {
    const folder = join(root, "node_modules/pkcs11js");
    mkdirSync(folder, { recursive: true });
    delete process.env["npm_execpath"];
    await expect(ensurePkcs11Binding({ log, root })).rejects.toThrow(/node-gyp.*failed/);
    mkdirSync(join(folder, "build/Release"), { recursive: true });
    writeFileSync(join(folder, "build/Release/pkcs11.node"), "");
    expect(await ensurePkcs11Binding({ log, root })).toBe(false);
  });

  it("need a Node that is not too old", () => {
    expect(() => checkNode("20.18.9")).toThrow(/20\.19 or newer.*20\.18\.9/);
    expect(() => checkNode("18.20.0")).toThrow();
    for (const version of ["20.19.0", "22.0.0", process.versions.node]) checkNode(version);
  });
});
