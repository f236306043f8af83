/** `npm run audit:licences`: every locked package is under a licence that TimOS can be given away with. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { licenceFaults, Lock } from "./licence-rules.ts";

const file = join(resolve(import.meta.dirname, "../.."), "package-lock.json");
const lock = Lock.parse(JSON.parse(readFileSync(file, "utf8")));
const faults = licenceFaults(lock);
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0
    ? `${Object.keys(lock.packages).length} packages, all under licences that are allowed.`
    : `${faults.length} to be decided on: scripts/audits/licence-rules.ts.`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
