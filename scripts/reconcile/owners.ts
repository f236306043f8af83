import type { RowDataPacket } from "mysql2/promise";
import { DecryptionError } from "../../api/src/crypto/decryption-error.ts";
import type { Execute } from "../../api/src/lib/database.ts";
import { hex } from "../../api/src/lib/ids.ts";
import { jsonOf } from "../../api/src/platform/rotation-statements.ts";
import { findState, type VaultState } from "../../api/src/platform/state-statements.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { acceptVault } from "../../api/src/vault/integrity.ts";
import { lockHead } from "../../api/src/vault/statements.ts";
import { openVault } from "../../api/src/vault/user-vault.ts";
import type { Installation } from "../keys/installation.ts";
import type { Findings } from "./findings.ts";

const OWNERS_AT_ONCE = 1000;

type OwnerId = Uint8Array;

/** How the vault of an owner stands to what the platform knows of it. */
type Standing =
  | { readonly is: "equal" | "vaults_violated" | "heads_missing" | "states_missing" }
  | { readonly is: "revisions_behind" | "revisions_ahead"; readonly by: number };

/**
 * Compares the revision of every owner's vault with what the platform knows, a thousand owners at a time.
 *
 * @param isAccepting - Takes the vaults that are of another time for what they should be: one of the two databases was put
 * back on purpose. One that is known to be violated stays so; whoever is killed while taking one leaves it violated.
 */
export async function compareRevisions(
  installation: Installation,
  findings: Findings,
  isAccepting: boolean,
): Promise<void> {
  for await (const owners of listOwners(installation.platformDatabase.execute)) {
    const ids = owners.map(({ ownerId }) => ownerId);
    const states = await readRevisions(
      installation.platformDatabase.execute,
      "SELECT t.owner_id, t.rev, t.next_rev, t.violated_at IS NOT NULL AS violated",
      "vault_states",
      ids,
    );
    const heads = await readRevisions(
      installation.vaultDatabase.execute,
      "SELECT t.owner_id, t.rev",
      "vault_heads",
      ids,
    );
    for (const { ownerId, userId } of owners) {
      const id = hex(ownerId);
      const seen = standingOf(heads.get(id)?.rev ?? null, states.get(id) ?? null);
      if (seen.is === "equal") continue;
      // The two were not read at one moment, and somebody may write.
      const standing = await standingUnderLock(installation, ownerId);
      if (standing.is === "equal") continue;
      const isExplained = isAccepting && standing.is !== "vaults_violated";
      findings.note(standing.is, id, isExplained && (await accept(installation, userId)));
      if ("by" in standing) {
        findings.figure(standing.is, "revisions", standing.by);
        findings.figure(standing.is, "most", standing.by, "max");
      }
    }
  }
}

interface Known {
  readonly rev: number;
  readonly nextRev: number | null;
  readonly isViolated: boolean;
}

function standingOf(rev: number | null, state: Known | null): Standing {
  if (state === null) return { is: rev === null ? "equal" : "states_missing" };
  if (state.isViolated) return { is: "vaults_violated" };
  if (rev === null) return { is: "heads_missing" };
  const { rev: known, nextRev } = state;
  if (rev === known || rev === nextRev) return { is: "equal" };
  const last = Math.max(known, nextRev ?? 0);
  return rev > last
    ? { is: "revisions_ahead", by: rev - last }
    : { is: "revisions_behind", by: known - rev };
}

async function standingUnderLock(
  { platformDatabase, vaultDatabase }: Installation,
  ownerId: OwnerId,
): Promise<Standing> {
  return vaultDatabase.transaction(async (execute) => {
    const head = await lockHead(execute, ownerId);
    const state = await findState(platformDatabase.execute, ownerId);
    return standingOf(head?.rev ?? null, state && known(state));
  });
}

const known = ({ rev, nextRev, violatedAt }: VaultState): Known => ({
  rev,
  nextRev,
  isViolated: violatedAt !== null,
});

/** @returns whether it was taken as it is; not when its keys do not unwrap, or what they sealed does not open. */
async function accept(installation: Installation, userId: string): Promise<boolean> {
  const use = { actor: "operator", purpose: "reconcile", requestId: null } as const;
  try {
    await acceptVault(await asSystem(() => openVault(installation, userId, use)), "reconcile");
    return true;
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    return false;
  }
}

/** Every owner who has data keys, in the order of their ids. */
async function* listOwners(
  execute: Execute,
): AsyncGenerator<readonly { readonly ownerId: OwnerId; readonly userId: string }[]> {
  for (let after: OwnerId = new Uint8Array(0); ;) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT owner_id, user_id FROM user_deks WHERE owner_id > ?
       ORDER BY owner_id, version LIMIT ${OWNERS_AT_ONCE}`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    const owners = new Map(
      rows.map((row) => {
        const ownerId = row["owner_id"] as OwnerId;
        return [hex(ownerId), { ownerId, userId: String(row["user_id"]) }];
      }),
    );
    yield [...owners.values()];
    after = last["owner_id"] as OwnerId;
  }
}

async function readRevisions(
  execute: Execute,
  select: string,
  table: "vault_states" | "vault_heads",
  owners: readonly OwnerId[],
): Promise<ReadonlyMap<string, Known>> {
  const rows = await execute<RowDataPacket[]>(
    `${select} FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN ${table} t ON t.owner_id = UNHEX(o.owner)`,
    [jsonOf(owners)],
  );
  return new Map(
    rows.map((row) => [
      hex(row["owner_id"] as OwnerId),
      {
        rev: Number(row["rev"]),
        nextRev: (row["next_rev"] ?? null) === null ? null : Number(row["next_rev"]),
        isViolated: Number(row["violated"] ?? 0) === 1,
      },
    ]),
  );
}
