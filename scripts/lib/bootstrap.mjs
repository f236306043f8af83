/**
 * What has to be there before anything else can run: the npm packages and a few programs of the system.
 * Plain Node without dependencies, because it runs on a fresh clone.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const MINUTE_MS = 60_000;

/** The oldest Node this project runs on, as `engines` in package.json says. */
const OLDEST_NODE = [20, 19];

/** Where programs live besides PATH: servers are often outside the path of an ordinary user. */
const MORE_FOLDERS = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/usr/libexec",
  "/opt/homebrew/bin",
  "/opt/homebrew/opt/mariadb/bin",
  "/usr/local/opt/mariadb/bin",
];

/** @typedef {"mariadb" | "redis" | "chromium" | "softhsm" | "cryptography"} Need */

/** What each need is met by: any one command of each list. */
const NEEDS = {
  mariadb: [["mariadbd"], ["mariadb-install-db"], ["mariadb-dump"]],
  redis: [["redis-server", "valkey-server"]],
  chromium: [["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]],
  softhsm: [["softhsm2-util"]],
  cryptography: [["python3"]],
};

const MANAGERS = [
  {
    command: "apt-get",
    before: ["update"],
    install: ["install", "-y", "--no-install-recommends"],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    packages: {
      mariadb: ["mariadb-server-core", "mariadb-client", "mariadb-backup"],
      redis: ["redis-server"],
      chromium: ["chromium", "fonts-liberation"],
      softhsm: ["softhsm2"],
      cryptography: ["python3-cryptography"],
    },
  },
  {
    command: "dnf",
    install: ["install", "-y", "--setopt=install_weak_deps=False"],
    packages: {
      mariadb: ["mariadb-server", "mariadb", "mariadb-backup"],
      // Fedora ships Valkey under Redis' name: the path asks for whichever provides it.
      redis: ["/usr/bin/redis-server"],
      chromium: ["chromium", "liberation-fonts"],
      softhsm: ["softhsm"],
      cryptography: ["python3-cryptography"],
    },
  },
  {
    command: "apk",
    install: ["add", "--no-cache"],
    packages: {
      mariadb: ["mariadb", "mariadb-client", "mariadb-backup"],
      redis: ["valkey"],
      chromium: ["chromium", "font-liberation"],
      softhsm: ["softhsm"],
      cryptography: ["py3-cryptography"],
    },
  },
  {
    command: "brew",
    asUser: true,
    install: ["install"],
    packages: {
      mariadb: ["mariadb"],
      redis: ["redis"],
      chromium: ["chromium"],
      softhsm: ["softhsm"],
      cryptography: ["cryptography"],
    },
  },
];

/**
 * The path of the first of `names` that is installed, or undefined.
 * @param {...string} names
 * @returns {string | undefined}
 */
export function findProgram(...names) {
  return names.flatMap(findPrograms)[0];
}

/** All that are installed under a name, in the order in which they are looked for. */
function findPrograms(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...MORE_FOLDERS].filter(Boolean);
  return folders.map((folder) => join(folder, name)).filter(isExecutable);
}

/**
 * The path of a Python that has the package cryptography, which docs/reader needs, or undefined. The first on PATH need
 * not be the one that the system's packages are for.
 * @returns {string | undefined}
 */
export function findPython() {
  const args = ["-c", "from cryptography.hazmat.primitives.ciphers.aead import AESGCM"];
  return findPrograms("python3").find(
    (path) => spawnSync(path, args, { stdio: "ignore" }).status === 0,
  );
}

/**
 * Throws when this Node is older than the project supports.
 * @param {string} [version]
 */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(`Node ${OLDEST_NODE.join(".")} or newer is needed; this is Node ${version}.`);
}

/**
 * Installs the npm packages when `node_modules` is missing or is not what package-lock.json names.
 * Throws with npm's own words when that fails.
 * @param {{ log: (line: string) => void, root?: string }} options
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function ensureDependencies({ log, root = ROOT }) {
  checkNode();
  const stampFile = join(root, "node_modules", ".timos-lock");
  const lockSum = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (readIfThere(stampFile) === lockSum) return false;
  if (isInstalled(root)) {
    writeFileSync(stampFile, lockSum);
    return false;
  }
  log("Installing the npm packages (npm ci); this takes a minute or two …");
  const npm = npmCommand();
  await run(npm[0], [...npm.slice(1), "ci", "--include=dev", "--no-progress"], {
    cwd: root,
    timeoutMs: 20 * MINUTE_MS,
  });
  writeFileSync(stampFile, lockSum);
  return true;
}

/**
 * Does `node_modules` hold what package-lock.json names? True after an `npm install` made by hand.
 * @param {string} root
 */
export function isInstalled(root) {
  const installed = readIfThere(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(installed).packages;
  return Object.entries(wanted)
    .filter(([path, entry]) => path.includes("node_modules/") && !entry.link && !entry.optional)
    .every(([path, entry]) => present[path]?.version === entry.version);
}

/**
 * Finds the programs behind `packages`, installing by the system's package manager what is missing.
 * Throws, with the exact line to run, when it may not install or the installation fails.
 * @param {{ log: (line: string) => void, packages?: Need[] }} options
 * @returns {Promise<Record<string, string>>} the path of each program, by the name of its first command
 */
export async function ensureSystemPackages({ log, packages = ["mariadb", "redis"] }) {
  const missing = packages.filter((need) => missingCommands(need).length > 0);
  if (missing.length > 0) await installSystemPackages(missing, log);
  const stillMissing = packages.flatMap(missingCommands);
  if (stillMissing.length > 0) {
    throw new Error(`Installed, but still not found: ${stillMissing.join(", ")}.`);
  }
  return Object.fromEntries(
    packages.flatMap((need) => NEEDS[need].map((names) => [names[0], findProgram(...names)])),
  );
}

/**
 * Compiles the binding to PKCS#11 modules, whose install script is refused like all others, with npm's own node-gyp.
 * Needs g++, make and python3. Throws with the compiler's words when that fails.
 * @param {{ log: (line: string) => void, root?: string }} options
 * @returns {Promise<boolean>} whether anything was compiled
 */
export async function ensurePkcs11Binding({ log, root = ROOT }) {
  const folder = join(root, "node_modules", "pkcs11js");
  if (existsSync(join(folder, "build/Release/pkcs11.node"))) return false;
  log("Compiling pkcs11js, the binding to PKCS#11 modules …");
  // Headers of the system spare a download; what is used of them (Node-API) is the same in every version.
  const headers = existsSync("/usr/include/node/node_api.h") ? ["--nodedir=/usr"] : [];
  await run(process.execPath, [nodeGyp(), "rebuild", ...headers], {
    cwd: folder,
    timeoutMs: 3 * MINUTE_MS,
  });
  return true;
}

/**
 * Makes ready what the tests of hardware modules want. They are skipped where it cannot be had, so nothing here throws.
 * @param {{ log: (line: string) => void }} options
 */
export async function offerSoftHsm({ log }) {
  try {
    await ensureSystemPackages({ log, packages: ["softhsm"] });
    await ensurePkcs11Binding({ log });
  } catch (error) {
    log(`The tests of hardware modules are skipped. ${error.message}`);
  }
}

/**
 * Makes ready what the tests of the reader in Python want. They are skipped where it cannot be had: this never throws.
 * @param {{ log: (line: string) => void }} options
 */
export async function offerPython({ log }) {
  try {
    await ensureSystemPackages({ log, packages: ["cryptography"] });
  } catch (error) {
    log(`The tests of the reader in Python are skipped. ${error.message}`);
  }
}

/**
 * The lines that install `needs` on this system, and whether this process may run them.
 * @param {Need[]} needs
 */
export function installPlan(needs) {
  const manager = MANAGERS.find(({ command }) => findProgram(command) !== undefined);
  if (manager === undefined) return undefined;
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot || manager.asUser ? [] : ["sudo", "-n"];
  const steps = [
    ...(manager.before ? [[manager.command, ...manager.before]] : []),
    [manager.command, ...manager.install, ...needs.flatMap((need) => manager.packages[need])],
  ];
  return {
    env: manager.env ?? {},
    commands: steps.map((step) => [...prefix, ...step]),
    byHand: steps
      .map((step) => [...(prefix.length > 0 ? ["sudo"] : []), ...step].join(" "))
      .join(" && "),
    isAllowed: manager.asUser ? !isRoot : isRoot || hasPasswordlessSudo(),
  };
}

async function installSystemPackages(needs, log) {
  const lacking = needs.flatMap(missingCommands).join(", ");
  const plan = installPlan(needs);
  if (plan === undefined) {
    throw new Error(
      `Not installed: ${lacking}. No package manager known here was found; ` +
        "install MariaDB 10.6 or newer, Redis or Valkey, and (for the tests) Chromium by hand.",
    );
  }
  if (!plan.isAllowed) {
    throw new Error(
      `Not installed: ${lacking}. Installing needs root or passwordless sudo; run this line and try again:\n  ${plan.byHand}`,
    );
  }
  for (const command of plan.commands) {
    log(`Not installed: ${lacking}. Running: ${command.join(" ")}`);
    try {
      await run(command[0], command.slice(1), { env: plan.env, timeoutMs: 15 * MINUTE_MS });
    } catch (error) {
      throw new Error(`${error.message}\nTo install by hand:\n  ${plan.byHand}`, { cause: error });
    }
  }
  if (needs.includes("redis")) await stopServiceOfPackage(plan, log);
}

/** Debian starts Redis system-wide on installing it; TimOS uses instances of its own only. */
async function stopServiceOfPackage({ commands }, log) {
  if (!existsSync("/run/systemd/system") || !existsSync("/lib/systemd/system/redis-server.service"))
    return;
  const stop = ["systemctl", "disable", "--now", "redis-server"];
  const command = commands[0][0] === "sudo" ? ["sudo", "-n", ...stop] : stop;
  log(
    `The package started a system-wide Redis that is not used here. Running: ${command.join(" ")}`,
  );
  await run(command[0], command.slice(1), { timeoutMs: MINUTE_MS });
}

function missingCommands(need) {
  if (need === "cryptography") return findPython() ? [] : ["Python's cryptography"];
  return NEEDS[need].filter((names) => findProgram(...names) === undefined).map(([name]) => name);
}

function hasPasswordlessSudo() {
  const sudo = findProgram("sudo");
  return sudo !== undefined && spawnSync(sudo, ["-n", "true"], { stdio: "ignore" }).status === 0;
}

/** The npm that started us, else the one on PATH. */
function npmCommand() {
  const started = process.env.npm_execpath;
  return started?.endsWith(".js") && existsSync(started) ? [process.execPath, started] : ["npm"];
}

function nodeGyp() {
  const [command, program] = npmCommand();
  const npm = program ?? realpathSync(findProgram(command) ?? command);
  return join(dirname(dirname(npm)), "node_modules/node-gyp/bin/node-gyp.js");
}

function run(command, args, { cwd = ROOT, env = {}, timeoutMs }) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
    });
    let output = "";
    const keep = (chunk) => (output = (output + chunk).slice(-8_000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const line = [command, ...args].join(" ");
    child.once("error", (error) => fail(new Error(`${line}: ${error.message}`, { cause: error })));
    child.once("close", (code, signal) => {
      if (code === 0) done();
      else fail(new Error(`${line} failed (${signal ?? `exit code ${code}`}):\n${output.trim()}`));
    });
  });
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
