import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { program } from "./program.ts";

/** The API as a process of its own, as it is run. */
export interface RunningApi {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it wrote on its standard output and error. */
  readonly output: () => string;
}

/** Starts an entry point of the API. Whoever does ends it. */
export function launch(
  environment: Readonly<Record<string, string>>,
  name: "index" | "worker" = "index",
): Pick<RunningApi, "child" | "output"> {
  const child = spawn(process.execPath, [program(`api/src/${name}.ts`)], {
    cwd: join(import.meta.dirname, ".."),
    // eslint-disable-next-line no-restricted-properties -- what a process needs of the machine to run at all
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, output: () => text };
}

/** Waits until the API that was launched listens, and says where. */
export async function listening({
  child,
  output,
}: Pick<RunningApi, "child" | "output">): Promise<RunningApi> {
  for (const deadline = Date.now() + 20_000; ;) {
    const port = /"address":\{"address":"127\.0\.0\.1","family":"IPv4","port":(\d+)\}/.exec(
      output(),
    )?.[1];
    if (port !== undefined) return { child, output, url: `http://127.0.0.1:${port}` };
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`did not start: ${output()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
