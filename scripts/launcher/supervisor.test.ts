import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Program } from "./program.ts";
import { Supervisor } from "./supervisor.ts";

let folder: string;
let lines: string[];
let starts: number[];
let givenUp: Promise<Error>;
let supervisor: Supervisor;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "supervisor-"));
  lines = [];
  starts = [];
  givenUp = new Promise((done) => {
    supervisor = new Supervisor({
      log: (line) => lines.push(line),
      onStart: (_name, pid) => starts.push(pid),
      onGiveUp: done,
    });
  });
});

afterEach(async () => {
  await supervisor.stop(["program"], { hurry: true });
  rmSync(folder, { recursive: true });
});

describe("the supervisor", () => {
  it("starts again what was killed, and says so", async () => {
    await supervisor.start(script("echo up; exec sleep 60"));
    process.kill(starts[0] ?? 0, "SIGKILL");
    await until(() => lines.includes("program is back"));
    expect(lines[0]).toBe("program was ended by SIGKILL; starting it again");
    expect(starts).toHaveLength(2);
    expect(supervisor.pidOf("program")).toBe(starts[1]);
  });

  it("gives up on what keeps ending, with its last words", async () => {
    await supervisor.start(script("echo up; sleep 0.1; echo too bad; exit 3"));
    expect((await givenUp).message).toMatch(/exit code 3, for the 6th time in a row[^]*too bad/);
  });

  it("does not start again what it was told to stop", async () => {
    await supervisor.start(script("echo up; exec sleep 60"));
    await supervisor.stop(["program"], { hurry: false });
    await sleep(400);
    expect(starts).toHaveLength(1);
  });

  it("lets a program finish when told to stop, and ends what that one started itself", async () => {
    const done = join(folder, "done");
    const [trap, child] = [`trap 'sleep 0.2; touch ${done}; exit 0' TERM`, "sleep 61 &"];
    await supervisor.start(script(`${trap}; ${child} echo up; wait`));
    await supervisor.stop(["program"], { hurry: false });
    expect(existsSync(done)).toBe(true);
    await until(() => !hasGroup(starts[0] ?? 0));
  });

  it("does not wait when in a hurry", async () => {
    await supervisor.start(script("trap '' TERM; echo up; sleep 60"));
    const began = performance.now();
    const patient = supervisor.stop(["program"], { hurry: false });
    await supervisor.stop(["program"], { hurry: true });
    await patient;
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it("reports a program that does not come up with what it said", async () => {
    const start = supervisor.start(script("echo cannot; exit 7"));
    await expect(start).rejects.toThrow(/ended with exit code 7[^]*cannot/);
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("cannot\n");
  });
});

const script = (text: string): Program => ({
  name: "program",
  command: ["/bin/sh", "-c", text],
  logFile: join(folder, "log"),
  isReady: (output) => output().includes("up"),
  readyWithinSeconds: 10,
  stopWithinSeconds: 5,
});

/** Is anything left of a process group? */
function hasGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error("it did not happen within 10 s");
    await sleep(20);
  }
}
