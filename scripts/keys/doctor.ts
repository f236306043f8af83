import { stagedKey } from "../../api/src/crypto/keyring.ts";
import { RECORD_TABLES } from "../../api/src/features/vault-tables.ts";
import { examineKeys } from "../../api/src/vault/rotation/doctor.ts";
import type { Installation } from "./installation.ts";
import { readKeys } from "./keyring-file.ts";
import { keyringOf } from "./rotate-mek.ts";
import { count } from "./terminal.ts";

export interface DoctorOptions {
  readonly isThorough: boolean;
  readonly hasRows: boolean;
  readonly isRepairing: boolean;
}

/** @returns whether nothing is left that is not as it should be. */
export async function doctor(inst: Installation, options: DoctorOptions): Promise<boolean> {
  if (inst.config.vault.masterKeys.local !== undefined) {
    const staged = stagedKey(readKeys(keyringOf(inst)));
    if (staged !== undefined) {
      console.log(
        `local:${staged.id} was staged on ${staged.createdAt.toISOString()} and wraps nothing: npm run keys:rotate -- --mek`,
      );
    }
  }
  const { owners, unwrapped, left } = await examineKeys(
    { ...inst, tables: RECORD_TABLES },
    {
      ...options,
      onFinding: ({ ownerId, what, remedy, isRepaired }) => {
        console.log(`${isRepaired ? "✓" : "✗"} owner ${ownerId}: ${what}: ${remedy}`);
      },
    },
  );
  console.log(
    `Looked at the keys of ${count(owners)} owners and unwrapped ${count(unwrapped)}; ` +
      `${left === 0 ? "nothing is amiss" : `${count(left)} findings are left`}.`,
  );
  return left === 0;
}
