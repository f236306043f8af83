import { stagedKey } from "../../api/src/crypto/keyring.ts";
import { countDekStates, listDekHistories } from "../../api/src/platform/dek-rotation.ts";
import { countWraps } from "../../api/src/platform/rotation-statements.ts";
import { isEqual } from "../../api/src/crypto/digest.ts";
import { countAllBoxes } from "../../api/src/vault/rotation/platform-boxes.ts";
import { asError } from "../launcher/files.ts";
import type { Installation } from "./installation.ts";
import { readKeys } from "./keyring-file.ts";
import { keyringOf } from "./rotate-mek.ts";
import { count } from "./terminal.ts";

/** @returns whether every data key is under a master key that is at hand. */
export async function status(inst: Installation, hasRows: boolean): Promise<boolean> {
  const areProvidersWell = await showProviders(inst);
  const areReferencesKnown = await showReferences(inst);
  await showVersions(inst, hasRows);
  return areProvidersWell && areReferencesKnown;
}

async function showProviders(inst: Installation): Promise<boolean> {
  let areWell = true;
  for (const [i, name] of inst.meks.names.entries()) {
    const provider = inst.meks.of(name);
    const trouble = await provider.health().then(
      () => null,
      (error: unknown) => asError(error).message,
    );
    if (trouble !== null) areWell = false;
    const use = i === 0 ? "makes new wraps" : "opens only";
    console.log(`Provider ${name}: ${use}, current key ${await provider.current()}`);
    console.log(`  ${trouble === null ? "reachable" : `NOT USABLE: ${trouble}`}`);
    if (name === "local") showKeyring(keyringOf(inst));
  }
  return areWell;
}

function showKeyring(file: string): void {
  console.log(`Keyring: ${file}`);
  const keys = readKeys(file);
  const staged = stagedKey(keys);
  for (const key of keys) {
    const words = key === staged ? "staged" : key.status === "active" ? "active" : "opens only";
    console.log(`  local:${key.id}  ${words.padEnd(10)}  made ${key.createdAt.toISOString()}`);
  }
}

async function showReferences({ meks, platformDatabase, vaultDatabase, config }: Installation) {
  const [platform, vault] = await Promise.all([
    countWraps(platformDatabase.execute, "dek_wraps"),
    countWraps(vaultDatabase.execute, "vault_keys"),
  ]);
  console.log("Data keys wrapped under each master key:");
  const references = [...new Set([...platform.keys(), ...vault.keys()])].sort();
  const { local } = config.vault.masterKeys;
  const keyring = local === undefined ? [] : readKeys(local.file);
  let areKnown = true;
  for (const reference of references) {
    const counts = `platform ${count(platform.get(reference) ?? 0)}, vault ${count(vault.get(reference) ?? 0)}`;
    const isLocal = reference.startsWith("local:");
    const isHere = isLocal
      ? keyring.some(({ id }) => reference === `local:${id}`)
      : meks.names.some((name) => reference.startsWith(`${name}:`));
    const lack = isLocal ? "NOT IN THE KEYRING" : "ITS PROVIDER IS NOT CONFIGURED";
    console.log(`  ${reference}  ${counts}${isHere ? "" : `  ${lack}`}`);
    if (!isHere) areKnown = false;
  }
  if (references.length === 0) console.log("  none yet");
  const target = await meks.current();
  const left = [platform, vault]
    .flatMap((counts) => [...counts])
    .reduce((sum, [ref, n]) => sum + (ref === target ? 0 : n), 0);
  if (left > 0) console.log(`Rotation under way: ${count(left)} wraps are not under ${target}.`);
  return areKnown;
}

async function showVersions(inst: Installation, hasRows: boolean): Promise<void> {
  const { states, unswept } = await countDekStates(inst.platform);
  const words = [...states].map(([state, n]) => `${state} ${count(n)}`).join(", ");
  console.log(`Versions of data keys: ${words === "" ? "none yet" : words}`);
  const pending = states.get("pending") ?? 0;
  if (pending + unswept > 0) {
    console.log(
      `Rotations under way: ${count(pending)} waiting for their new key, ${count(unswept)} former keys with rows perhaps left.`,
    );
  }
  if (!hasRows) return;
  let [rows, owners] = [0, 0];
  for await (const histories of listDekHistories(inst.platform, null)) {
    for (const { ownerId, versions } of histories) {
      const active = versions.find((dek) => dek.state === "active")?.dekId;
      const boxes = await countAllBoxes(inst, ownerId);
      const stale = boxes
        .filter(({ dekId }) => active === undefined || !isEqual(dekId, active))
        .reduce((sum, named) => sum + named.rows, 0);
      rows += stale;
      if (stale > 0) owners++;
    }
  }
  console.log(`Rows under former data keys: ${count(rows)}, of ${count(owners)} owners.`);
}
