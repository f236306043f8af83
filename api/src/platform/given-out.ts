import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type {
  ApiTokenModel,
  AuthChallengeModel,
  AuthSessionModel,
  InvitationModel,
  OneTimeTokenModel,
  TrustedDeviceModel,
} from "../../generated/platform/models.ts";
import type { Database, Value } from "../lib/database.ts";
import { textOf } from "./session-statement.ts";

/** How many there are of what was given out and opens something for whoever holds it. */
export type GivenOut = Readonly<Record<keyof typeof TABLES, number>>;

/** How many rows one statement goes over. */
const ROWS_AT_ONCE = 1000;

/**
 * Where it is, and which rows still open something. A link that undoes a change of address is not among them: what it
 * undoes came back with it. Nor are browsers that are known: they are spared the lockout by strangers, and no more.
 */
const TABLES = {
  sessions: { table: "auth_sessions", key: "id", live: "revoked_at IS NULL" },
  apiTokens: { table: "api_tokens", key: "id", live: "revoked_at IS NULL" },
  invitations: {
    table: "invitations",
    key: "id",
    live: "accepted_at IS NULL AND revoked_at IS NULL",
  },
  trustedDevices: { table: "trusted_devices", key: "id", live: "TRUE" },
  links: { table: "one_time_tokens", key: "selector", live: "purpose <> 'undo_email_change'" },
  challenges: { table: "auth_challenges", key: "selector", live: "TRUE" },
} as const;

const revoke = (table: string) => `UPDATE ${table} SET revoked_at = ?`;
const END: Readonly<Record<keyof typeof TABLES, string>> = {
  sessions: `${revoke("auth_sessions")}, revoke_reason = 'restored'`,
  apiTokens: revoke("api_tokens"),
  invitations: revoke("invitations"),
  trustedDevices: "DELETE FROM trusted_devices",
  links: "DELETE FROM one_time_tokens",
  challenges: "DELETE FROM auth_challenges",
};

/** Counts what {@link endGivenOut} would end. */
export async function countGivenOut({ execute }: Database): Promise<GivenOut> {
  return forEach(async (name) => {
    const { table, live } = TABLES[name];
    const sql = `SELECT COUNT(*) AS count FROM ${table} WHERE ${live}`;
    const [row] = await execute<RowDataPacket[]>(sql, []);
    return Number(row?.["count"]);
  });
}

/**
 * Ends everything that was given out: sessions, API tokens, invitations, links, trusted devices, and steps on a way in. A
 * platform that was put back does not know which of them were taken back since, and each may be in the hands of the one
 * on whose account it was. Passwords, passkeys and second factors stay: everybody signs in again as they are used to.
 *
 * In bounded batches, without a lock over all; whoever is killed meanwhile begins anew.
 */
export async function endGivenOut(database: Database, now: Date): Promise<GivenOut> {
  return forEach(async (name) => {
    const { table, key, live } = TABLES[name];
    const values = END[name].includes("?") ? [textOf(now)] : [];
    const end = `${END[name]} WHERE ${key} > ? AND ${key} <= ? AND ${live}`;
    const page = `SELECT ${key} AS place FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${ROWS_AT_ONCE}`;
    let count = 0;
    for (let after: Value = ""; ;) {
      const rows: RowDataPacket[] = await database.execute(page, [after]);
      const last = rows.at(-1)?.["place"] as Value | undefined;
      if (last === undefined) return count;
      const range = [...values, after, last];
      // A transaction, since it is tried again when it loses to another.
      const { affectedRows } = await database.transaction((execute) =>
        execute<ResultSetHeader>(end, range),
      );
      count += affectedRows;
      after = last;
    }
  });
}

async function forEach(work: (name: keyof GivenOut) => Promise<number>): Promise<GivenOut> {
  return {
    sessions: await work("sessions"),
    apiTokens: await work("apiTokens"),
    invitations: await work("invitations"),
    trustedDevices: await work("trustedDevices"),
    links: await work("links"),
    challenges: await work("challenges"),
  };
}

["id", "revokedAt", "revokeReason"] satisfies (keyof AuthSessionModel)[];
["id", "revokedAt"] satisfies (keyof ApiTokenModel)[];
["id", "acceptedAt", "revokedAt"] satisfies (keyof InvitationModel)[];
["id"] satisfies (keyof TrustedDeviceModel)[];
["selector", "purpose"] satisfies (keyof OneTimeTokenModel)[];
["selector"] satisfies (keyof AuthChallengeModel)[];
