import { pino, type DestinationStream, type Logger } from "pino";

/**
 * The only names under which anything may be logged. Everything else is dropped: nobody has to remember what must not
 * be. None of them can hold what a person wrote, a key, a token or an address with a query.
 */
const ALLOWED = new Set([
  "requestId",
  "method",
  "route",
  "status",
  "durationMs",
  "userId",
  "code",
  "address",
  "signal",
  "check",
  "err",
]);

export type { Logger };

/** Makes the process's logger: one JSON object a line. */
export function createLogger(
  service: string,
  level: string,
  destination?: DestinationStream,
): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(Object.entries(fields).filter(([name]) => ALLOWED.has(name))),
      },
      serializers: { err: describeError },
    },
    destination ?? pino.destination({ sync: false }),
  );
}

/**
 * What may be known of an error: its name, its code, where it was thrown, and the same of what caused it. Not its
 * message, in which drivers and parsers quote the values they were given.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const code: unknown = "code" in error ? error.code : undefined;
  return {
    name: error.name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    at: (error.stack ?? "")
      .split("\n")
      .filter((line) => line.startsWith("    at "))
      .slice(0, 8)
      .map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
