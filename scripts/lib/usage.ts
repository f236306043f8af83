/** A command was given what it does not take. */
export class UsageError extends Error {}

/** Whether a command was used wrongly, by its own account or by that of `parseArgs`. */
export function isWrongUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return String(error.code).startsWith("ERR_PARSE_ARGS_");
}
