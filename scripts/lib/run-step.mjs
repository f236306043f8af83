import { spawn } from "node:child_process";

/** Of the output of a step, this much of its end is kept. */
const MAX_OUTPUT_CHARACTERS = 400_000;
const GRACE_MS = 10_000;

/** The process groups that run now, so that an interrupted run leaves none behind. */
const running = new Set();

/**
 * Runs one command to its end, or to its timeout, with everything it has started.
 * @param {{ command: string[], cwd: string, env: NodeJS.ProcessEnv, timeoutMs: number }} step
 * @returns {Promise<{ ok: boolean, output: string, reason: string }>}
 */
export function runStep({ command: [program, ...args], cwd, env, timeoutMs }) {
  return new Promise((done) => {
    let output = "";
    let timedOut = false;
    const keep = (chunk) => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARACTERS);
    };
    // A group of its own: what the step has started can be ended with it.
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => {
      timedOut = true;
      void endGroup(child);
    }, timeoutMs);
    const finish = (ok, reason) => {
      clearTimeout(timer);
      running.delete(child);
      killGroup(child, "SIGKILL");
      done({ ok, output, reason });
    };
    child.once("error", (error) => finish(false, error.message));
    child.once("exit", (code, signal) => {
      const ended = signal === null ? `exit code ${code}` : `ended by ${signal}`;
      const reason = timedOut ? `no end within ${Math.round(timeoutMs / 1000)} s` : ended;
      // `close` comes once the output is read to its end; a process left behind may hold it open for ever.
      const end = () => finish(code === 0 && !timedOut, reason);
      const patience = setTimeout(end, 2_000);
      child.once("close", () => {
        clearTimeout(patience);
        end();
      });
    });
  });
}

/** Ends every step that runs, giving each the time to stop what it has started. */
export async function endAllSteps() {
  await Promise.all([...running].map(endGroup));
}

async function endGroup(child) {
  const exited = new Promise((done) => child.once("exit", done));
  killGroup(child, "SIGTERM");
  const hard = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS);
  if (child.exitCode === null && child.signalCode === null) await exited;
  clearTimeout(hard);
}

function killGroup(child, signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH" && error.code !== "EPERM") throw error;
  }
}
