import type { Platform } from "../../platform/client.ts";
import { lettersIn } from "../../mails/compose.ts";
import { listEvents } from "../../platform/audit.ts";
import { pageOfEvents, type EventPage } from "../tenants/events.ts";
import type { Event } from "./contract.ts";

/** What happened to a user's account and keys, and to everybody's since it was made: newest first, in pages. */
export async function listAudit(
  platform: Platform,
  user: { readonly id: string; readonly createdAt: Date; readonly locale: string },
  page: EventPage,
): Promise<{ items: Event[]; nextCursor: string | null }> {
  const { items, nextCursor } = await pageOfEvents(page, ({ id }, limit) =>
    listEvents(platform, user, { before: id?.lt, limit }),
  );
  const letters = lettersIn(user.locale);
  const shown = items.map(({ details, ...event }) => ({
    ...event,
    network: details?.network ?? null,
    device: details && letters.device(details.program, details.system),
  }));
  return { items: shown, nextCursor };
}
