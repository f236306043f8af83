import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { findProgram } from "../lib/bootstrap.mjs";
import type { Engine } from "./engine.ts";

const IMAGES = { mariadb: "mariadb:11", redis: "redis:7" } as const;
const PROGRAMS = { mariadb: "mariadbd", redis: "redis-server" } as const;

/**
 * Runs the two servers as containers in the foreground, with their data in the data folder and their ports on
 * loopback, when a Docker engine answers. The last resort: no test runs it, so programs of the system come first.
 */
export function dockerEngine(dataFolder: string): Engine | undefined {
  const docker = findProgram("docker");
  if (docker === undefined) return undefined;
  const info = spawnSync(docker, ["info"], { stdio: "ignore", timeout: 10_000 });
  if (info.status !== 0) return undefined;

  const mark = createHash("sha256").update(dataFolder).digest("hex").slice(0, 12);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const run = (folders: readonly string[], options: string[]): [string, ...string[]] => [
    docker,
    "run",
    "--rm",
    `--user=${user}`,
    // The same paths inside as outside, so that the servers' own settings need no translation.
    ...folders.flatMap((folder) => ["--volume", `${folder}:${folder}`]),
    ...options,
  ];
  return {
    server: ({ kind, port, folders }, args) => {
      const name = `timos-${mark}-${kind}`;
      // Left over from a launcher that was killed; nobody else uses this name.
      spawnSync(docker, ["rm", "--force", name], { stdio: "ignore" });
      const publish = `--publish=127.0.0.1:${port}:${port}`;
      const entry = [`--name=${name}`, publish, `--entrypoint=${PROGRAMS[kind]}`, IMAGES[kind]];
      return run(folders, [...entry, ...args]);
    },
    installer: (folders, args) =>
      run(folders, ["--entrypoint=mariadb-install-db", IMAGES.mariadb, ...args]),
    bindAddress: "0.0.0.0",
    accountHosts: ["%"],
    hasSocket: false,
  };
}
