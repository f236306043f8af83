import type { RowDataPacket } from "mysql2/promise";
import { DecryptionError } from "../../api/src/crypto/decryption-error.ts";
import { MekUnavailable, MekUnknown } from "../../api/src/vault/mek/provider.ts";
import type { Installation } from "../keys/installation.ts";
import type { Findings } from "./findings.ts";

/** What no master key ever wrapped: it opens as nothing, and says whether there is a key to try it with. */
const NOTHING = new Uint8Array(60);
const NOBODY = { ownerId: new Uint8Array(16), version: 1, dekId: new Uint8Array(16) };

/** Names the master keys that wraps are under and that are not at hand. No data key is unwrapped. */
export async function findMissingMasterKeys(
  { platformDatabase, vaultDatabase, meks }: Installation,
  findings: Findings,
): Promise<void> {
  const everywhere = [
    [platformDatabase, "dek_wraps"],
    [vaultDatabase, "vault_keys"],
  ] as const;
  for (const [{ execute }, table] of everywhere) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT CAST(mek_ref AS BINARY) AS ref, MIN(suite) AS suite, COUNT(*) AS count FROM ${table}
       GROUP BY ref ORDER BY ref`,
      [],
    );
    for (const row of rows) {
      const mekRef = String(row["ref"]);
      const wrap = { mekRef, suite: Number(row["suite"]), blob: NOTHING };
      try {
        await meks.unwrap(wrap, { ...NOBODY, mekRef });
      } catch (error) {
        if (error instanceof DecryptionError) continue;
        if (!(error instanceof MekUnknown || error instanceof MekUnavailable)) throw error;
        findings.add("master_keys_missing", { count: Number(row["count"]), ids: [mekRef] });
      }
    }
  }
}
