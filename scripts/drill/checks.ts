import type { RowDataPacket } from "mysql2/promise";
import { chainKey } from "../../api/src/crypto/audit-chain.ts";
import { replayErasures } from "../../api/src/features/account/erase.ts";
import { describeFault } from "../../api/src/platform/audit-fault.ts";
import { placeAfter, verifyNext } from "../../api/src/platform/audit-verify.ts";
import { deleteErasedStates } from "../../api/src/platform/erasures.ts";
import { findState } from "../../api/src/platform/state-statements.ts";
import { deleteErasedRows } from "../../api/src/vault/erase.ts";
import { verifyVault } from "../../api/src/vault/integrity.ts";
import { findHead } from "../../api/src/vault/statements.ts";
import type { Installation } from "../keys/installation.ts";
import { count, type Meter } from "../keys/terminal.ts";
import { listOwners, withVault, type Owner } from "../restore/settle-vaults.ts";
import { openSample, type Sample } from "./sample.ts";

/** What one part of a drill came to. */
export interface Finding {
  readonly what: string;
  readonly isFine: boolean;
  /** What was looked at, in words. */
  readonly detail: string;
  /** What is amiss, each in a line. */
  readonly faults: readonly string[];
}

/** So many rows are opened at least, where there are as many. */
const SAMPLE_ROWS = 10_000;
/** The others are counted, not named. */
const NAMED_FAULTS = 20;

const finding = (what: string, detail: string, faults: readonly string[]): Finding => ({
  what,
  isFine: faults.length === 0,
  detail,
  faults:
    faults.length <= NAMED_FAULTS
      ? faults
      : [...faults.slice(0, NAMED_FAULTS), `and ${count(faults.length - NAMED_FAULTS)} more`],
});

/** Follows the chain of the audit as it was when the backup was taken. To be done before anything adds an event. */
export async function checkAudit(
  { config, platformDatabase }: Installation,
  takenAt: Date,
): Promise<Finding> {
  const { tokenKey, formerTokenKeys } = config.auth;
  if (tokenKey === undefined) {
    return finding("audit", "not verified", ["TOKEN_KEY is not set, without which it cannot be."]);
  }
  const keys = [tokenKey, ...formerTokenKeys].map(chainKey);
  const deps = { execute: platformDatabase.execute, keys, clock: () => takenAt };
  let place = await placeAfter(deps.execute, 0n);
  let [seals, events] = [0, 0];
  while (place !== null) {
    const step = await verifyNext(deps, place);
    seals += step.seals;
    events += step.events;
    // No worker seals what is looked at here.
    const isFine = step.fault === null || step.fault.kind === "sealing_stalled";
    const faults = isFine ? [] : [describeFault(step.fault)];
    if (faults.length > 0 || step.unsealed !== null) {
      return finding("audit", `${count(seals)} seals over ${count(events)} events`, faults);
    }
    place = step.place;
  }
  throw new Error("the chain of the audit has no beginning");
}

/** Destroys again what was erased, as a restore does, and looks whether a key of somebody erased is left. */
export async function checkErasures(installation: Installation): Promise<Finding> {
  const { platform, platformDatabase, vaultDatabase, clock, config } = installation;
  const { keysBackupDays } = config.vault;
  await replayErasures({ platform, vaultDatabase, clock, keysBackupDays });
  await deleteErasedRows(vaultDatabase);
  await deleteErasedStates(platform);
  const [row] = await platformDatabase.execute<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM erasures) AS erasures,
       (SELECT COUNT(*) FROM dek_wraps w JOIN erasures e ON e.owner_id = w.owner_id) AS wraps`,
    [],
  );
  const wraps = Number(row?.["wraps"]);
  const faults = wraps === 0 ? [] : [`${count(wraps)} keys of accounts that were erased are left`];
  return finding("erasures", `${count(Number(row?.["erasures"]))} replayed`, faults);
}

/** How what is proven was backed up. */
interface Taken {
  /**
   * Whether platform and vault are of one consistent state. Otherwise the platform may know of changes that the vault does
   * not have yet, which is no fault.
   */
  readonly isOneState: boolean;
  /** When backing up the vault began. */
  readonly startedAt: Date;
}

/**
 * Compares every vault with what the platform knows of it, and opens a sample: every n-th row of every table, one of each
 * version of each owner's keys in each, and with that every data key and every master key.
 *
 * A vault that is gone although it had been verified before was not written to meanwhile, and not everybody was.
 */
export async function checkVaults(
  installation: Installation,
  { isOneState, startedAt }: Taken,
  meter: Meter,
): Promise<Finding[]> {
  const { platformDatabase, tables } = installation;
  const owners = await listOwners(installation);
  const { rows, nobodys } = await countAllRows(installation, owners);
  const every = Math.max(1, Math.floor(rows / SAMPLE_ROWS));
  const sample: Sample = { opened: new Map(), unopened: [] };
  const locked: string[] = [];
  const violated: string[] = [];
  let [verified, behind, written] = [0, 0, 0];
  for (const [done, owner] of owners.entries()) {
    meter.show(done, owners.length, "vaults");
    const isOpen = await withVault(installation, owner, "drill", async (vault) => {
      const { ownerId } = vault.keys;
      const state = await findState(platformDatabase.execute, ownerId);
      const head = await findHead(vault.database.execute, ownerId);
      if ((state?.rev ?? 0) > 0) written++;
      const isBehind = !isOneState && (state?.rev ?? 0) > (head?.rev ?? 0);
      const isGone = head === null && (state?.verifiedAt ?? startedAt) < startedAt;
      if (isBehind && isGone) violated.push(`${owner.ownerId} lost all that was verified before`);
      else if (isBehind) behind++;
      else if ((await verifyVault(vault)).status !== "violated") verified++;
      else if (owner.wasViolated) violated.push(`${owner.ownerId} was violated before the backup`);
      else violated.push(`${owner.ownerId} does not hold what it should`);
      await openSample(installation, vault, owner.userId, every, sample);
    });
    if (!isOpen) locked.push(`the data keys of ${owner.ownerId} do not unwrap`);
  }
  meter.end();
  // Of one person alone it may be true.
  if (behind > 1 && behind === written) {
    violated.push("all vaults are at an earlier revision than the platform knows");
  }
  const opened = [...sample.opened.values()].flatMap((versions) => [...versions.values()]);
  const total = opened.reduce((sum, some) => sum + some, 0);
  const versions = new Set([...sample.opened.values()].flatMap((each) => [...each.keys()]));
  const ofVault = tables.reduce((sum, { table }) => sum + (sample.opened.get(table)?.size ?? 0), 0);
  const unopened = sample.unopened.map((name) => `${name} does not open`);
  if (rows > 0 && ofVault === 0) unopened.push(`none of ${count(rows)} rows opens`);
  return [
    finding("keys", `those of ${count(owners.length - locked.length)} people unwrapped`, locked),
    finding(
      "sums",
      `${count(verified)} vaults hold what they should` +
        (behind === 0 ? "" : `, ${count(behind)} were written to while they were backed up`),
      violated,
    ),
    finding(
      "boxes",
      `${count(total)} rows opened of ${count(rows)}, every ${every}. of each of ${tables.length} tables, under ${versions.size} versions of keys` +
        (nobodys === 0 ? "" : `; ${count(nobodys)} are of nobody`),
      unopened,
    ),
  ];
}

/** How many rows there are, and how many of them are of an owner whom no account is. */
async function countAllRows(
  { vaultDatabase, tables }: Installation,
  owners: readonly Owner[],
): Promise<{ rows: number; nobodys: number }> {
  const known = new Set(owners.map(({ ownerId }) => ownerId));
  let [rows, nobodys] = [0, 0];
  for (const { table } of tables) {
    const sql = `SELECT LOWER(HEX(owner_id)) AS owner, COUNT(*) AS count FROM ${table} GROUP BY owner_id`;
    for (const row of await vaultDatabase.execute<RowDataPacket[]>(sql, [])) {
      rows += Number(row["count"]);
      if (!known.has(String(row["owner"]))) nobodys += Number(row["count"]);
    }
  }
  return { rows, nobodys };
}
