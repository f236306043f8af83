import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import { openMetrics } from "../../lib/metrics.ts";
import { installationGauges } from "./metrics-installation.ts";
import { processGauges } from "./metrics-process.ts";

const FOLDER = join(import.meta.dirname, "../../../../docs/operations");
const page = (name: string) => readFileSync(join(FOLDER, name), "utf8");

/** Of Prometheus itself, and of the exporter that asks the site from outside. */
const OF_OTHERS = ["up", "probe_success", "probe_ssl_earliest_cert_expiry"];

/** All metrics that there are, as Prometheus stores them, and those of them that are ours. */
function metricsThere() {
  const gauges = new Registry();
  const cache = { hits: 0, misses: 0, size: 0, limit: 0 };
  processGauges(gauges, {
    keys: { cache: { ...cache, dropped: { full: 0, expired: 0, forgotten: 0 } } },
    sessions: { cache },
    passwords: { gate: { running: 0, waiting: 0, limit: 0, refused: 0 } },
    texts: { size: 0, limit: 0, owners: 0 },
  });
  const nobody = { execute: () => Promise.reject(new Error("is not asked")) };
  const check = () => Promise.resolve();
  installationGauges(gauges, {
    platformDatabase: nobody,
    vaultDatabase: nobody,
    checks: { platform: check, vault: check, redis: check, keys: check },
    clock: () => new Date(),
    keysBackupDays: 7,
  });
  const all = Registry.merge([openMetrics().registry, gauges]).getMetricsAsArray();
  const described = all as unknown as readonly { name: string; type: string }[];
  const stored = described.flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return {
    stored,
    ours: described.map(({ name }) => name).filter((name) => name.startsWith("timos_")),
  };
}

/** The metrics that a PromQL expression reads. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  return [...bare.matchAll(/[A-Za-z_:][\w:]*/g)]
    .filter(({ 0: word, index }) => !/^\s*\(/.test(bare.slice(index + word.length)))
    .map(([word]) => word)
    .filter((word) => !["and", "or", "unless", "bool", "offset"].includes(word));
}

/** The expressions of the rules, with the names of those that record, and each alert with its runbook. */
function rules() {
  const text = page("alerts.yml");
  const parts = text.split(/\n\s*- (?=record:|alert:)/).slice(1);
  return parts.map((part) => ({
    record: /^record: (\S+)/.exec(part)?.[1],
    alert: /^alert: (\S+)/.exec(part)?.[1],
    expr: (
      /expr: (?:>-\n)?([\s\S]*?)(?=\n\s*(?:for|labels|annotations|#|- name)\b|\n\s*#|$)/.exec(
        part,
      )?.[1] ?? ""
    ).trim(),
    runbook: /runbook: (\S+)/.exec(part)?.[1],
  }));
}

const dashboard = JSON.parse(page("dashboard.json")) as {
  panels: { title: string; targets?: { expr: string }[] }[];
};
const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const { stored, ours } = metricsThere();
const recorded = rules().flatMap(({ record }) => record ?? []);
const there = new Set([...stored, ...recorded, ...OF_OTHERS]);

describe("the examples of a dashboard and of alerts", () => {
  it("read only metrics that there are", () => {
    const expressions = [...shown, ...rules().map(({ expr }) => expr)];
    expect(expressions.length).toBeGreaterThan(80);
    expect(expressions.flatMap(metricsIn).filter((name) => !there.has(name))).toEqual([]);
    // The test would see one that there is not.
    expect(metricsIn('sum by (x) (rate(timos_gone_total{a="b"}[5m])) > on() y')).toEqual([
      "timos_gone_total",
      "y",
    ]);
  });

  it("show each metric of ours", () => {
    const read = shown.flatMap(metricsIn).map((name) => name.replace(/_(bucket|sum|count)$/, ""));
    const hidden = ours.filter((name) => !read.includes(name) && !shown.join().includes(name));
    expect(hidden).toEqual([]);
  });

  it("name for each alert what to do, in a section that there is", () => {
    const sections = new Set(
      [...page("alerts.md").matchAll(/^## (\w+)$/gm)].map(([, name]) => name ?? ""),
    );
    const alerts = rules().filter(({ alert }) => alert !== undefined);
    expect(alerts.map(({ alert }) => alert).sort()).toEqual([...sections].sort());
    for (const { alert, runbook } of alerts) {
      expect(runbook).toBe(`docs/operations/alerts.md#${(alert ?? "").toLowerCase()}`);
    }
  });

  // eslint-disable-next-line no-restricted-properties -- whether this machine has a program is no setting of ours
  const promtool = (process.env["PATH"] ?? "")
    .split(":")
    .map((folder) => join(folder, "promtool"))
    .find((file) => existsSync(file));
  const judged = promtool === undefined ? it.skip : it;
  const reason = promtool === undefined ? " (promtool is not installed)" : "";
  judged(
    `are taken by Prometheus and fire when they should; the metrics are taken too${reason}`,
    async () => {
      const run = (args: readonly string[], input = "") =>
        execFileSync(promtool ?? "", args, { cwd: FOLDER, input, encoding: "utf8", stdio: "pipe" });
      expect(run(["check", "rules", "alerts.yml"])).toContain("SUCCESS");
      // That they wait for what they should, by examples.
      expect(run(["test", "rules", "alerts.test.yml"])).toContain("SUCCESS");
      const { registry } = openMetrics();
      // It says nothing when it has nothing to say.
      expect(run(["check", "metrics"], await registry.metrics())).toBe("");
    },
  );
});

describe("docs/operations/metrics.md", () => {
  it("describes each metric of ours, and no other", () => {
    const described = [...page("metrics.md").matchAll(/^\| `(timos_\w+)`/gm)].map(
      ([, name]) => name,
    );
    expect(described.sort()).toEqual([...ours].sort());
  });
});
