import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "./files.ts";
import type { Place } from "./mariadb-folder.ts";
import type { Program } from "./program.ts";
import { readSecret } from "./secrets.ts";

interface RedisSettings extends Place {
  readonly port: number;
}

/** The private Redis (or Valkey) as a program. */
export function redisProgram(settings: RedisSettings): Program {
  const { dataFolder, runFolder, port, engine, ephemeral } = settings;
  const folder = join(dataFolder, "redis");
  // A file and not arguments, which every user of the machine can read in the list of processes.
  const configFile = join(runFolder, "redis.conf");
  return {
    name: "redis",
    command: engine.server({ kind: "redis", port, folders: [dataFolder, runFolder] }, [configFile]),
    logFile: join(dataFolder, "redis.log"),
    prepare: () => {
      makePrivateFolder(folder);
      const lines = [
        `port ${port}`,
        `bind ${engine.bindAddress}`,
        `dir ${JSON.stringify(folder)}`,
        `requirepass ${readSecret(dataFolder, "secrets/redis_password")}`,
        "maxmemory-policy noeviction",
        "daemonize no",
        ...(ephemeral
          ? ['save ""', "appendonly no"]
          : ["save 300 1", "appendonly yes", "appendfsync everysec"]),
      ];
      writeFileSync(configFile, `${lines.join("\n")}\n`, { mode: 0o600 });
    },
    isReady: (output) => {
      if (!output().includes("Ready to accept connections")) return false;
      rmSync(configFile, { force: true });
      return true;
    },
    readyWithinSeconds: 60,
    stopWithinSeconds: 20,
  };
}

/** The address of the private Redis. */
export const redisUrl = (dataFolder: string, port: number): string =>
  `redis://:${readSecret(dataFolder, "secrets/redis_password")}@127.0.0.1:${port}`;
