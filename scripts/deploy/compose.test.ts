import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import * as z from "zod";
import { readConfig, readKeysConfig } from "../../api/src/config.ts";
import { ERRORS } from "../../api/src/contract/errors.ts";
import { findProgram } from "../lib/bootstrap.mjs";
import { commandsOf } from "./commands.ts";
import { COMPOSE_SECRETS, ensureComposeSecrets, FOLDERS } from "./compose-secrets.ts";

const ROOT = join(import.meta.dirname, "../..");
const textOf = (name: string) => readFileSync(join(ROOT, name), "utf8");

const Words = z.record(z.string(), z.unknown());
const Reference = z.union([
  z.string(),
  z.object({ source: z.string() }).transform((of) => of.source),
]);
const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.object({ context: z.literal("."), target: z.string() }).optional(),
      command: z.array(z.string()).optional(),
      user: z.string().regex(/^\d+:\d+$/),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal("ALL")]),
      cap_add: z.array(z.string()).default([]),
      security_opt: z.tuple([z.literal("no-new-privileges:true")]),
      privileged: z.undefined().optional(),
      restart: z.enum(["unless-stopped", "no"]),
      mem_limit: z.string(),
      pids_limit: z.number(),
      environment: z.record(z.string(), z.string()).default({}),
      secrets: z.array(Reference).default([]),
      volumes: z.array(z.string()).default([]),
      networks: z.array(z.string()).default([]),
      network_mode: z.string().optional(),
      ports: z.array(z.string()).default([]),
      profiles: z.array(z.string()).default([]),
      healthcheck: Words.optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
    }),
  ),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
  volumes: Words,
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

const compose = Compose.parse(parse(textOf("docker-compose.yml"), { merge: true }));
const services = Object.entries(compose.services);
const dockerfile = textOf("Dockerfile");
/** The services of which something holds, in order. */
const those = (holds: (service: (typeof services)[number][1]) => boolean) =>
  services.filter(([, service]) => holds(service)).map(([name]) => name);
const inNetwork = (name: string) => those(({ networks }) => networks.includes(name)).sort();
const fileOf = (secret: string) =>
  (compose.secrets[secret]?.file ?? "").replace("./deploy/secrets/", "");

describe("docker-compose.yml", () => {
  it("gives every service a user who is not root, except for the one that makes the secrets", () => {
    expect(those(({ user }) => user.startsWith("0:"))).toEqual(["bootstrap"]);
    expect(those(({ cap_add }) => cap_add.length > 0)).toEqual(["caddy", "bootstrap"]);
    expect(compose.services["bootstrap"]).toMatchObject({
      profiles: ["setup"],
      network_mode: "none",
      networks: [],
    });
  });

  it("opens no port but those of the web", () => {
    expect(those(({ ports }) => ports.length > 0)).toEqual(["caddy"]);
    expect(compose.services["caddy"]?.ports).toEqual(["80:80", "443:443", "443:443/udp"]);
  });

  it("lets each reach what it needs, and nobody else", () => {
    const operations = ["backup", "operations"];
    const databases = ["api", "worker", "migrate", ...operations];
    expect(
      Object.fromEntries(Object.keys(compose.networks).map((name) => [name, inNetwork(name)])),
    ).toEqual({
      edge: ["caddy"],
      "front-api": ["api", "caddy"],
      "front-web": ["caddy", "web"],
      outside: ["api", "worker", ...operations].sort(),
      "platform-db": [...databases, "platform-db"].sort(),
      "vault-db": [...databases, "vault-db"].sort(),
      redis: ["api", "operations", "redis", "worker"],
      storage: [...operations, "storage"].sort(),
    });
    const open = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
    expect(open.map(([name]) => name)).toEqual(["edge", "outside"]);
  });

  it("names networks, volumes and services that are there, and needs all of them", () => {
    const used = {
      networks: services.flatMap(([, { networks }]) => networks),
      volumes: services.flatMap(([, service]) =>
        service.volumes
          .map((each) => each.split(":")[0] ?? "")
          .filter((name) => !name.startsWith(".")),
      ),
      secrets: services.flatMap(([, service]) => service.secrets),
    };
    for (const kind of ["networks", "volumes", "secrets"] as const) {
      expect([...new Set(used[kind])].sort()).toEqual(Object.keys(compose[kind]).sort());
    }
    for (const [, { depends_on }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const other = compose.services[name];
        expect(other).toBeDefined();
        // What waits for health waits for ever where there is none to be asked for.
        const isBuiltHere = /^timos-(api|web)/.test(other?.image ?? "");
        if (condition === "service_healthy") {
          expect(isBuiltHere || other?.healthcheck !== undefined).toBe(true);
        }
      }
    }
  });

  it("has every secret in a file that the first run makes, and in no variable", () => {
    const files = Object.keys(compose.secrets).map(fileOf);
    const ofKeys = COMPOSE_SECRETS.filter((name) => name.startsWith("keys/"));
    expect([...files, ...ofKeys].sort()).toEqual([...COMPOSE_SECRETS].sort());
    for (const [, { environment, secrets, volumes }] of services) {
      const telling = Object.entries(environment).filter(
        ([name]) =>
          /(_URL|PASSWORD|TOKEN|SECRET|KEY|PEPPER)$/.test(name) &&
          !/^(APP|AWS_ENDPOINT)_URL$/.test(name),
      );
      expect(telling).toEqual([]);
      for (const path of Object.values(environment)) {
        const [, secret, key] =
          /^\/run\/(?:secrets\/(\w+)|timos\/(keys\/[\w.]+))$/.exec(path) ?? [];
        if (secret !== undefined) expect(secrets).toContain(secret);
        if (key !== undefined) expect(COMPOSE_SECRETS).toContain(key);
        if (key !== undefined)
          expect(volumes.join()).toContain("./deploy/secrets/keys:/run/timos/keys");
      }
    }
  });

  it("shows the API no account but its own, and the web nothing", () => {
    const seenBy = (name: string) => compose.services[name]?.secrets.map(fileOf).sort();
    const ofApi = [
      "metrics_token",
      "platform_database_url",
      "redis_url",
      "smtp_url",
      "vault_database_url",
    ];
    expect(seenBy("api")).toEqual(ofApi);
    expect(seenBy("worker")).toEqual(ofApi);
    expect(seenBy("web")).toEqual([]);
    expect(compose.services["web"]).toMatchObject({ volumes: [], environment: {} });
    expect(seenBy("caddy")).toEqual([]);
    expect(compose.services["api"]?.volumes).toContain("./deploy/secrets/keys:/run/timos/keys:ro");
  });

  it("runs images that cannot be changed afterwards, and builds those that are ours", () => {
    const images = services.map(([, { image }]) => image);
    const ours = /^timos-(api|web|operations):\$\{TIMOS_VERSION:-latest\}$/;
    expect(
      images.filter((image) => !ours.test(image) && !/@sha256:[0-9a-f]{64}$/.test(image)),
    ).toEqual([]);
    for (const [, { image, build }] of services.filter(([, each]) => ours.test(each.image))) {
      expect(image).toContain(`timos-${build?.target ?? "?"}:`);
      expect(dockerfile).toMatch(new RegExp(`^FROM runtime AS ${build?.target ?? "?"}$`, "m"));
    }
  });

  it("gives the operations image commands that it has", () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(textOf("package.json")));
    const commands = commandsOf(scripts);
    const given = those(({ image }) => image.startsWith("timos-operations"))
      .flatMap((name) => compose.services[name]?.command?.[0] ?? [])
      .sort();
    expect(given).toEqual(["db:migrate", "deploy:schedule", "deploy:secrets"]);
    for (const name of [...given, "backup", "drill", "restore", "keys:rotate", "deploy:accounts"]) {
      const file = commands.get(name)?.file ?? "";
      expect(textOf(file)).not.toBe("");
    }
    expect(commands.get("keys:rotate")?.args).toEqual(["rotate"]);
    expect(commands.has("test")).toBe(false);
  });
});

describe("the API under docker compose", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "timos-compose-"));
    for (const { name } of FOLDERS) mkdirSync(join(folder, name), { recursive: true });
    ensureComposeSecrets(folder, {
      kit: undefined,
      give: (path, _, mode) => chmodSync(path, mode),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As a container sees it: what stands in .env or is the default, and the files of the first run. */
  function environmentOf(name: string, dotenv: Readonly<Record<string, string>>) {
    const here = (path: string) =>
      path
        .replace(/^\/run\/secrets\/(\w+)$/, (_, secret: string) => join(folder, fileOf(secret)))
        .replace(/^\/run\/timos\//, `${folder}/`);
    const entries = Object.entries(compose.services[name]?.environment ?? {}).map(
      ([variable, value]) => [variable, here(interpolated(value, dotenv))] as const,
    );
    return Object.fromEntries(entries);
  }

  it("has a configuration that it starts with, as does the worker", () => {
    const config = readConfig(environmentOf("api", { TIMOS_DOMAIN: "timos.example" }));
    expect(config).toMatchObject({
      isProduction: true,
      http: {
        host: "0.0.0.0",
        port: 4000,
        appUrl: "https://timos.example",
        trustedProxies: ["172.30.77.0/29"],
      },
      platform: { database: { host: "platform-db", user: "timos_platform_app" } },
      vault: { database: { host: "vault-db", user: "timos_vault_app" }, keysBackupDays: 7 },
      mail: { smtpUrl: undefined, outboxDir: "/var/lib/timos/outbox" },
    });
    expect(config.redisUrl).toMatch(/^redis:\/\/:[\w-]{43}@redis:6379$/);
    expect(environmentOf("worker", {})).toEqual(environmentOf("api", {}));
  });

  it("sends mail once there is a server for it", () => {
    chmodSync(join(folder, "smtp_url"), 0o600);
    writeFileSync(join(folder, "smtp_url"), "smtps://user:word@mail.example:465\n");
    const dotenv = { TIMOS_DOMAIN: "timos.example", SMTP_URL_FILE: "/run/secrets/smtp_url" };
    expect(readConfig(environmentOf("api", dotenv)).mail.smtpUrl).toContain("mail.example");
  });

  it("finds its keys where the commands of operating it have them", () => {
    const keys = readKeysConfig(environmentOf("operations", {}));
    expect(keys.vault.masterKeys.local?.file).toBe(join(folder, "keys/keyring"));
    expect(keys.auth.tokenKey).toBeDefined();
  });
});

/** `${NAME:-default}`, `${NAME-default}` and `${NAME:?message}`, as Compose has them. */
const interpolated = (text: string, values: Readonly<Record<string, string>>) =>
  text.replace(/\$\{(\w+)(?::?-([^}]*)|:\?[^}]*)?\}/g, (_, name: string, standard = "") =>
    String(values[name] ?? standard),
  );

describe("the images", () => {
  it("begin with a base that cannot be changed afterwards, and end without root", () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=\S+:24\.\S+@sha256:[0-9a-f]{64}$/m);
    const bases = [...dockerfile.matchAll(/^FROM (\S+) AS/gm)].map(([, base]) => base);
    const stages = [...dockerfile.matchAll(/ AS (\S+)$/gm)].map(([, stage]) => stage);
    expect(bases.filter((base) => base !== "${NODE_IMAGE}" && !stages.includes(base))).toEqual([]);
    for (const target of ["api", "web", "operations"]) {
      const stage = new RegExp(`^FROM runtime AS ${target}\n[^]*?(?=^FROM |$(?![^]))`, "m").exec(
        dockerfile,
      );
      const users = [...(stage?.[0] ?? "").matchAll(/^USER (.+)$/gm)].map(([, user]) => user);
      expect([target, users]).toEqual([target, ["10001:10001"]]);
    }
    expect(textOf(".nvmrc").trim()).toBe("24");
  });

  it("are built of what is named, and of nothing else that lies about", () => {
    const lines = textOf(".dockerignore")
      .split("\n")
      .filter((line) => !/^(#|$)/.test(line));
    expect(lines[0]).toBe("*");
    expect(lines.filter((line) => line.startsWith("!"))).not.toContain("!deploy");
  });
});

describe("the Caddyfile", () => {
  const caddyfile = textOf("deploy/Caddyfile");

  it("answers for an API that is away as the API itself would", () => {
    const [, body = ""] = /respond `(\{.+\})` 503/.exec(caddyfile) ?? [];
    const problem = z.object({
      code: z.literal("overloaded"),
      title: z.string(),
      status: z.number(),
    });
    expect(problem.parse(JSON.parse(body))).toMatchObject(ERRORS.overloaded);
  });

  it("shows neither measurements nor what is for development", () => {
    expect(caddyfile).toMatch(
      /@hidden path \/metrics \/metrics\/\* \/dev \/dev\/\*\n\s+handle @hidden \{\n\s+respond 404/,
    );
    expect([...caddyfile.matchAll(/reverse_proxy (\S+)/g)].map(([, to]) => to)).toEqual([
      "api:4000",
      "web:3000",
    ]);
  });
});

describe("what only other programs can judge", () => {
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8" });
    return { status, said: status === 0 ? "" : stdout + stderr };
  };
  const withProgram = (name: string) => {
    const program = findProgram(name);
    return program === undefined
      ? { it: it.skip, program: "", note: ` (skipped: ${name} is not installed)` }
      : { it, program, note: "" };
  };

  const terraform = withProgram("terraform");
  terraform.it(`Terraform's files are formatted${terraform.note}`, () => {
    const format = ["fmt", "-check", "-recursive", "deploy/terraform"];
    expect(run(terraform.program, ...format)).toEqual({ status: 0, said: "" });
  });

  const shellcheck = withProgram("shellcheck");
  shellcheck.it(`the shell scripts have none of the known faults${shellcheck.note}`, () => {
    const scripts = ["deploy/bootstrap.sh", ...["ci", "cloud-run"].flatMap(scriptsIn)];
    expect(run(shellcheck.program, ...scripts)).toEqual({ status: 0, said: "" });
  });
});

const scriptsIn = (folder: string) =>
  readdirSync(join(ROOT, "deploy", folder)).map((name) => `deploy/${folder}/${name}`);
