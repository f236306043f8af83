import { Registry } from "prom-client";
import type { Metrics } from "../../lib/metrics.ts";
import { installationGauges, type InstallationDeps } from "./metrics-installation.ts";
import { processGauges, type ProcessDeps } from "./metrics-process.ts";

/** The text of all metrics of a process as they are now, in Prometheus' format. */
export type Scrape = () => Promise<string>;

/** Those of the API: its own, and what is true of the whole installation. */
export function apiMetrics(
  deps: ProcessDeps & InstallationDeps & { readonly metrics: Metrics },
): Scrape {
  const gauges = new Registry();
  processGauges(gauges, deps);
  const refresh = installationGauges(gauges, deps);
  const all = Registry.merge([deps.metrics.registry, gauges]);
  return async () => {
    await refresh();
    return all.metrics();
  };
}

/** Those of the worker alone: what it does, and what it needs to do it. */
export function workerMetrics(deps: ProcessDeps & { readonly metrics: Metrics }): Scrape {
  const gauges = new Registry();
  processGauges(gauges, deps);
  const all = Registry.merge([deps.metrics.registry, gauges]);
  return () => all.metrics();
}
