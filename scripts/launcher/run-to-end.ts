import { spawn } from "node:child_process";
import { dyingWithUs } from "./dying-with-us.ts";

const KEPT_OUTPUT = 8_000;

/**
 * Runs a command to its end. Throws with its last output when it fails, and ends it with everything it started
 * when `signal` says so.
 */
export function runToEnd(
  name: string,
  commandLine: readonly [string, ...string[]],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<void> {
  const { signal, ...where } = options;
  return new Promise((done, fail) => {
    if (signal?.aborted === true) {
      fail(signal.reason as Error);
      return;
    }
    const [command, args] = dyingWithUs(commandLine);
    const child = spawn(command, args, {
      ...where,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    };
    signal?.addEventListener("abort", end, { once: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output = (output + chunk).slice(-KEPT_OUTPUT);
      });
    }
    child.once("error", (error) => {
      fail(new Error(`${name} could not be started: ${error.message}`, { cause: error }));
    });
    child.once("close", (code, killedBy) => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted === true) fail(signal.reason as Error);
      else if (code === 0) done();
      else
        fail(
          new Error(
            `${name} failed (${killedBy ?? `exit code ${code ?? "?"}`}):\n${output.trim()}`,
          ),
        );
    });
  });
}
