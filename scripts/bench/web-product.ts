import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeDemo, type DemoAccount } from "../demo/demo.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { findRunFile } from "../launcher/run-file.ts";
import { freePort } from "../launcher/ports.ts";

const START_LIMIT_MS = 10 * 60_000;

export interface Product {
  readonly webUrl: string;
  /** Somebody with two months of a journal. */
  readonly account: DemoAccount;
  readonly stop: () => Promise<void>;
}

/** Starts TimOS as a person does, built for production, with the demo journal in a folder of its own. */
export async function startProduct(): Promise<Product> {
  const dataFolder = mkdtempSync(join(tmpdir(), "timos-bench-web-"));
  const launcher = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: resolve(import.meta.dirname, "../.."),
    env: {
      ...cleanEnvironment(),
      TIMOS_DATA_DIR: dataFolder,
      TIMOS_DEMO: "0",
      API_PORT: String(await freePort()),
      WEB_PORT: String(await freePort()),
    },
    stdio: "ignore",
  });
  const stop = async () => {
    if (launcher.exitCode === null && launcher.signalCode === null) {
      const ended = once(launcher, "exit");
      launcher.kill("SIGTERM");
      await ended;
    }
    rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    const giveUpAt = Date.now() + START_LIMIT_MS;
    let run = findRunFile(dataFolder);
    for (; run === undefined; run = findRunFile(dataFolder)) {
      if (launcher.exitCode !== null || Date.now() > giveUpAt)
        throw new Error("TimOS did not start.");
      await sleep(200);
    }
    const { apiUrl, webUrl, outboxDir } = run;
    return { webUrl, stop, account: await makeDemo({ dataFolder, apiUrl, outboxDir }) };
  } catch (error) {
    await stop();
    throw error;
  }
}
