/** Whether the audit is what was sealed: see USAGE, and docs/adr/0022-audit-chain.md. */
import { parseArgs } from "node:util";
import { chainKey } from "../api/src/crypto/audit-chain.ts";
import { describeFault } from "../api/src/platform/audit-fault.ts";
import { listSealsFrom } from "../api/src/platform/audit-statements.ts";
import { placeAfter, verifyNext, type VerifyDeps } from "../api/src/platform/audit-verify.ts";
import { openInstallation, type Installation } from "./keys/installation.ts";
import { asError } from "./launcher/files.ts";
import { isWrongUsage, UsageError } from "./lib/usage.ts";

const USAGE = `Usage:
  npm run audit:verify [-- --head SEAL:HASH] [-- --after SEAL]
      follow the chain of seals over the audit, and name the first row that is not what was sealed
      --head   an end of the chain that was noted elsewhere, such as the worker's log: it must still be in it
      --after  begin after this seal, when what comes before it was looked into and cannot be mended

It works on the installation that PLATFORM_DATABASE_URL, TOKEN_KEY and the variables of the master keys name, else on
the TimOS in TIMOS_DATA_DIR (./.data). Where that does not run, it starts its databases meanwhile. Exit code 0 when
nothing is wrong.`;

interface Head {
  readonly id: bigint;
  readonly hash: string;
}

function depsOf({ config, platformDatabase, clock }: Installation): VerifyDeps {
  const { tokenKey, formerTokenKeys } = config.auth;
  if (tokenKey === undefined) {
    throw new Error(
      "TOKEN_KEY is not set: the chain can be verified with the key that made it only.",
    );
  }
  const keys = [tokenKey, ...formerTokenKeys].map(chainKey);
  return { execute: platformDatabase.execute, keys, clock };
}

/** @returns whether nothing is wrong. */
async function verify(deps: VerifyDeps, after: bigint, head: Head | undefined): Promise<boolean> {
  let place = await placeAfter(deps.execute, after);
  if (place === null) throw new Error(`There is no seal ${after}.`);
  let [seals, events] = [0, 0];
  for (;;) {
    const step = await verifyNext(deps, place);
    seals += step.seals;
    events += step.events;
    if (step.fault !== null) {
      console.log(describeFault(step.fault));
      if (step.place.id > 0n)
        console.log(`Before it ${seals} seals over ${events} events are as they were made.`);
      return false;
    }
    place = step.place;
    if (step.unsealed === null) continue;
    console.log(`${seals} seals over ${events} events are as they were made.`);
    if (place.id > 0n) {
      console.log(`The chain ends with ${place.id}:${Buffer.from(place.hash).toString("hex")}`);
    }
    const { count, since } = step.unsealed;
    if (count > 0) console.log(`${count} events since ${since ?? "?"} UTC are not sealed yet.`);
    return head === undefined || (await verifyHead(deps, head));
  }
}

async function verifyHead({ execute }: VerifyDeps, { id, hash }: Head): Promise<boolean> {
  const [seal] = await listSealsFrom(execute, id);
  if (seal?.id === id && Buffer.from(seal.hash).toString("hex") === hash) return true;
  console.log(
    seal?.id === id
      ? `Seal ${id} is another than the one that was noted: the chain was made anew from there or before.`
      : `Seal ${id}, which was noted, is not there: the end of the chain was cut off.`,
  );
  console.log(
    "So it is after an older backup was restored. Otherwise somebody has taken events away.",
  );
  return false;
}

function readArgs(args: string[]): { after: bigint; head: Head | undefined } {
  const [command, ...flags] = args;
  const options = { head: { type: "string" }, after: { type: "string" } } as const;
  const { head, after = "0" } = parseArgs({ args: flags, options }).values;
  const noted = head === undefined ? undefined : /^(\d{1,19}):([0-9a-f]{64})$/.exec(head);
  if (command !== "verify" || noted === null || !/^\d{1,19}$/.test(after)) throw new UsageError();
  const [, id = "", hash = ""] = noted ?? [];
  return { after: BigInt(after), head: noted && { id: BigInt(id), hash } };
}

try {
  const { after, head } = readArgs(process.argv.slice(2));
  const installation = await openInstallation(process.env);
  try {
    if (!(await verify(depsOf(installation), after, head))) process.exitCode = 1;
  } finally {
    await installation.close();
  }
} catch (error) {
  const isUsage = isWrongUsage(error);
  console.error(isUsage ? USAGE : asError(error).message);
  process.exitCode = isUsage ? 2 : 1;
}
