import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Database } from "../../lib/database.ts";
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

  let counted = -Infinity;
  const count = async () => {
    if (performance.now() - counted < COUNT_MS) return;
    counted = performance.now();
    const [inPlatform, inVault, states] = await Promise.all([
      countWraps(platformDatabase.execute, "dek_wraps"),
      countWraps(vaultDatabase.execute, "vault_keys"),
      countDeks(platformDatabase.execute),
    ]);
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
