import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanEnvironment } from "../scripts/lib/clean-environment.mjs";
import { readRunFile } from "../scripts/launcher/run-file.ts";

const START_LIMIT_MS = 6 * 60_000;
const STOP_LIMIT_MS = 30_000;

/**
 * Starts the product as a person does, in a folder of its own, unless E2E_BASE_URL names one that runs already.
 * Returns how to stop it.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["E2E_BASE_URL"] !== undefined) return undefined;
  const dataFolder = mkdtempSync(join(tmpdir(), "timos-e2e-"));
  const launcher = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: resolve(import.meta.dirname, ".."),
    env: {
      ...cleanEnvironment(),
      TIMOS_DATA_DIR: dataFolder,
      TIMOS_DEMO: "0",
      API_PORT: String(await freePort()),
      WEB_PORT: String(await freePort()),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(launcher);
  const stop = async (): Promise<void> => {
    const ended = await endLauncher(launcher);
    rmSync(dataFolder, { recursive: true, force: true });
    if (!ended) throw new Error(`npm start did not stop when told to:\n${output()}`);
  };
  try {
    await waitForFile(join(dataFolder, "run.json"), launcher, output);
    process.env["E2E_DATA_DIR"] = dataFolder;
    const { webUrl, outboxDir } = readRunFile(dataFolder);
    process.env["E2E_OUTBOX_DIR"] = outboxDir;
    process.env["E2E_BASE_URL"] = webUrl;
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function waitForFile(
  file: string,
  launcher: ChildProcess,
  output: () => string,
): Promise<void> {
  const giveUpAt = Date.now() + START_LIMIT_MS;
  while (!existsSync(file)) {
    if (hasEnded(launcher)) throw new Error(`npm start ended before it was ready:\n${output()}`);
    if (Date.now() > giveUpAt) throw new Error(`npm start did not get ready:\n${output()}`);
    await sleep(100);
  }
}

/** Stops it as Ctrl-C would. Says whether it ended by itself. */
async function endLauncher(launcher: ChildProcess): Promise<boolean> {
  if (hasEnded(launcher)) return true;
  const exited = once(launcher, "exit").then(() => true);
  launcher.kill("SIGTERM");
  if (await Promise.race([exited, sleep(STOP_LIMIT_MS, false)])) return true;
  launcher.kill("SIGKILL");
  return false;
}

function hasEnded(launcher: ChildProcess): boolean {
  return launcher.exitCode !== null || launcher.signalCode !== null;
}

function collectOutput(launcher: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-20_000);
  };
  launcher.stdout?.on("data", keep);
  launcher.stderr?.on("data", keep);
  return () => text.trim();
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") done(address.port);
        else fail(new Error("No free port was found."));
      });
    });
  });
}
