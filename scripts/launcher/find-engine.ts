import { ensureSystemPackages } from "../lib/bootstrap.mjs";
import { dockerEngine } from "./docker-engine.ts";
import { type Engine, type ServerKind, systemEngine } from "./engine.ts";
import { asError } from "./files.ts";
import type { Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";

/** The servers to start ourselves: those nobody else's address was given for. */
export const serversToStart = ({ given }: Settings): ServerKind[] => [
  ...(given.databases === undefined ? (["mariadb"] as const) : []),
  ...(given.redis === undefined ? (["redis"] as const) : []),
];

/**
 * Finds the servers on this system, else installs them with its package manager where that is allowed, else takes a
 * Docker engine that answers. Throws with the exact line to run when none of it works.
 */
export async function findEngine(settings: Settings, progress: Progress): Promise<Engine> {
  const kinds = serversToStart(settings);
  const installed = systemEngine(kinds);
  if (installed !== undefined) return installed;
  try {
    await ensureSystemPackages({
      packages: kinds,
      log: (line) => {
        progress.note(line);
      },
    });
  } catch (error) {
    const docker = dockerEngine(settings.dataFolder);
    if (docker !== undefined) {
      progress.note("MariaDB and Redis are not installed; running them in Docker");
      return docker;
    }
    throw new Error(
      `${asError(error).message}\nA running Docker engine would do as well, or databases of your own: ` +
        "set PLATFORM_DATABASE_URL, VAULT_DATABASE_URL and REDIS_URL.",
      { cause: error },
    );
  }
  const found = systemEngine(kinds);
  if (found === undefined) throw new Error("MariaDB or Redis was installed but is not found.");
  return found;
}
