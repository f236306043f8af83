import type { Platform } from "./client.ts";
import { asSystem } from "./tenancy.ts";

/**
 * A box under a user's data key that a table of the platform holds, in the place
 * `{ table, box, ownerId, rowId, rev }` (see crypto/box.ts).
 */
export interface PlatformBox {
  readonly table: BoxTable;
  /** The column. */
  readonly box: string;
  /** The id of its row, a UUID: the user's own where there is one row a user. */
  readonly rowId: string;
  readonly rev: bigint;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

export type BoxTable = "totp_credentials" | "oauth_accounts";

/** All boxes that the platform holds under a user's data keys. */
export async function listPlatformBoxes(
  platform: Platform,
  userId: string,
): Promise<readonly PlatformBox[]> {
  const [credentials, accounts] = await asSystem(() =>
    Promise.all([
      platform.totpCredential.findMany({ where: { userId } }),
      platform.oauthAccount.findMany({ where: { userId, refreshSealed: { not: null } } }),
    ]),
  );
  const held = [
    ...credentials.flatMap(({ rev, sealed, pending }) => {
      const row = { table: "totp_credentials", rowId: userId, rev } as const;
      return [
        { ...row, box: "sealed", sealed },
        { ...row, box: "pending", sealed: pending },
      ];
    }),
    ...accounts.map(({ id, rev, refreshSealed }) => {
      const row = { table: "oauth_accounts", rowId: id, rev } as const;
      return { ...row, box: "refresh_sealed", sealed: refreshSealed };
    }),
  ];
  return held.flatMap(({ sealed, ...box }) => (sealed === null ? [] : [{ ...box, sealed }]));
}

/** Puts another box in the place of one, as long as that is still there byte for byte. @returns whether it was. */
export async function replacePlatformBox(
  platform: Platform,
  { table, box, rowId, rev, sealed: before }: PlatformBox,
  after: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { count } = await asSystem(async () => {
    if (table === "oauth_accounts") {
      return platform.oauthAccount.updateMany({
        where: { id: rowId, rev, refreshSealed: before },
        data: { refreshSealed: after },
      });
    }
    return box === "sealed"
      ? platform.totpCredential.updateMany({
          where: { userId: rowId, rev, sealed: before },
          data: { sealed: after },
        })
      : platform.totpCredential.updateMany({
          where: { userId: rowId, rev, pending: before },
          data: { pending: after },
        });
  });
  return count === 1;
}
