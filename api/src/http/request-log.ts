import type { IncomingMessage, ServerResponse } from "node:http";
import { pinoHttp } from "pino-http";
import { randomUUID } from "../crypto/random.ts";
import type { Logger } from "../lib/logger.ts";

/**
 * Gives each request its id (the client's when it is well-formed) and logs one line when it ends. The line names the
 * route, never the address: addresses hold days and ids.
 */
export function requestLog(logger: Logger) {
  return pinoHttp({
    logger,
    genReqId: (req: IncomingMessage, res: ServerResponse) => {
      const given = req.headers["x-request-id"];
      const id =
        typeof given === "string" && /^[A-Za-z0-9._-]{8,128}$/.test(given) ? given : randomUUID();
      res.setHeader("X-Request-Id", id);
      return id;
    },
    customAttributeKeys: { reqId: "requestId", responseTime: "durationMs" },
    quietReqLogger: true,
    wrapSerializers: false,
    serializers: { req: () => undefined, res: () => undefined, err: () => undefined },
    customSuccessObject: summary,
    customErrorObject: (req, res, _error, fields: { durationMs?: number }) =>
      summary(req, res, fields),
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? "warn" : "info"),
    customSuccessMessage: () => "request",
    customErrorMessage: () => "request",
  });
}

/** What is logged of a request. Why it failed is logged where it did. */
function summary(
  req: IncomingMessage,
  res: ServerResponse,
  { durationMs }: { durationMs?: number },
): object {
  return {
    method: req.method,
    route: localOf(res, "route") ?? "none",
    status: res.writableFinished ? res.statusCode : "aborted",
    code: localOf(res, "code"),
    durationMs,
  };
}

/** What was noted of a request while it was answered. */
function localOf(res: ServerResponse, name: "route" | "code"): string | undefined {
  const locals = "locals" in res ? (res.locals as Record<string, unknown>) : {};
  return typeof locals[name] === "string" ? locals[name] : undefined;
}
