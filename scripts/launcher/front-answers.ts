import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { ERRORS, type ErrorCode } from "../../api/src/contract/errors.ts";

const WAITING_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="2">
<title>TimOS is starting</title>
<h1>TimOS is starting</h1>
<p>This page loads again by itself in a moment.</p>
</html>
`;

/** The API does not answer: it is being started, or has just been ended. */
export function answerApiUnavailable(response: ServerResponse): void {
  answerProblem(
    response,
    "overloaded",
    "The API is starting again. A change that was just being written may or may not have been kept.",
  );
}

/** The web server does not answer: a page that tries again. */
export function answerWebUnavailable(response: ServerResponse): void {
  response.writeHead(503, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
    "Retry-After": "2",
  });
  response.end(WAITING_PAGE);
}

/** A route for development, asked for from elsewhere. */
export function answerForbidden(response: ServerResponse): void {
  answerProblem(response, "forbidden", "This is for the machine TimOS runs on.");
}

function answerProblem(response: ServerResponse, code: ErrorCode, detail: string): void {
  const { status, title } = ERRORS[code];
  const requestId = randomUUID();
  response.writeHead(status, {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "X-Request-Id": requestId,
    ...(status === 503 ? { "Retry-After": "1" } : {}),
  });
  response.end(
    JSON.stringify({ type: `urn:timos:problem:${code}`, title, status, code, detail, requestId }),
  );
}
