import { join } from "node:path";
import { beginRun, endRun, type BegunRun } from "../../api/src/platform/operation-runs.ts";
import { openPlace, type BackupPlace } from "../backup/place.ts";
import { openStore } from "../backup/store/open.ts";
import type { Manifest } from "../backup/manifest.ts";
import { openInstallation, withSecretsOf } from "../keys/installation.ts";
import { count, meter } from "../keys/terminal.ts";
import { asError } from "../launcher/files.ts";
import { readSettings, type Environment } from "../launcher/settings.ts";
import { choose, NEWEST } from "../restore/chosen.ts";
import type { Backups } from "../restore/load.ts";
import {
  refuseFullDisk,
  refuseMissingMasterKeys,
  refuseNewer,
  storedBytes,
} from "../restore/refusals.ts";
import { findOpeners, refuseWrongIdentity } from "../restore/secrets.ts";
import { checkAudit, checkErasures, checkVaults, type Finding } from "./checks.ts";
import { withRestored } from "./scratch.ts";

const SETS = ["platform", "vault", "keys"] as const;

/**
 * Restores the newest backups into a server of its own and looks whether everything is there and opens. Nothing in use is
 * touched, and nothing is left of it but the note of what came out.
 *
 * @param from - Where the backups are; undefined for those of the data folder.
 * @returns whether nothing is amiss.
 */
export async function drill(
  from: string | undefined,
  env: Environment,
  signal: AbortSignal,
): Promise<boolean> {
  const began = performance.now();
  const notes = await openNotes(env);
  try {
    const { findings, manifests } = await prove(from, env, signal);
    const seconds = Math.round((performance.now() - began) / 1000);
    for (const line of tableOf(findings)) console.log(line);
    const amiss = findings.filter(({ isFine }) => !isFine);
    const names = [...new Set(manifests.map(({ id }) => id))].join(", ");
    console.log(
      amiss.length === 0
        ? `The backup ${names} restores: proven in ${seconds} s.`
        : `The drill FAILED: ${amiss.map(({ what }) => what).join(", ")} of the backup ${names}.`,
    );
    await notes.end(amiss.length === 0, manifests, { seconds, amiss: amiss.length });
    return amiss.length === 0;
  } catch (error) {
    await notes.end(false, [], {});
    throw error;
  } finally {
    await notes.close();
  }
}

async function prove(
  from: string | undefined,
  env: Environment,
  signal: AbortSignal,
): Promise<{ findings: readonly Finding[]; manifests: readonly Manifest[] }> {
  const { dataFolder } = readSettings(env, { isDev: false });
  const { key, identities, keyring } = findOpeners(env, dataFolder, null);
  if (key === null)
    throw new Error("there is no backup_key here, so no backup was made here either.");
  const store = await openStore(from ?? join(dataFolder, "backups"), env);
  try {
    const wish = {
      sets: ["platform", "vault"],
      withKeys: true,
      backup: NEWEST,
      at: undefined,
    } as const;
    const { journal, keys, isOneState } = await choose(store, wish, key);
    const manifests = [...journal, ...(keys === null ? [] : [keys])];
    refuseNewer(manifests);
    await refuseWrongIdentity(manifests, identities);
    if (keys !== null) refuseMissingMasterKeys(keys, keyring);
    refuseFullDisk(dataFolder, manifests);
    const backups: Backups = { store, identities, manifests };
    const findings = await withRestored(dataFolder, backups, signal, async (urls) => {
      const installation = await openInstallation({
        ...withSecretsOf(dataFolder, env),
        PLATFORM_DATABASE_URL: urls.platform,
        PLATFORM_DATABASE_URL_FILE: undefined,
        VAULT_DATABASE_URL: urls.vault,
        VAULT_DATABASE_URL_FILE: undefined,
      });
      try {
        // The audit first: whatever is opened adds to it.
        const takenAt = new Date(journal[0]?.takenAt ?? 0);
        const ofVault = journal.find(({ set }) => set === "vault");
        const startedAt = new Date(ofVault?.startedAt ?? 0);
        return [
          restoredFinding(manifests),
          await checkAudit(installation, takenAt),
          await checkErasures(installation),
          ...(await checkVaults(installation, { isOneState, startedAt }, meter())),
        ];
      } finally {
        await installation.close();
      }
    });
    return { findings, manifests };
  } finally {
    store.close();
  }
}

/** That it was loaded at all: each table was compared with the count of the manifest. */
function restoredFinding(manifests: readonly Manifest[]): Finding {
  const tables = manifests.flatMap((manifest) => manifest.tables);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const detail = `${tables.length} tables with ${count(rows)} rows, as the manifests say; migrated to today`;
  return { what: "tables", isFine: true, detail, faults: [] };
}

function tableOf(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.flatMap(({ what, isFine, detail, faults }) => [
    `${isFine ? "✓" : "✗"} ${what.padEnd(width)}  ${detail}`,
    ...faults.map((fault) => `  ${"".padEnd(width)}  ${fault}`),
  ]);
}

interface Notes {
  end(
    isProven: boolean,
    manifests: readonly Manifest[],
    facts: Record<string, number>,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Where the drill is noted: on the platform in use. That is away is no reason not to drill. */
async function openNotes(env: Environment): Promise<Notes> {
  let place: BackupPlace | undefined;
  let run: BegunRun | undefined;
  const failed = (error: unknown) =>
    console.error(`The drill cannot be noted: ${asError(error).message}`);
  try {
    place = await openPlace(env, (line) => console.log(line));
    run = await beginRun(place.execute, "drill", SETS, new Date());
  } catch (error) {
    failed(error);
  }
  return {
    end: async (isProven, manifests, facts) => {
      if (place === undefined || run === undefined) return;
      const [first] = manifests;
      const result = {
        outcome: isProven ? "ok" : "failed",
        backupId: first?.id ?? null,
        takenAt: first === undefined ? null : new Date(first.takenAt),
        bytes: storedBytes(manifests),
        facts,
      } as const;
      await endRun(place.execute, run, result, new Date()).catch(failed);
    },
    close: async () => {
      await place?.close();
    },
  };
}
