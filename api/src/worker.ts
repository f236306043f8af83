import { boot } from "./boot.ts";
import { stopOnSignal } from "./lib/process.ts";

const deps = await boot("worker");
if (deps === null) process.exit(1);
deps.logger.info("ready; there are no jobs yet");

const idle = setInterval(() => undefined, 2 ** 30);
stopOnSignal(deps.logger, async () => {
  clearInterval(idle);
  await deps.close();
});
