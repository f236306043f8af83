import type { PlatformQueries } from "./client.ts";

/** Who is behind an event: somebody signed in, the server by itself, or whoever runs it from a terminal. */
export type Actor = "user" | "job" | "operator";

/** Something that happened, as it is kept: never what was written, no key and no token. */
export interface AuditEvent {
  /** Whom it concerns; without one it concerns everybody. */
  readonly subject: { readonly userId: string; readonly tenantId: string } | null;
  readonly actor: Actor;
  /** `<thing>.<past participle>`, such as `key.unwrapped`. */
  readonly action: string;
  /** Why: for a request its method and route, for a job or a command its name. */
  readonly purpose: string;
  readonly requestId: string | null;
}

/** Keeps events. What they tell of must not happen unless this succeeds. */
export async function recordEvents(
  queries: PlatformQueries,
  events: readonly AuditEvent[],
  at: Date,
): Promise<void> {
  await queries.auditEvent.createMany({
    data: events.map(({ subject, ...event }) => ({ ...event, ...subject, at })),
  });
}
