import { AppError } from "../../contract/errors.ts";
import type { Platform } from "../../platform/client.ts";
import { lettersIn } from "../../mails/compose.ts";
import { listEvents } from "../../platform/audit.ts";
import type { Event } from "./contract.ts";

/** What happened to a user's account and keys, and to everybody's since it was made: newest first, in pages. */
export async function listAudit(
  platform: Platform,
  user: { readonly id: string; readonly createdAt: Date; readonly locale: string },
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: Event[]; nextCursor: string | null }> {
  const before = cursor === undefined ? undefined : idOf(cursor);
  const events = await listEvents(platform, user, { before, limit: limit + 1 });
  const letters = lettersIn(user.locale);
  const items = events.slice(0, limit).map(({ details, ...event }) => ({
    ...event,
    id: String(event.id),
    at: event.at.toISOString(),
    network: details?.network ?? null,
    device: details && letters.device(details.program, details.system),
  }));
  return { items, nextCursor: events.length > limit ? (items.at(-1)?.id ?? null) : null };
}

function idOf(cursor: string): bigint {
  if (/^[1-9]\d{0,17}$/.test(cursor)) return BigInt(cursor);
  throw new AppError("invalid_request", {
    errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
  });
}
