import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { installation } from "../installation.ts";

/** A connection to the Redis of the installation, for whoever opens it to end. */
export function openRedis(): Redis {
  const dataFolder = process.env["E2E_DATA_DIR"] ?? "";
  return new Redis({
    host: "127.0.0.1",
    port: installation().redis.port,
    password: readFileSync(join(dataFolder, "secrets", "redis_password"), "utf8").trim(),
  });
}
