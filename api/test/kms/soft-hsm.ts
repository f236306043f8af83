import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { env } from "node:process";

const MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/softhsm/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

const module = MODULES.find((path) => existsSync(path));

/** Why there is no SoftHSM to test with; null when there is one. */
export function softHsmIsMissing(): string | null {
  if (module === undefined) return "SoftHSM2 is not installed";
  try {
    createRequire(import.meta.url)("pkcs11js");
    return null;
  } catch {
    return "pkcs11js is not compiled";
  }
}

/**
 * A token of SoftHSM, which can be taken out and put back. Its folder is where `SOFTHSM2_CONF` says, which has to be in
 * the environment that the process was started with: the module is no JavaScript, and sees no other.
 */
export function softHsm(token = "timos", pin = "1234") {
  const config = env["SOFTHSM2_CONF"] ?? "";
  const folder = mkdtempSync(join(dirname(config), "hsm-"));
  const [tokens, gone] = [join(folder, "tokens"), join(folder, "gone")];
  mkdirSync(tokens);
  writeFileSync(config, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync("softhsm2-util", args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  run("--init-token", "--free", "--label", token, "--so-pin", "87654321", "--pin", pin);
  return {
    address: { module: module ?? "", token, pin },
    /** Puts a key of so many bytes into it. */
    importKey: (label: string, bytes: number, id: string) => {
      const file = join(folder, "imported.key");
      writeFileSync(file, Buffer.alloc(bytes, 7));
      // prettier-ignore
      run("--import", file, "--aes", "--token", token, "--pin", pin, "--label", label, "--id", id);
    },
    takeOut: () => renameSync(tokens, gone),
    putBack: () => renameSync(gone, tokens),
    discard: () => rmSync(folder, { recursive: true }),
  };
}
