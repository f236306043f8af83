import { connectTo } from "../backup/engine/place.ts";
import { makeWorkFolder } from "../backup/engine/work-folder.ts";
import { meter } from "../keys/terminal.ts";
import { systemEngine } from "../launcher/engine.ts";
import { socketIn } from "../launcher/mariadb.ts";
import { launch, type RunningProgram, waitUntilReady } from "../launcher/program.ts";
import type { DatabaseRole } from "../lib/backup-sets.ts";
import { planMariadb } from "../lib/services.ts";
import { loadDatabase, type Backups } from "../restore/load.ts";
import { makeAccount } from "../restore/target.ts";

/** Restores backups into a server that is thrown away, and does `work` with the addresses of the two databases. */
export async function withRestored<T>(
  dataFolder: string,
  backups: Backups,
  signal: AbortSignal,
  work: (urls: Readonly<Record<DatabaseRole, string>>) => Promise<T>,
): Promise<T> {
  const engine = systemEngine(["mariadb"]);
  if (engine === undefined) throw new Error("MariaDB (mariadbd) is not installed.");
  const folder = await makeWorkFolder(dataFolder);
  const { path, runFolder } = folder;
  let running: RunningProgram | undefined;
  try {
    const { program, port } = await planMariadb(
      { dataFolder: path, runFolder, engine, ephemeral: true },
      undefined,
      signal,
    );
    running = launch(program);
    folder.record(running.pid);
    await waitUntilReady(program, running, signal);
    const place = { kind: "private", dataFolder: path, socket: socketIn(runFolder) } as const;
    const account = await makeAccount(place);
    try {
      const urlOf = (database: string) =>
        `mysql://${account.user}:${account.password}@127.0.0.1:${port}/${database}`;
      const nameOf = (role: DatabaseRole) => `timos_${role}_restore_drill`;
      for (const role of ["platform", "vault"] as const) {
        const admin = await connectTo(place, role);
        const log = (line: string) => console.log(line);
        const into = { place, role, name: nameOf(role), urlOf, log };
        await loadDatabase(admin, into, backups, { meter: meter(), signal }).finally(() =>
          admin.end(),
        );
      }
      return await work({ platform: urlOf(nameOf("platform")), vault: urlOf(nameOf("vault")) });
    } finally {
      await account.drop();
    }
  } finally {
    await running?.stop({ hurry: true });
    folder.remove();
  }
}
