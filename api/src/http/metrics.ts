import express, { type Express, type RequestHandler } from "express";
import { Registry } from "prom-client";
import { AppError } from "../contract/errors.ts";
import { isEqual, sha256 } from "../crypto/digest.ts";
import type { Logger } from "../lib/logger.ts";
import { answerErrors, answerNotFound } from "./errors.ts";
import { requestLog } from "./request-log.ts";

/**
 * Answers Prometheus, which has to bring the token.
 *
 * @param scrape - Gives the text of the metrics as they are now.
 */
export function metricsPage(scrape: () => Promise<string>, token: string): RequestHandler {
  const expected = sha256(`Bearer ${token}`);
  return async (req, res, next) => {
    res.locals["route"] = "/metrics";
    if (req.method !== "GET" || req.path !== "/") {
      next();
      return;
    }
    if (!isEqual(sha256(req.get("authorization") ?? ""), expected)) {
      throw new AppError("unauthenticated");
    }
    res.type(Registry.PROMETHEUS_CONTENT_TYPE).send(await scrape());
  };
}

/** A server of nothing but the metrics, for a process that answers no other requests. */
export function metricsApp(scrape: () => Promise<string>, token: string, logger: Logger): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(requestLog(logger));
  app.use("/metrics", metricsPage(scrape, token));
  app.use(answerNotFound);
  app.use(answerErrors(logger));
  return app;
}
