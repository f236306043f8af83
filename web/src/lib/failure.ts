import { ApiError, UnreachableError } from "@/lib/api.ts";

/** A failure in the words of a person: what happened and what to do. */
export function explain(error: unknown): string {
  if (error instanceof UnreachableError) {
    return "TimOS cannot be reached. Check your connection and try again.";
  }
  if (!(error instanceof ApiError)) return "Something went wrong here. Try again.";
  if (error.status === 429) return `${error.message} ${waitOf(error)}`;
  if (error.code === "internal" && error.requestId) {
    return `${error.message} If it goes on, report it with the number ${error.requestId}.`;
  }
  return error.message;
}

function waitOf({ retryAfterSeconds }: ApiError): string {
  if (retryAfterSeconds === undefined) return "";
  if (retryAfterSeconds < 90) return `Try again in ${retryAfterSeconds} seconds.`;
  return `Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`;
}

/** What the API found wrong with one field of the body. */
export function faultOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const fault = error.faults.find(({ path }) => path === field || path === `body.${field}`);
  return fault && sentence(fault.message);
}

export const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
