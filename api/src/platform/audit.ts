import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import * as z from "zod";
import type { AuditEventModel, AuditKeyModel } from "../../generated/platform/models.ts";
import { openDetails, sealDetails, type DetailsOf } from "../crypto/audit-details.ts";
import type { KeyObject } from "../crypto/digest.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { randomBytes } from "../crypto/random.ts";
import type { Execute } from "../lib/database.ts";
import { insertEvent, type NewEvent } from "./audit-statements.ts";
import { statementsIn, type Platform, type PlatformQueries } from "./client.ts";
import { asSystem } from "./tenancy.ts";

/**
 * Who is behind an event: the user it concerns, the server by itself, whoever runs it from a terminal, an administrator,
 * or somebody who is not signed in.
 */
export type Actor = "user" | "job" | "operator" | "admin" | "anonymous";

/** What is kept of where something was done from: no more than helps whose account it is to know it again. */
const Details = z.object({
  /** An IPv4 /24 or IPv6 /48. */
  network: z.string().nullable(),
  program: z.string().optional(),
  system: z.string().optional(),
});
export type Details = z.output<typeof Details>;

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
  /** Kept for the subject alone, sealed under a key of theirs; of what an administrator does it is not kept. */
  readonly details?: Details;
}

/** What the details of events are sealed under: see `openPlatform`. */
type DetailsKeys = Pick<Platform, "$detailsKeys">;

/** Keeps events. What they tell of must not happen unless this succeeds. */
export async function recordEvents(
  queries: PlatformQueries,
  events: readonly AuditEvent[],
  at: Date,
): Promise<void> {
  const salt = (userId: string) => asSystem(() => saltFor(statementsIn(queries), userId));
  await queries.auditEvent.createMany({ data: await rowsOf(events, at, queries, salt) });
}

/**
 * {@link recordEvents} by statements, which are confined to no tenant.
 *
 * @param salt - Of the audit key of the one user whom all events concern, where it has been read.
 */
export async function insertEvents(
  execute: Execute,
  events: readonly AuditEvent[],
  at: Date,
  keys: DetailsKeys,
  salt: Uint8Array | null = null,
): Promise<void> {
  const rows = await rowsOf(events, at, keys, async (id) => salt ?? saltFor(execute, id));
  for (const row of rows) await insertEvent(execute, row);
}

async function rowsOf(
  events: readonly AuditEvent[],
  at: Date,
  keys: DetailsKeys,
  saltOf: (userId: string) => Promise<Uint8Array | null>,
): Promise<NewEvent[]> {
  const [key] = keys.$detailsKeys();
  const salts = new Map<string, Uint8Array | null>();
  /** Null where there is no key, or no such account any more. */
  const seal = async (of: DetailsOf, details: Details) => {
    if (key === undefined) return null;
    const { userId } = of;
    if (!salts.has(userId)) salts.set(userId, await saltOf(userId));
    const salt = salts.get(userId);
    return salt ? new Uint8Array(sealDetails(key, salt, of, JSON.stringify(details))) : null;
  };
  const rows: NewEvent[] = [];
  for (const { subject, details, ...event } of events) {
    const { actor, action, purpose, requestId } = event;
    const isSealed = subject !== null && details !== undefined && actor !== "admin";
    rows.push({
      tenantId: subject?.tenantId ?? null,
      userId: subject?.userId ?? null,
      actor,
      actorId: event.actorId ?? null,
      action,
      outcome: event.outcome ?? "success",
      purpose,
      target: event.target ?? null,
      requestId,
      sealed: isSealed ? await seal({ ...subject, action, at }, details) : null,
      at,
    });
  }
  return rows;
}

/** Makes the salt of a user's audit key. Erasing the account destroys it, and with it what was sealed under the key. */
export async function createAuditKey(queries: PlatformQueries, userId: string): Promise<void> {
  await queries.auditKey.create({ data: { userId, salt: new Uint8Array(randomBytes(32)) } });
}

const FIND_SALT = "SELECT salt FROM audit_keys WHERE user_id = ?";
const MAKE_SALT =
  "INSERT IGNORE INTO audit_keys (user_id, salt) SELECT id, ? FROM users WHERE id = ?";

/** A user's salt. An account that was made before there were any is given one; who has no account has none. */
async function saltFor(execute: Execute, userId: string): Promise<Uint8Array | null> {
  const find = async () => {
    const [row] = await execute<RowDataPacket[]>(FIND_SALT, [userId]);
    return row === undefined ? null : (row as RowDataPacket & Pick<AuditKeyModel, "salt">).salt;
  };
  const found = await find();
  if (found !== null) return found;
  await execute<ResultSetHeader>(MAKE_SALT, [randomBytes(32), userId]);
  return find();
}

["userId", "salt"] satisfies (keyof AuditKeyModel)[];

/**
 * The events of one user and, since that user's account was made, those that concern everybody: newest first, from
 * below the id `before`.
 */
export async function listEvents(
  platform: Platform,
  user: { readonly id: string; readonly createdAt: Date },
  { before, limit }: { before: bigint | undefined; limit: number },
): Promise<(AuditEventModel & { readonly details: Details | null })[]> {
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
  const events = [...own, ...common].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
  const key = await asSystem(() => platform.auditKey.findUnique({ where: { userId: user.id } }));
  const open = (event: AuditEventModel) =>
    key === null ? null : detailsOf(platform.$detailsKeys(), key, event);
  return events.map((event) => ({ ...event, details: open(event) }));
}

/** Null as well for what no key opens. */
function detailsOf(
  keys: readonly KeyObject[],
  { userId, salt }: { readonly userId: string; readonly salt: Uint8Array },
  { action, at, sealed }: AuditEventModel,
): Details | null {
  if (sealed === null) return null;
  for (const key of keys) {
    try {
      const json: unknown = JSON.parse(openDetails(key, salt, { userId, action, at }, sealed));
      return Details.parse(json);
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
    }
  }
  return null;
}
