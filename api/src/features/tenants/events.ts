import { AppError } from "../../contract/errors.ts";

/** Which events of a list are asked for. */
export interface EventPage {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface Row {
  readonly id: bigint;
  readonly at: Date;
}
type Shown<R> = Omit<R, "id" | "at"> & { id: string; at: string };

/** A page of events, the newest first: `find` finds `take` of those that `where` bounds. */
export async function pageOfEvents<R extends Row>(
  { limit, cursor }: EventPage,
  find: (where: { id?: { lt: bigint } }, take: number) => PromiseLike<R[]>,
): Promise<{ items: Shown<R>[]; nextCursor: string | null }> {
  const events = await find(cursor === undefined ? {} : { id: { lt: idOf(cursor) } }, limit + 1);
  const items = events
    .slice(0, limit)
    .map((event): Shown<R> => ({ ...event, id: String(event.id), at: event.at.toISOString() }));
  return { items, nextCursor: events.length > limit ? (items.at(-1)?.id ?? null) : null };
}

function idOf(cursor: string): bigint {
  if (/^[1-9]\d{0,17}$/.test(cursor)) return BigInt(cursor);
  throw new AppError("invalid_request", {
    errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
  });
}
