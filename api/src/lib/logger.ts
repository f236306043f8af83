import { pino, type DestinationStream, type Logger } from "pino";

/**
 * The only names under which anything may be logged. Everything else is dropped: nobody has to remember what must not
 * be. None of them can hold what a person wrote, a key, a token or an address with a query. docs/logs.md has what each is.
 */
export const ALLOWED: ReadonlySet<string> = new Set([
  "service",
  "pid",
  "requestId",
  "ownerId",
  "table",
  "method",
  "route",
  "status",
  "durationMs",
  "userId",
  "permission",
  "code",
  "address",
  "signal",
  "check",
  "job",
  "seal",
  "sealHash",
  "err",
]);

export type { Logger };

/**
 * Lines are written together, and none later than this: each write by itself wakes a thread, which took a fifth of the
 * time of a small request. A process that ends writes what is left, unless it is killed.
 */
const WRITTEN = { sync: false, minLength: 4096, periodicFlush: 100 };

/** Makes the process's logger: one JSON object a line. */
export function createLogger(
  service: string,
  level: string,
  destination?: DestinationStream,
): Logger {
  const logger = pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: onlyAllowed,
      },
      serializers: { err: describeError },
      hooks: {
        // Left to itself, pino takes the message of an error for its own.
        logMethod([first, ...rest], method) {
          if (typeof first === "string") method.apply(this, [first]);
          else if (typeof rest[0] === "string") method.apply(this, [first, rest[0]]);
          else method.apply(this, [first instanceof Error ? { err: first } : first, "event"]);
        },
      },
    },
    destination ?? pino.destination(WRITTEN),
  );
  // What a child logger always says passes no formatter: it is sorted here.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- bound again by call()
  const { child } = logger;
  logger.child = function (this: Logger, bindings, options) {
    return child.call(this, onlyAllowed(bindings), options);
  } as typeof logger.child;
  return logger;
}

function onlyAllowed(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => ALLOWED.has(name)));
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
