import { boot } from "./boot.ts";
import { finishErasures } from "./features/account/erase.ts";
import { every } from "./jobs/every.ts";
import { stopOnSignal } from "./lib/process.ts";

const deps = await boot("worker");
if (deps === null) process.exit(1);
const { logger } = deps;

const jobs = [every(60, logger, () => finishErasures(deps))];
logger.info("ready");
stopOnSignal(logger, async () => {
  await Promise.all(jobs.map((job) => job.stop()));
  await deps.close();
});
