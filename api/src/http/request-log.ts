import type { RequestHandler, Response } from "express";
import { randomUUID } from "../crypto/random.ts";
import type { Logger } from "../lib/logger.ts";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- that is how Express lets its types be added to
  namespace Express {
    interface Request {
      /** Also the `X-Request-Id` of the answer. */
      id: string;
    }
  }
}

/**
 * Gives each request its id (the client's when it is well-formed) and logs one line when it ends. The line names the
 * route, never the address: addresses hold days and ids. Why a request failed is logged where it did.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    const given = req.headers["x-request-id"];
    req.id =
      typeof given === "string" && /^[A-Za-z0-9._-]{8,128}$/.test(given) ? given : randomUUID();
    res.setHeader("X-Request-Id", req.id);
    res.once("close", () => {
      logger[res.statusCode >= 500 ? "warn" : "info"](
        {
          requestId: req.id,
          method: req.method,
          route: localOf(res, "route") ?? "none",
          status: res.writableFinished ? res.statusCode : "aborted",
          code: localOf(res, "code"),
          durationMs: Math.round(performance.now() - began),
        },
        "request",
      );
    });
    next();
  };
}

function localOf({ locals }: Response, name: string): string | undefined {
  const value: unknown = locals[name];
  return typeof value === "string" ? value : undefined;
}
