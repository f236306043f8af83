/** The web server's log: one JSON object a line, with the fields of the API's (docs/logs.md). */

type Level = "info" | "warn" | "error";

interface Fields {
  readonly requestId?: string | undefined;
  readonly method?: string;
  readonly route?: string;
  readonly err?: object;
}

const LEVELS = { debug: "info", log: "info", info: "info", warn: "warn", error: "error" } as const;
const LONGEST_MESSAGE = 200;

/** From now on what Next says on the console is a line of the log. */
export function takeConsole(): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    // eslint-disable-next-line no-console -- written to here, for what is said on it by others
    console[method as keyof typeof LEVELS] = (...said: unknown[]) => {
      const fault = said.find((one) => one instanceof Error);
      const err = fault && { err: describeFault(fault) };
      write(level, { ...err }, messageOf(said));
    };
  }
}

/** A page could not be made. */
export function logFault(error: unknown, fields: Omit<Fields, "err">): void {
  write("error", { ...fields, err: describeFault(error) }, "a page failed");
}

function write(level: Level, fields: Fields, msg: string): void {
  const time = new Date().toISOString();
  const line = { level, time, service: "web", pid: process.pid, ...fields, msg };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * What of a fault is kept: its name, the digest that the person was shown, where it was thrown. Not its message, in which
 * anything may be quoted.
 */
function describeFault(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const digest: unknown = "digest" in error ? error.digest : undefined;
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return {
    name: error.name,
    ...(typeof digest === "string" ? { code: digest.slice(0, 64) } : {}),
    at: frames.slice(0, 8).map((line) => line.trim()),
  };
}

/** Next's own words, without colours, and without what stands behind a question mark in an address. */
function messageOf(said: readonly unknown[]): string {
  const words = said.filter((one) => typeof one === "string").join(" ");
  const plain = words
    // eslint-disable-next-line no-control-regex -- that is what colours are written with
    .replace(/\u001b\[[\d;]*m/g, "")
    .replace(/\?\S*/g, "")
    .split("\n", 1)[0]
    ?.trim();
  return plain ? plain.slice(0, LONGEST_MESSAGE) : "a fault";
}
