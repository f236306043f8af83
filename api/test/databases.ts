import { z } from "zod";

const WorkerServices = z.object({
  /** Of accounts that may read and write rows of their one database and nothing else. */
  platformUrl: z.string(),
  vaultUrl: z.string(),
  /** A database of its own, empty at the start of the run. */
  redisUrl: z.string(),
  /** Where the user of the operating system who runs the tests is the server's administrator. */
  adminSocket: z.string(),
  platformDatabase: z.string(),
  vaultDatabase: z.string(),
});
export type WorkerServices = z.infer<typeof WorkerServices>;

const Environment = z.object({
  TIMOS_TEST_WORKERS: z
    .string()
    .transform((text) => WorkerServices.array().parse(JSON.parse(text))),
  JEST_WORKER_ID: z.coerce.number(),
});

/** The databases of the Jest worker this runs in: migrated, and no other worker's. */
export function workerServices(): WorkerServices {
  // eslint-disable-next-line no-restricted-properties -- Jest hands workers their number and addresses so.
  const { TIMOS_TEST_WORKERS: workers, JEST_WORKER_ID: worker } = Environment.parse(process.env);
  const services = workers[worker - 1];
  if (!services) throw new Error(`No databases were made for worker ${worker}.`);
  return services;
}
