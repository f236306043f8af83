import type { RequestHandler } from "express";
import type { TrustsProxy } from "../lib/client-ip.ts";
import type { Logger } from "../lib/logger.ts";

/**
 * Says once that somebody whose word is not taken tells where requests are from. Either they lie, and nothing comes of
 * it; or they are a proxy that was not named, and limits count all of its clients as one.
 */
export function warnOfUntrustedProxy(logger: Logger, trusts: TrustsProxy): RequestHandler {
  let isSaid = false;
  return (req, _res, next) => {
    if (!isSaid && "x-forwarded-for" in req.headers && !trusts(req.socket.remoteAddress)) {
      isSaid = true;
      logger.warn(
        "X-Forwarded-For comes from a peer that TRUST_PROXY does not name, and is not believed. If that is a proxy of yours, name it: until then all of its clients share one limit",
      );
    }
    next();
  };
}
