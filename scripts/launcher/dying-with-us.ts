import { existsSync } from "node:fs";

const SETPRIV = "/usr/bin/setpriv";

/**
 * Makes a command line that the kernel ends when this process is gone, however it went (PR_SET_PDEATHSIG). Only Linux
 * has that; elsewhere the command stays as it is, and the next start ends what a killed one left behind.
 */
export function dyingWithUs([command, ...args]: readonly [string, ...string[]]): [
  string,
  string[],
] {
  const isPossible = process.platform === "linux" && existsSync(SETPRIV);
  return isPossible ? [SETPRIV, ["--pdeathsig", "TERM", "--", command, ...args]] : [command, args];
}
