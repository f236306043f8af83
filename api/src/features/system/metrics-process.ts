import { collectDefaultMetrics, Counter, Gauge, type Registry } from "prom-client";
import type { CacheState } from "../../lib/cache.ts";
import { VERSION } from "../../lib/version.ts";
import type { KeyService } from "../../vault/key-service.ts";
import type { LiveSessions } from "../auth/live-sessions.ts";
import type { Passwords } from "../auth/passwords.ts";
import type { KeptTexts } from "../search/kept-texts.ts";

/** What a process holds in memory. */
export interface ProcessDeps {
  readonly keys: Pick<KeyService, "cache">;
  readonly sessions: Pick<LiveSessions, "cache">;
  readonly passwords: Pick<Passwords, "gate">;
  readonly texts: Pick<KeptTexts, "size" | "limit" | "owners">;
}

/** Gauges whose names end in `_total`, as only those of counters may; others tell the same. */
const MISNAMED = ["handles", "requests", "resources"].map((what) => `nodejs_active_${what}_total`);

/** What is read at the moment of a scrape: plain numbers that whoever works counts for themselves. */
export function processGauges(
  registry: Registry,
  { keys, sessions, passwords, texts }: ProcessDeps,
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const counter = (
    name: string,
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ) => {
    new Counter<string>({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  };
  const cache = (name: string, of: string, state: CacheState) => {
    counter(`${name}_lookups_total`, `Lookups of ${of} in memory`, "result", () => ({
      hit: state.hits,
      miss: state.misses,
    }));
    gauge(`${name}_entries`, `How many ${of} are in memory`, () => state.size);
    gauge(`${name}_limit`, `How many ${of} there may be in memory`, () => state.limit);
  };

  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  new Gauge({
    name: "timos_build_info",
    help: "Always 1; which TimOS runs, on which Node",
    labelNames: ["version", "node"],
    registers,
  }).set({ version: VERSION, node: process.version }, 1);

  cache("timos_dek_cache", "owners' unwrapped keys", keys.cache);
  counter(
    "timos_dek_cache_dropped_total",
    "Owners' unwrapped keys that were let go: for room, for their age, or on purpose",
    "reason",
    () => ({ ...keys.cache.dropped }),
  );
  cache("timos_session_cache", "live sessions", sessions.cache);

  const { gate } = passwords;
  gauge("timos_password_hashes_running", "Passwords that are being hashed", () => gate.running);
  gauge("timos_password_hashes_waiting", "Passwords that wait to be hashed", () => gate.waiting);
  gauge("timos_password_hashes_limit", "Passwords that may be hashed at once", () => gate.limit);
  new Counter({
    name: "timos_password_hashes_refused_total",
    help: "Requests that were refused since too many waited",
    registers,
    collect() {
      this.reset();
      this.inc(gate.refused);
    },
  });

  gauge("timos_search_memory_bytes", "Memory taken by texts to be searched", () => texts.size);
  gauge("timos_search_memory_limit_bytes", "Memory that they may take", () => texts.limit);
  gauge("timos_search_owners", "How many people's texts are in memory", () => texts.owners);
}
