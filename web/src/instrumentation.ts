import type { Instrumentation } from "next";

/** Has Next's server write its log as the API does: docs/logs.md. */
export async function register() {
  if (!isOurServer()) return;
  const { takeConsole } = await import("@/lib/server-log.ts");
  takeConsole();
}

/** Logs a page that could not be made: which one by its pattern, never by its address. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (!isOurServer()) return;
  const { logFault } = await import("@/lib/server-log.ts");
  const id = request.headers["x-request-id"];
  logFault(error, {
    requestId: typeof id === "string" ? id : undefined,
    method: request.method,
    route: context.routePath,
  });
};

/** Next compiles this for browsers' edges too, where there is no standard output; in development it is for people. */
function isOurServer(): boolean {
  // eslint-disable-next-line no-restricted-properties -- constants of the build, put in by Next
  const { NEXT_RUNTIME, NODE_ENV } = process.env;
  return NEXT_RUNTIME === "nodejs" && NODE_ENV === "production";
}
