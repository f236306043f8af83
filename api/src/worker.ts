import { createServer } from "node:http";
import { boot } from "./boot.ts";
import { eraseUnproven, finishErasures } from "./features/account/erase.ts";
import { deleteExpired } from "./features/auth/sweep.ts";
import { noticeRestore } from "./features/restored/notice.ts";
import { workerMetrics } from "./features/system/metrics.ts";
import { metricsApp } from "./http/metrics.ts";
import { auditSealer } from "./jobs/seal-audit.ts";
import { every, type Job } from "./jobs/every.ts";
import { stopOnSignal } from "./lib/process.ts";

const deps = await boot("worker");
if (deps === null) process.exit(1);
const { logger, config, metrics } = deps;

const { platformDatabase, auditKeys: keys, clock } = deps;
const sealAudit = auditSealer({ execute: platformDatabase.execute, keys, clock, logger });
const jobs: readonly Job[] = [
  { name: "seal-audit", everySeconds: 5, work: sealAudit },
  { name: "notice-restore", everySeconds: 60, work: () => noticeRestore(deps) },
  { name: "finish-erasures", everySeconds: 60, work: () => finishErasures(deps) },
  { name: "erase-unproven", everySeconds: 3600, work: () => eraseUnproven(deps) },
  { name: "delete-expired", everySeconds: 3600, work: () => deleteExpired(deps) },
];
const { token, workerPort } = config.metrics;
if (token !== undefined && workerPort !== undefined) {
  const app = metricsApp(workerMetrics(deps), token, logger);
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 }, app);
  server.listen(workerPort, config.http.host, () => {
    logger.info({ address: server.address() }, "listening");
  });
}
const running = jobs.map((job) => every(job, logger, metrics.jobs));
logger.info("ready");
stopOnSignal(logger, async () => {
  await Promise.all(running.map((job) => job.stop()));
  await deps.close();
});
