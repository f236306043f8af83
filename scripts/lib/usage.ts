/** A command was given what it does not take. */
export class UsageError extends Error {}

/** Whether a command was used wrongly, by its own account or by that of `parseArgs`. */
export function isWrongUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  const code = error instanceof TypeError && "code" in error ? error.code : undefined;
  return typeof code === "string" && code.startsWith("ERR_PARSE_ARGS_");
}
