import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Database } from "../../lib/database.ts";
import { countUnsealed, fromDatetime } from "../../platform/audit-statements.ts";
import { countDeks, countWraps } from "../../platform/rotation-statements.ts";

/** What counting needs: both databases, where a rotation's progress stands. */
export interface MetricsDeps {
  readonly platformDatabase: Database;
  readonly vaultDatabase: Database;
}

/** Counting goes over all wraps, so it is done this often at most, however often somebody asks. */
const COUNT_MS = 15_000;

/**
 * The metrics of this process and of what it serves, for Prometheus. How far a rotation is can be seen from outside of
 * it: by the wraps that are left under a master key, and by the data keys that are not swept.
 */
export function metrics({ platformDatabase, vaultDatabase }: MetricsDeps): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const wraps = new Gauge({
    name: "timos_dek_wraps",
    help: "Wrapped data keys, by database and by the master key they are under",
    labelNames: ["database", "mek_ref"],
    registers,
    collect: () => count(),
  });
  const deks = new Gauge({
    name: "timos_deks",
    help: "Data keys by state; decrypt_only until all of their owner's rows are under the next",
    labelNames: ["state", "swept"],
    registers,
  });

  const unsealed = new Gauge({
    name: "timos_audit_unsealed_events",
    help: "Events of the audit that wait for a seal, counted to 100,000",
    registers,
  });
  const waiting = new Gauge({
    name: "timos_audit_unsealed_seconds",
    help: "How long the first of them has waited; more than some minutes when no worker seals them",
    registers,
  });

  let counted = -Infinity;
  const count = async () => {
    if (performance.now() - counted < COUNT_MS) return;
    counted = performance.now();
    const [inPlatform, inVault, states, waits] = await Promise.all([
      countWraps(platformDatabase.execute, "dek_wraps"),
      countWraps(vaultDatabase.execute, "vault_keys"),
      countDeks(platformDatabase.execute),
      countUnsealed(platformDatabase.execute),
    ]);
    unsealed.set(waits.count);
    const waitedMs = waits.since === null ? 0 : Date.now() - fromDatetime(waits.since).getTime();
    waiting.set(Math.max(0, waitedMs / 1000));
    wraps.reset();
    for (const [ref, wrapped] of inPlatform)
      wraps.set({ database: "platform", mek_ref: ref }, wrapped);
    for (const [ref, wrapped] of inVault) wraps.set({ database: "vault", mek_ref: ref }, wrapped);
    deks.reset();
    for (const { state, isSwept, count: owned } of states) {
      deks.set({ state, swept: String(isSwept) }, owned);
    }
  };
  return registry;
}
