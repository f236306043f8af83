/**
 * A process that rotates keys, as `npm run keys:rotate` is one: the benchmark starts it, and tells it what to do by
 * messages. It answers each with an {@link Outcome}.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { dekIdOf } from "../../api/src/crypto/data-key.ts";
import { activateKey, decodeKeyring, stageKey } from "../../api/src/crypto/keyring.ts";
import { randomBytes } from "../../api/src/crypto/random.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { resealAll } from "../../api/src/vault/rotation/reseal.ts";
import { rewrapAll } from "../../api/src/vault/rotation/rewrap.ts";
import { openInstallation, type Installation } from "../keys/installation.ts";
import { keyringOf } from "../keys/rotate-mek.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { watchPauses } from "./pauses.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Re-wraps without a database are counted over so many. */
const PURE_COUNT = 5000;

/** What to do; `graceMs` is how long servers go on with the keys that they know. */
const Task = z.strictObject({ name: z.enum(["pure", "rewrap", "reseal"]), graceMs: z.number() });
type Task = z.output<typeof Task>;

const Outcome = z.object({
  perSecond: z.number(),
  pauses: z.object({
    p99: z.number(),
    longest: z.number(),
    workP99: z.number(),
    workLongest: z.number(),
  }),
});
export type Outcome = z.output<typeof Outcome>;

export interface Rotator {
  readonly run: (name: Task["name"], graceMs?: number) => Promise<Outcome>;
  readonly stop: () => Promise<void>;
}

/** Starts the process with the flags of `npm run keys:rotate`. */
export function startRotator(env: Readonly<Record<string, string>>): Rotator {
  const child = fork(import.meta.filename, [], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...env },
    execArgv: [...commandFlags(), "--import", "tsx"],
  });
  const ended = once(child, "exit");
  return {
    run: async (name, graceMs = 0) => {
      const died = ended.then(() => Promise.reject(new Error("The rotator ended.")));
      child.send({ name, graceMs } satisfies Task);
      const [answer] = (await Promise.race([once(child, "message"), died])) as unknown[];
      return Outcome.parse(answer);
    },
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

function commandFlags(): string[] {
  const text = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(text));
  return (scripts["keys:rotate"] ?? "").split(" ").filter((word) => word.startsWith("--"));
}

const TASKS: Record<Task["name"], (inst: Installation, task: Task) => Promise<number>> = {
  pure: (inst) => purePerSecond(keyringOf(inst)),
  rewrap: rewrapsPerSecond,
  reseal: resealsPerSecond,
};

/** What one process does without a database, by the very calls of the rotation. */
async function purePerSecond(keyringFile: string): Promise<number> {
  const keyring = localKeyring(keyringFile);
  const mekRef = await keyring.current();
  const dek = randomBytes(32);
  const context = { ownerId: randomBytes(16), version: 1, dekId: dekIdOf(dek), mekRef };
  let wrap = await keyring.wrap(dek, context);
  const began = performance.now();
  for (let n = 0; n < PURE_COUNT; n++) {
    const opened = await keyring.unwrap(wrap, context);
    wrap = await keyring.wrap(opened, context);
    (await keyring.unwrap(wrap, context)).fill(0);
    opened.fill(0);
  }
  return (1000 * PURE_COUNT) / (performance.now() - began);
}

async function rewrapsPerSecond(inst: Installation): Promise<number> {
  const file = keyringOf(inst);
  const staged = stageKey(readFileSync(file), new Date());
  const id = decodeKeyring(staged).at(-1)?.id ?? "";
  writeFileSync(file, activateKey(staged, id), { mode: 0o600 });
  const began = performance.now();
  let ended = began;
  const { platform } = await rewrapAll(inst, {
    target: inst.meks.of("local").current,
    atOnce: 1,
    settleMs: 0,
    onProgress: ({ done, total, waitingMs }) => {
      if (done === total && waitingMs === 0 && ended === began) ended = performance.now();
    },
  });
  return (1000 * platform) / (ended - began);
}

async function resealsPerSecond(inst: Installation, { graceMs }: Task): Promise<number> {
  let [began, ended, sealed] = [0, 0, 0];
  await resealAll(inst, {
    who: null,
    madeBefore: new Date(),
    graceMs,
    purpose: "bench",
    onProgress: ({ phase, rows }) => {
      if (phase === "waiting") began = performance.now();
      if (phase !== "sealing") return;
      ended = performance.now();
      sealed = rows;
    },
  });
  return (1000 * sealed) / (ended - began);
}

async function answer(inst: Installation, task: Task): Promise<Outcome> {
  const pauses = watchPauses();
  const perSecond = await TASKS[task.name](inst, task);
  return { perSecond, pauses: pauses() };
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const inst = await openInstallation(process.env);
  process.on("message", (message) => {
    void answer(inst, Task.parse(message)).then((outcome) => process.send?.(outcome));
  });
  process.once("disconnect", () => void inst.close());
}
