import { setTimeout as sleep } from "node:timers/promises";
import { recordEvents } from "../../api/src/platform/audit.ts";
import {
  destroyDek,
  listDekHistories,
  type DekHistory,
} from "../../api/src/platform/dek-rotation.ts";
import { countWraps } from "../../api/src/platform/rotation-statements.ts";
import { findState } from "../../api/src/platform/state-statements.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { countAllBoxes } from "../../api/src/vault/rotation/platform-boxes.ts";
import { deleteMirror } from "../../api/src/vault/rotation/statements.ts";
import type { Installation } from "./installation.ts";
import { readKeys, retire } from "./keyring-file.ts";
import { findUserId } from "./rotate-dek.ts";
import { keyringOf, settleSecondsOf } from "./rotate-mek.ts";
import { count, duration } from "./terminal.ts";

const DAY_MS = 86_400_000;

/**
 * Removes a master key from the keyring. Refused while a data key is under it in either database; looked at twice, since
 * a wrap that a server made under it a moment ago may be on its way.
 */
export async function retireMek(
  inst: Installation,
  mekRef: string,
  options: { isConfirmed: boolean; settleSeconds?: number },
): Promise<boolean> {
  if (!/^local:[0-9a-f]{16}$/.test(mekRef)) {
    throw new Error(
      `${mekRef} is no key of the keyring (local:<16 hex digits>). Others are retired where they are kept.`,
    );
  }
  const file = keyringOf(inst);
  const key = readKeys(file).find(({ id }) => mekRef === `local:${id}`);
  if (key === undefined) throw new Error(`The keyring ${file} does not have ${mekRef}.`);
  if (await isMekInUse(inst, mekRef)) return false;
  if (key.status === "active") {
    throw new Error(`${mekRef} is the current key. First: npm run keys:rotate -- --mek`);
  }
  if (!options.isConfirmed) {
    console.error(
      `${mekRef} would be removed from ${file}, and no copy of it is kept. Backups of the keys that are older than its ` +
        "rotation need it: without it they open no journal. Say --yes once there are none.",
    );
    return false;
  }
  const settleSeconds = options.settleSeconds ?? settleSecondsOf(inst);
  console.log(
    `Nothing is under ${mekRef}. Looking once more in ${duration(settleSeconds)}, for what may be on its way.`,
  );
  await sleep(settleSeconds * 1000);
  if (await isMekInUse(inst, mekRef)) return false;
  await retire(file, key.id);
  await noteInAudit(inst, mekRef);
  console.log(
    `Removed ${mekRef} from ${file}. Copies of the keyring on other machines still have it.`,
  );
  return true;
}

async function noteInAudit({ platform, clock }: Installation, mekRef: string): Promise<void> {
  const event = { subject: null, actor: "operator", requestId: null } as const;
  const purpose = `keys:retire --mek ${mekRef}`;
  await asSystem(() =>
    recordEvents(platform, [{ ...event, action: "key.retired", purpose }], clock()),
  );
}

async function isMekInUse(
  { platformDatabase, vaultDatabase }: Installation,
  mekRef: string,
): Promise<boolean> {
  const counts = await Promise.all([
    countWraps(platformDatabase.execute, "dek_wraps"),
    countWraps(vaultDatabase.execute, "vault_keys"),
  ]);
  // A wrap whose reference was spelt otherwise by hand may need the key all the same: one of the keyring is in small letters.
  const isIt = (ref: string) => ref.trim().toLowerCase() === mekRef;
  const [platform = 0, vault = 0] = counts.map((inUse) =>
    [...inUse].reduce((sum, [ref, wraps]) => sum + (isIt(ref) ? wraps : 0), 0),
  );
  if (platform + vault === 0) return false;
  console.error(
    `${mekRef} is in use: ${count(platform)} data keys in the platform and ${count(vault)} in the vault are wrapped under it. ` +
      "Move them first: npm run keys:rotate -- --mek",
  );
  return true;
}

/** Destroys data keys that were swept at least `days` ago. */
export async function retireDeks(
  inst: Installation,
  options: { user: string | null; days: number; isConfirmed: boolean; isDryRun: boolean },
): Promise<boolean> {
  const who = options.user === null ? null : await findUserId(inst, options.user);
  const before = new Date(inst.clock().getTime() - options.days * DAY_MS);
  let [destroyed, due, refused] = [0, 0, 0];
  for await (const histories of listDekHistories(inst.platform, who)) {
    for (const history of histories) {
      for (const { version, state, sweptAt } of history.versions) {
        // The rest of a run that was killed; not what a vault that was put back brought along, and needs.
        if (state === "destroyed" && (await inUse(inst, history, version)) === null) {
          await deleteMirror(inst.vaultDatabase.execute, history.ownerId, version);
        }
        if (state !== "decrypt_only" || sweptAt === null || sweptAt > before) continue;
        due++;
        const why = await inUse(inst, history, version);
        if (why !== null) {
          refused++;
          console.error(`  user ${history.userId}, version ${version}: ${why}`);
        } else if (options.isConfirmed && !options.isDryRun) {
          const occasion = { now: inst.clock(), purpose: "keys:retire --dek" };
          if (await destroyDek(inst.platform, history, version, occasion)) destroyed++;
          await deleteMirror(inst.vaultDatabase.execute, history.ownerId, version);
        }
      }
    }
  }
  if (options.isConfirmed && !options.isDryRun) {
    console.log(
      `Destroyed ${count(destroyed)} data keys. Servers forget them within the time of their cache.`,
    );
  } else if (due > refused) {
    console.log(
      `Would destroy ${count(due - refused)} data keys. Journals in backups from before their rotation open no more after that` +
        (options.isDryRun ? ". Nothing was done." : ": say --yes."),
    );
  } else console.log("There is nothing to destroy.");
  return refused === 0 && (options.isDryRun || options.isConfirmed || due === 0);
}

/** Why a version cannot be destroyed, or null. */
async function inUse(
  inst: Installation,
  { ownerId }: DekHistory,
  version: number,
): Promise<string | null> {
  const boxes = await countAllBoxes(inst, ownerId);
  // Of whichever key: where two were made as one version, nothing of that version is destroyed.
  const rows = boxes
    .filter((named) => named.version === version)
    .reduce((sum, named) => sum + named.rows, 0);
  if (rows > 0) return `${count(rows)} rows are under it: npm run keys:doctor -- --rows --repair`;
  const state = await findState(inst.platformDatabase.execute, ownerId);
  return state?.dekVersion === version ? "the sum of the vault is made with it" : null;
}
