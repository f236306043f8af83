import { describe, expect, it } from "@jest/globals";
import { Histogram, Registry } from "prom-client";
import { openMetrics } from "./metrics.ts";
import { Timings } from "./timings.ts";

describe("a histogram of our own", () => {
  it("writes what the client's own writes of the same", async () => {
    const about = {
      name: "x_seconds",
      help: "x",
      labelNames: ["a", "b"],
      buckets: [0.001, 0.01, 1],
    };
    const [ours, theirs] = [new Registry(), new Registry()];
    const mine = new Timings({ ...about, registers: [ours] });
    const its = new Histogram({ ...about, registers: [theirs] });
    for (const labels of [
      { a: "GET", b: "/x" },
      { a: 'quo"te', b: "back\\slash\nline" },
    ]) {
      const took = mine.timer(labels);
      for (const milliseconds of [0, 0.5, 1, 1.000_001, 10, 500, 1000, 1001, 60_000]) {
        took(milliseconds);
        its.observe(labels, milliseconds / 1000);
      }
    }
    expect(await ours.metrics()).toBe(await theirs.metrics());
    expect((await ours.getMetricsAsJSON()).length).toBe(1);
  });
});

describe("a label", () => {
  it("is never what came from outside", async () => {
    const { requests, unwraps, registry } = openMetrics(["daily_entries"]);
    for (const method of ["GET", "PROPFIND", "M-SEARCH", "x"]) {
      requests.began();
      const ended = { method, route: "none", status: 404, code: "not_found" } as const;
      requests.ended(ended, 1);
    }
    for (const provider of ["local", "", "planted", "../x"]) {
      unwraps({ provider, outcome: "unknown_key", milliseconds: 1 });
    }
    const text = await registry.metrics();
    const valuesOf = (label: string) =>
      new Set([...text.matchAll(new RegExp(`${label}="([^"]*)"`, "g"))].map(([, value]) => value));
    expect(valuesOf("method")).toEqual(new Set(["GET", "other"]));
    const providers = ["local", "pkcs11", "awskms", "gcpkms", "vault", "unknown"];
    expect(valuesOf("provider")).toEqual(new Set(providers));
    expect(text).toContain('{provider="unknown",outcome="unknown_key"} 3');
    expect(text).toContain('{method="other",route="none",status="4xx"} 3');
    // There before it happens: an increase from nothing is none for Prometheus.
    expect(text).toContain('timos_unreadable_rows_total{table="daily_entries"} 0');
  });
});
