import type { RequestHandler, Response } from "express";
import type { ErrorCode } from "../contract/errors.ts";
import { randomUUID } from "../crypto/random.ts";
import type { Logger } from "../lib/logger.ts";
import type { RequestMeter } from "../lib/metrics.ts";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- that is how Express lets its types be added to
  namespace Express {
    interface Request {
      /** Also the `X-Request-Id` of the answer. */
      id: string;
    }
  }
}

/** What the routes and the errors leave in `res.locals`: the template that was matched, and why it was refused. */
interface Noted {
  readonly route?: string;
  readonly code?: ErrorCode;
}

/**
 * Gives each request its id (the client's when it is well-formed), and counts it and logs one line when it ends. Both
 * name the route, never the address: addresses hold days and ids. Why a request failed is logged where it did.
 */
export function requestLog(logger: Logger, meter?: RequestMeter): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    meter?.began();
    const given = req.headers["x-request-id"];
    req.id =
      typeof given === "string" && /^[A-Za-z0-9._-]{8,128}$/.test(given) ? given : randomUUID();
    res.setHeader("X-Request-Id", req.id);
    res.once("close", () => {
      const took = performance.now() - began;
      const { route = "none", code }: Noted = (res as Response<unknown, Noted>).locals;
      const status = res.writableFinished ? res.statusCode : "aborted";
      const { method } = req;
      meter?.ended({ method, route, status, code }, took);
      logger[res.statusCode >= 500 ? "warn" : "info"](
        { requestId: req.id, method, route, status, code, durationMs: Math.round(took) },
        "request",
      );
    });
    next();
  };
}
