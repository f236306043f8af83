import { stagedKey } from "../../api/src/crypto/keyring.ts";
import { countDekStates } from "../../api/src/platform/dek-rotation.ts";
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
  const { owners, unwrapped, left } = await examineKeys(inst, {
    ...options,
    onFinding: ({ ownerId, what, remedy, isRepaired }) => {
      console.log(`${isRepaired ? "✓" : "✗"} owner ${ownerId}: ${what}: ${remedy}`);
    },
  });
  const verdict =
    left > 0
      ? `${count(left)} findings are left`
      : unwrapped === 0
        ? "there was nothing to unwrap"
        : "nothing is amiss" +
          (options.hasRows ? "" : " with the keys; --rows looks at the rows too");
  console.log(
    `Looked at the keys of ${count(owners)} owners and unwrapped ${count(unwrapped)}; ` +
      `${verdict}.`,
  );
  const { states, unswept } = await countDekStates(inst.platform);
  if (unswept + (states.get("pending") ?? 0) > 0) {
    console.log(
      "Rotations of data keys are under way. To seal the rows under former keys anew, and make no newer keys: " +
        "npm run keys:rotate -- --dek all --made-before 2000-01-01",
    );
  }
  return left === 0;
}
