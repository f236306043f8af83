/** `npm run build`: the API and the web application as `npm start` runs them, if they are not built already. */
import { ensureApplications } from "./launcher/build.ts";
import { Progress } from "./launcher/progress.ts";

const progress = new Progress(process.env);
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error(`Stopped by ${signal}.`)));
}
try {
  await ensureApplications(progress, interrupted.signal);
} catch (error) {
  progress.fail(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
