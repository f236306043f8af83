import type { PlatformQueries } from "../../platform/client.ts";
import { pageOfEvents, type EventPage } from "./events.ts";

/**
 * What administrators of a tenant see of it: what happened to the tenant, and to the security of its members' accounts,
 * by the first word of the action. What is not named they do not see. Nothing of keys or vaults is named: when somebody
 * writes, and whether they do, is theirs alone.
 */
export const SEEN = [
  "tenant",
  "member",
  "invitation",
  "role",
  "account",
  "login",
  "session",
  "sessions",
  "mfa",
  "recovery",
  "trusted_device",
  "passkey",
  "oauth",
  "password",
  "email_change",
  "reauth",
  "token",
] as const;

/** The events of the tenant of the running request, newest first, in pages. */
export async function listTenantEvents(db: PlatformQueries, page: EventPage) {
  return pageOfEvents(page, (id, take) =>
    db.auditEvent.findMany({
      where: { ...id, OR: SEEN.map((thing) => ({ action: { startsWith: `${thing}.` } })) },
      orderBy: { id: "desc" },
      take,
    }),
  );
}
