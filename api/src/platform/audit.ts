import type { AuditEventModel } from "../../generated/platform/models.ts";
import type { Platform, PlatformQueries } from "./client.ts";
import { asSystem } from "./tenancy.ts";

/**
 * Who is behind an event: the user it concerns, the server by itself, whoever runs it from a terminal, an administrator,
 * or somebody who is not signed in.
 */
export type Actor = "user" | "job" | "operator" | "admin" | "anonymous";

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
  readonly outcome?: "success" | "failure" | "denied";
  /** What it was done to, by its id. */
  readonly target?: string;
  /** The administrator's own id. */
  readonly actorId?: string;
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

/**
 * The events of one user and, since that user's account was made, those that concern everybody: newest first, from
 * below the id `before`.
 */
export async function listEvents(
  platform: Platform,
  user: { readonly id: string; readonly createdAt: Date },
  { before, limit }: { before: bigint | undefined; limit: number },
): Promise<AuditEventModel[]> {
  const page = { orderBy: { id: "desc" }, take: limit } as const;
  const id = before === undefined ? {} : { id: { lt: before } };
  // Events of everybody have no tenant. Two questions, since each is answered by the index in its order.
  const [own, common] = await asSystem(() =>
    Promise.all([
      platform.auditEvent.findMany({ ...page, where: { ...id, userId: user.id } }),
      platform.auditEvent.findMany({
        ...page,
        where: { ...id, userId: null, at: { gte: user.createdAt } },
      }),
    ]),
  );
  return [...own, ...common].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}
