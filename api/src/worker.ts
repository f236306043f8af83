import { boot } from "./boot.ts";
import { eraseUnproven, finishErasures } from "./features/account/erase.ts";
import { deleteExpired } from "./features/auth/sweep.ts";
import { auditSealer } from "./jobs/seal-audit.ts";
import { every } from "./jobs/every.ts";
import { stopOnSignal } from "./lib/process.ts";

const deps = await boot("worker");
if (deps === null) process.exit(1);
const { logger } = deps;

const { platformDatabase, auditKeys: keys, clock } = deps;
const sealAudit = auditSealer({ execute: platformDatabase.execute, keys, clock, logger });
const jobs = [
  every(5, logger, sealAudit),
  every(60, logger, () => finishErasures(deps)),
  every(3600, logger, () => eraseUnproven(deps)),
  every(3600, logger, () => deleteExpired(deps)),
];
logger.info("ready");
stopOnSignal(logger, async () => {
  await Promise.all(jobs.map((job) => job.stop()));
  await deps.close();
});
