import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { FolderInUse, lockFolder } from "./lock.ts";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.ts";

const started: ChildProcess[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

describe("the lock of a data folder", () => {
  it("refuses whoever comes second, by the number of the process that holds it", async () => {
    await lockFolder(folder, ignore);
    const second = lockFolder(folder, ignore);
    await expect(second).rejects.toThrow(FolderInUse);
    await expect(second).rejects.toThrow(`process ${process.pid}`);
  });

  it("is free again once released", async () => {
    (await lockFolder(folder, ignore)).release();
    (await lockFolder(folder, ignore)).release();
    expect(existsSync(join(folder, "lock.json"))).toBe(false);
  });

  it("is taken over from a process that was killed, and what it left running is ended", async () => {
    const left = sleeper();
    leaveLock({ holder: await killed(), children: { mariadb: left }, runFolder: "/tmp/timos-x" });
    const said: string[] = [];
    const lock = await lockFolder(folder, (line) => said.push(line));
    expect(isRunning(left)).toBe(false);
    expect(said.join()).toContain(`mariadb (${left.pid})`);
    expect(lock.abandonedRunFolder).toBe("/tmp/timos-x");
  });

  it("leaves a process alone that only has the number of one left behind", async () => {
    const stranger = sleeper();
    const former = { pid: stranger.pid, started: "before" };
    leaveLock({ holder: await killed(), children: { mariadb: former } });
    await lockFolder(folder, ignore);
    expect(isRunning(stranger)).toBe(true);
  });

  it("takes over a lock that was cut off while it was written", async () => {
    writeFileSync(join(folder, "lock.json"), '{"holder":');
    await lockFolder(folder, ignore);
    await expect(lockFolder(folder, ignore)).rejects.toThrow(FolderInUse);
  });
});

const ignore = () => undefined;

function sleeper(): ProcessIdentity {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  started.push(child);
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error("sleep did not start");
  return identity;
}

/** The identity of a process that is no more. */
async function killed(): Promise<ProcessIdentity> {
  const identity = sleeper();
  const child = started.pop();
  child?.kill("SIGKILL");
  if (child !== undefined) await once(child, "exit");
  return identity;
}

function leaveLock(content: object): void {
  writeFileSync(join(folder, "lock.json"), JSON.stringify(content));
}
