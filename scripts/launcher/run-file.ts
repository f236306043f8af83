import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { writeAtomically } from "./files.ts";

const Pid = z.int().positive();

/** Where a running TimOS is reached, for tools beside it. A part somebody else runs has no number or socket here. */
export const RunFacts = z.object({
  apiUrl: z.url(),
  webUrl: z.url(),
  mariadb: z.object({ socket: z.string().nullable(), port: z.int() }),
  redis: z.object({ port: z.int() }),
  outboxDir: z.string(),
  keyringFile: z.string(),
  logFile: z.string(),
  pids: z.object({
    launcher: Pid,
    api: Pid.nullable(),
    worker: Pid.nullable(),
    web: Pid.nullable(),
    mariadb: Pid.nullable(),
    redis: Pid.nullable(),
  }),
});
export type RunFacts = z.output<typeof RunFacts>;

const fileIn = (dataFolder: string) => join(dataFolder, "run.json");

export const writeRunFile = (dataFolder: string, facts: RunFacts): void => {
  writeAtomically(fileIn(dataFolder), `${JSON.stringify(facts, null, 2)}\n`);
};

export const removeRunFile = (dataFolder: string): void => {
  rmSync(fileIn(dataFolder), { force: true });
};

/** The facts of the TimOS that runs on a data folder; undefined when none does. */
export function findRunFile(dataFolder: string): RunFacts | undefined {
  const file = fileIn(dataFolder);
  return existsSync(file) ? RunFacts.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/** The facts of the TimOS that runs on a data folder. Throws when none does. */
export function readRunFile(dataFolder: string): RunFacts {
  const facts = findRunFile(dataFolder);
  if (facts === undefined) {
    throw new Error(`TimOS does not run on ${dataFolder}. Start it with npm start.`);
  }
  return facts;
}
