import type { RequestHandler } from "express";
import type { Registry } from "prom-client";
import { AppError } from "../contract/errors.ts";
import { isEqual, sha256 } from "../crypto/digest.ts";

/** Answers Prometheus, which has to bring the token. */
export function metricsPage(registry: Registry, token: string): RequestHandler {
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
    res.type(registry.contentType).send(await registry.metrics());
  };
}
