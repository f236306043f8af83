import { describe, expect, it } from "@jest/globals";
import { eventually } from "../test/scratch.ts";
import { endAllSteps, runStep } from "./run-step.mjs";

const shell = (script: string, timeoutMs = 10_000) =>
  runStep({ command: ["sh", "-c", script], cwd: ".", env: process.env, timeoutMs });

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const ends = (pid: number) => eventually(() => Promise.resolve(!isRunning(pid)));

describe("running a step", () => {
  it("gives what it printed, and whether it ended well", async () => {
    expect(await shell("echo one; echo two >&2")).toMatchObject({
      ok: true,
      output: expect.stringMatching(/one[^]*two|two[^]*one/),
    });
    expect(await shell("echo half; exit 3")).toEqual({
      ok: false,
      output: "half\n",
      reason: "exit code 3",
    });
    expect(await shell("kill -SEGV $$")).toMatchObject({ ok: false, reason: "ended by SIGSEGV" });
  });

  it("says so when there is no such program", async () => {
    const command = ["/no/such/program"];
    const outcome = await runStep({ command, cwd: ".", env: {}, timeoutMs: 1000 });
    expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("ENOENT") });
  });

  it("ends a step that takes too long, with all it has started", async () => {
    const outcome = await shell("sleep 60 & echo $!; wait", 300);
    expect(outcome).toMatchObject({ ok: false, reason: "no end within 0 s" });
    await ends(Number(outcome.output));
  });

  it("does not wait for a process that a step has left behind, and ends it", async () => {
    const began = Date.now();
    const outcome = await shell("sleep 60 & echo $!");
    expect(outcome.ok).toBe(true);
    expect(Date.now() - began).toBeLessThan(10_000);
    await ends(Number(outcome.output));
  });

  it("ends them all when the run is interrupted", async () => {
    const step = shell("sleep 60");
    await endAllSteps();
    expect(await step).toMatchObject({ ok: false, reason: "ended by SIGTERM" });
  });
});
