import { AppError } from "../../contract/errors.ts";
import { sha256 } from "../../crypto/digest.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type Platform } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { tell } from "../auth/tell.ts";
import { assertAnotherWayIn, assertFactorLeft } from "../auth/ways-in.ts";
import type { Passkey, RequestOptions } from "./contract.ts";

type User = Pick<Caller, "user">;

/** By what a credential is found: its id may be longer than an index takes. */
export const credentialHash = (id: string) => new Uint8Array(sha256(Buffer.from(id, "base64url")));

/** A passkey as browsers are told of it. */
export function descriptorOf(row: {
  readonly credentialId: Uint8Array;
  readonly transports: string;
}): RequestOptions["allowCredentials"][number] {
  const id = Buffer.from(row.credentialId).toString("base64url");
  return { type: "public-key", id, transports: transportsOf(row) };
}

const transportsOf = ({ transports }: { readonly transports: string }) =>
  transports === "" ? [] : transports.split(",");

export function toPasskey(row: {
  readonly id: string;
  readonly name: string;
  readonly isBackedUp: boolean;
  readonly transports: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}): Passkey {
  return {
    id: row.id,
    name: row.name,
    isBackedUp: row.isBackedUp,
    transports: transportsOf(row),
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** The passkeys of a user, the oldest first. */
export async function listPasskeys(platform: Platform, { user }: User): Promise<Passkey[]> {
  const rows = await platform.passkey.findMany({
    where: { userId: user.id },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return rows.map(toPasskey);
}

/** @throws AppError `not_found` for one that is another's, or never was. */
export async function renamePasskey(
  platform: Platform,
  { user }: User,
  id: string,
  name: string,
): Promise<Passkey> {
  const where = { id, userId: user.id };
  await platform.passkey.updateMany({ where, data: { name } });
  const row = await platform.passkey.findFirst({ where });
  if (row === null) throw new AppError("not_found");
  return toPasskey(row);
}

/**
 * Removes a passkey, and tells its owner by mail. Sessions that began with it go on.
 *
 * @param deps - `providers` one can sign in with here.
 * @throws AppError `not_found`, `last_sign_in_method`; `mfa_required_by_policy` when two factors are asked of its owner
 * and it was the second.
 */
export async function removePasskey(
  deps: Pick<AuthDeps, "platform" | "limits" | "send" | "logger" | "clock"> & {
    readonly providers: ReadonlyMap<string, unknown>;
  },
  { user }: User,
  id: string,
  from: From,
): Promise<void> {
  const now = deps.clock();
  const providers = [...deps.providers.keys()];
  const remove = () =>
    inTransaction(deps.platform, async (tx) => {
      await assertAnotherWayIn(tx, user.id, { passkey: id }, { providers, now });
      const row = await tx.passkey.findFirst({ where: { id, userId: user.id } });
      if (row === null) throw new AppError("not_found");
      await tx.passkey.deleteMany({ where: { id } });
      await assertFactorLeft(tx, user);
      await recordEvents(tx, [eventFrom(from, user, "passkey.removed", { target: id })], now);
      return row.name;
    });
  const name = await asSystem(remove);
  tell(deps, user, from, (letters, whence) => letters.passkeyRemoved(name, whence));
}
