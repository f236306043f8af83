import type { PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { pageOfEvents, type EventPage } from "../tenants/events.ts";

/**
 * What happened on the platform, the newest first, in pages. Left out is when a person's key was used: that would tell
 * when they write.
 */
export async function listPlatformEvents(db: PlatformQueries, page: EventPage) {
  return asSystem(() =>
    pageOfEvents(page, (id, take) =>
      db.auditEvent.findMany({
        where: { ...id, action: { not: "key.unwrapped" } },
        orderBy: { id: "desc" },
        take,
      }),
    ),
  );
}
