import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import cookieParser from "cookie-parser";
import cors from "cors";
import type { RequestHandler } from "express";
import helmet from "helmet";
import type { TrustsProxy } from "../lib/client-ip.ts";
import type { Logger } from "../lib/logger.ts";
import type { RequestMeter } from "../lib/metrics.ts";
import { requestLog } from "./request-log.ts";
import { warnOfUntrustedProxy } from "./untrusted-proxy.ts";

/** What every request passes before a route is looked for: its id and its line in the log, headers, cookies. */
export function front(
  {
    origins,
    isSecure,
    trusts,
  }: {
    /** Whose pages may use this API. */
    readonly origins: readonly string[];
    /** Whether the site is served over TLS. */
    readonly isSecure: boolean;
    readonly trusts: TrustsProxy;
  },
  logger: Logger,
  meter: RequestMeter,
): RequestHandler[] {
  const security = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      // Those that do not fall back to the default by themselves, and one that ASVS 5.0 (3.4.3) asks for by name.
      directives: {
        defaultSrc: ["'none'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure,
    referrerPolicy: { policy: "no-referrer" },
  });
  return [
    requestLog(logger, meter),
    warnOfUntrustedProxy(logger, trusts),
    withHeaders({ ...headersOf(security), "Cache-Control": "no-store" }),
    cors({
      origin: [...origins],
      credentials: true,
      exposedHeaders: ["ETag", "X-Request-Id", "RateLimit", "RateLimit-Policy", "Retry-After"],
      maxAge: 600,
      // OPTIONS goes on to the routes, which say what methods there are.
      preflightContinue: true,
    }),
    cookieParser(),
  ];
}

type Middleware = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

/** What a middleware sets that sets the same for every answer: found out once instead of at each request. */
function headersOf(middleware: Middleware): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, () => undefined);
  return response.getHeaders();
}

function withHeaders(headers: OutgoingHttpHeaders): RequestHandler {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return (_req, res, next) => {
    for (const [name, value] of entries) res.setHeader(name, value);
    next();
  };
}
