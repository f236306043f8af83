import { join } from "node:path";
import { z } from "zod";

const Environment = z.object({ TIMOS_TEST_PROGRAMS: z.string() });

/**
 * The file that Node runs to run a program of the repository, such as `scripts/keys.ts`: compiled from it at the start
 * of the tests, see programs.mjs.
 */
export function program(path: string): string {
  // eslint-disable-next-line no-restricted-properties -- Jest hands workers folders so.
  const { TIMOS_TEST_PROGRAMS: folder } = Environment.parse(process.env);
  return join(folder, path.replace(/\.ts$/, ".js"));
}
