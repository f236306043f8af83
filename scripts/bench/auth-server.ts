/**
 * The API in a process of its own, as an installation runs it, for `auth.ts`: it says its port, and answers each
 * message. Variants of it take out one thing that is to be measured.
 */
import { lookup } from "node:dns/promises";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createApp } from "../../api/src/app.ts";
import { boot } from "../../api/src/boot.ts";
import type { Deps } from "../../api/src/deps.ts";
import { liveSessions } from "../../api/src/features/auth/live-sessions.ts";
import { passwordHasher } from "../../api/src/features/auth/passwords.ts";
import { Variant, type Question } from "./auth-processes.ts";
import { collectGarbage } from "./measure.ts";

const PROBE_EVERY_MS = 5;
const LOOKED_UP = "localhost";

async function alter(deps: Deps, variant: Variant): Promise<Deps> {
  switch (variant) {
    case "whole":
      return deps;
    case "row checked": {
      // On a clock that leaps nothing is ever new enough to be believed.
      let now = 0;
      const time = { now: () => (now += 10_000) };
      const nobody = { publish: () => Promise.resolve() };
      const { execute } = deps.platformDatabase;
      return { ...deps, sessions: liveSessions(execute, nobody, deps.logger, time) };
    }
    case "unguarded": {
      const { argon2, pepper } = deps.config.auth;
      const cost = { ...argon2, atOnce: Infinity };
      return { ...deps, passwords: await passwordHasher(pepper, cost, deps.logger) };
    }
  }
}

/** Times calls that libuv's threads do, until the function that it returns is called. */
function watchThreads(): () => { fs: number[]; dns: number[] } {
  const times = { fs: [] as number[], dns: [] as number[] };
  let isOver = false;
  const probe = async (into: number[], work: () => Promise<unknown>) => {
    while (!isOver) {
      const began = performance.now();
      await work();
      into.push(performance.now() - began);
      await sleep(PROBE_EVERY_MS);
    }
  };
  void probe(times.fs, () => stat(import.meta.filename));
  void probe(times.dns, () => lookup(LOOKED_UP));
  return () => {
    isOver = true;
    return times;
  };
}

const deps = await boot("api");
if (deps === null) process.exit(1);
const app = createApp(await alter(deps, Variant.parse(process.env["BENCH_VARIANT"])));
const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 }, app);
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
let watched: ReturnType<typeof watchThreads> | undefined;
const answers: Record<Question, () => unknown> = {
  cpu: () => process.cpuUsage(),
  watch: () => {
    watched = watchThreads();
    return {};
  },
  watched: () => watched?.(),
  memory: () => {
    collectGarbage();
    return process.memoryUsage();
  },
};
process.on("message", (question: Question) => process.send?.(answers[question]()));
process.on("disconnect", () => process.exit());
