import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { AppError, ERRORS, type ErrorCode } from "../contract/errors.ts";
import type { Logger } from "../lib/logger.ts";

/** What a client is told that knows RFC 6750 and RFC 9470. */
const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  token_expired: 'Bearer error="invalid_token"',
  session_revoked: 'Bearer error="invalid_token"',
  reauth_required: 'Bearer error="insufficient_user_authentication", max_age="300"',
};

/** The one place where an error becomes an answer: problem+json (RFC 9457). */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const known = toAppError(error);
    // The line of the request says why it was refused (ASVS 5.0, 16.3.1 to 16.3.3).
    res.locals["code"] = known.code;
    if (known.status >= 500)
      logger.error({ requestId: req.id, code: known.code, err: known.cause }, "a request failed");
    if (res.headersSent) {
      // Half an answer is out: cutting the connection is the only way left to say that it is not whole.
      res.destroy();
      return;
    }
    answerProblem(res, known, req.id);
  };
}

/** Answers what no route did. */
export const answerNotFound: RequestHandler = (_req, _res, next) => {
  next(new AppError("not_found"));
};

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // The router could not decode the address.
  if (error instanceof URIError) {
    const errors = [{ path: "params", message: "must be percent-encoded UTF-8" }];
    return new AppError("invalid_request", { cause: error, errors });
  }
  return new AppError("internal", { cause: error });
}

function answerProblem(res: Response, error: AppError, requestId: string): void {
  const { code, status, particulars } = error;
  const { detail, errors, retryAfterSeconds, members } = particulars;
  if (retryAfterSeconds !== undefined) res.set("Retry-After", String(retryAfterSeconds));
  if (status === 401) res.set("WWW-Authenticate", CHALLENGES[code] ?? "Bearer");
  res
    .status(status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: `urn:timos:problem:${code}`,
        title: ERRORS[code].title,
        status,
        code,
        detail: detail ?? ERRORS[code].title,
        requestId,
        ...(errors === undefined ? {} : { errors }),
        ...members,
      }),
    );
}
