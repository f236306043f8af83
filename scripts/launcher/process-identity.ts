import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

/** A process that cannot be mistaken for a later one given the same number: its number and when it started. */
export const ProcessIdentity = z.object({ pid: z.int().positive(), started: z.string().min(1) });
export type ProcessIdentity = z.output<typeof ProcessIdentity>;

/** When the process of this number started, in whatever form the system tells it; undefined when none runs. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") return startOnLinux(pid);
  const listed = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  const started = listed.stdout.trim();
  return started === "" ? undefined : started;
}

function startOnLinux(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  let stat: string;
  try {
    stat = readFileSync(file, "utf8");
  } catch {
    return undefined; // ended in between
  }
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z") return undefined;
  // Ticks since boot repeat after a reboot.
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${boot}:${fields[19] ?? ""}`;
}

/** The identity of the running process of this number, or undefined when none runs. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Does this very process still run? */
export const isRunning = ({ pid, started }: ProcessIdentity): boolean => startOf(pid) === started;

/**
 * Ends a process this program started in an earlier life: asks, waits, and kills in the end.
 * A process that is not the very one meant is left alone.
 */
export async function endProcess(identity: ProcessIdentity, graceSeconds: number): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isRunning(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch {
      return; // ended in between
    }
    const deadline = Date.now() + graceSeconds * 1000;
    while (isRunning(identity) && Date.now() < deadline) await sleep(50);
  }
}
