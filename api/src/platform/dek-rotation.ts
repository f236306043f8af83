import type { DekState } from "../../generated/platform/enums.ts";
import { recordEvents } from "./audit.ts";
import { inTransaction, type Platform, type PlatformQueries } from "./client.ts";
import type { WrappedDek } from "./deks.ts";
import { asSystem } from "./tenancy.ts";

/** One version of a user's data key. */
export interface DekVersion {
  readonly version: number;
  readonly state: DekState;
  readonly dekId: Uint8Array<ArrayBuffer>;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly sweptAt: Date | null;
}

/** A user's data keys through their lives, the oldest first. */
export interface DekHistory {
  readonly userId: string;
  readonly tenantId: string;
  readonly ownerId: Uint8Array<ArrayBuffer>;
  readonly versions: readonly DekVersion[];
}

const USERS_AT_ONCE = 500;

/** Users with their data keys, all of them (null) or the one; in batches, in the order of their ids. */
export async function* listDekHistories(
  platform: Platform,
  userId: string | null,
): AsyncGenerator<DekHistory[]> {
  for (let after = ""; ;) {
    const users = await asSystem(() =>
      platform.user.findMany({
        where: userId === null ? { id: { gt: after } } : { id: { equals: userId, gt: after } },
        select: { id: true, tenantId: true, deks: { orderBy: { version: "asc" } } },
        orderBy: { id: "asc" },
        take: USERS_AT_ONCE,
      }),
    );
    const last = users.at(-1);
    if (last === undefined) return;
    yield users.flatMap(({ id, tenantId, deks }) => {
      const [first] = deks;
      return first === undefined
        ? []
        : [{ userId: id, tenantId, ownerId: first.ownerId, versions: deks }];
    });
    after = last.id;
  }
}

/** The data keys of a user, or null when there are none. */
export async function findDekHistory(
  platform: Platform,
  userId: string,
): Promise<DekHistory | null> {
  for await (const [history] of listDekHistories(platform, userId)) return history ?? null;
  return null;
}

/**
 * Stores a new version of a user's data key, above all that the platform has, which nothing is sealed under yet.
 *
 * @returns whether it was stored: not for a user who was erased, or for whom somebody else made one meanwhile.
 */
export async function addPendingDek(
  platform: Platform,
  { userId, ownerId }: DekHistory,
  { dekId, ...wrap }: WrappedDek,
  { now, purpose }: { now: Date; purpose: string },
): Promise<boolean> {
  return asHolder(platform, userId, async (tx) => {
    const versions = await tx.userDek.findMany({ where: { userId } });
    const { version } = wrap;
    const [first] = versions;
    const isTaken = versions.some((dek) => dek.state === "pending" || dek.version >= version);
    if (first === undefined || isTaken) return false;
    // A wrap that `user_deks` does not know is of a platform that was put back, and never written over.
    if ((await tx.dekWrap.count({ where: { ownerId, version: { gte: version } } })) > 0)
      return false;
    // They may have moved since they were listed.
    const { tenantId } = first;
    await tx.userDek.create({
      data: { userId, tenantId, ownerId, version, dekId, state: "pending", createdAt: now },
    });
    await tx.dekWrap.create({ data: { ownerId, ...wrap } });
    await recordDekEvent(tx, { userId, tenantId }, `${purpose}: version ${version} begins`, now);
    return true;
  });
}

/**
 * Takes a data key of a user, which was seen to open, among those that `user_deks` knows: the platform was put back to
 * before it was made, or the vault to before it was destroyed. The newest of all is the active one, and the others are
 * kept to open rows until a sweep finds none.
 *
 * @returns whether it was not known, or destroyed.
 */
export async function adoptDek(
  platform: Platform,
  { userId, ownerId }: DekHistory,
  { version, dekId }: { version: number; dekId: Uint8Array<ArrayBuffer> },
  now: Date,
): Promise<boolean> {
  return asHolder(platform, userId, async (tx) => {
    const versions = await tx.userDek.findMany({ where: { userId } });
    const [first] = versions;
    const known = versions.find((dek) => dek.version === version);
    if (first === undefined || (known !== undefined && known.state !== "destroyed")) return false;
    const isNewest = versions.every((dek) => dek.version < version || dek.state === "destroyed");
    if (isNewest) {
      await tx.userDek.updateMany({
        where: { userId, state: { in: ["active", "pending"] } },
        data: { state: "decrypt_only", sweptAt: null },
      });
    }
    const data = isNewest
      ? ({ state: "active", activatedAt: now, sweptAt: null } as const)
      : ({ state: "decrypt_only", sweptAt: null } as const);
    const { tenantId } = first;
    await tx.userDek.upsert({
      where: { userId_version: { userId, version } },
      create: { userId, tenantId, ownerId, version, dekId, createdAt: now, ...data },
      update: data,
    });
    return true;
  });
}

/** Notes a version that is nowhere any more, and that no row is under, as destroyed. @returns whether it only opened. */
export async function noteDestroyed(
  platform: Platform,
  { userId }: DekHistory,
  version: number,
): Promise<boolean> {
  return asHolder(platform, userId, async (tx) => {
    const where = { userId, version, state: "decrypt_only" } as const;
    return (await tx.userDek.updateMany({ where, data: { state: "destroyed" } })).count > 0;
  });
}

/** Makes the pending version the one that new boxes are sealed under. @returns whether it was pending. */
export async function activateDek(
  platform: Platform,
  { userId, tenantId }: DekHistory,
  version: number,
  { now, purpose }: { now: Date; purpose: string },
): Promise<boolean> {
  return asHolder(platform, userId, async (tx) => {
    const pending = { userId, version, state: "pending" } as const;
    if ((await tx.userDek.count({ where: pending })) === 0) return false;
    await tx.userDek.updateMany({
      where: { userId, state: "active" },
      data: { state: "decrypt_only", sweptAt: null },
    });
    await tx.userDek.updateMany({ where: pending, data: { state: "active", activatedAt: now } });
    const event = { actor: "operator", requestId: null, action: "dek.activated" } as const;
    const told = `${purpose}: version ${version}`;
    await recordEvents(tx, [{ ...event, subject: { userId, tenantId }, purpose: told }], now);
    return true;
  });
}

/**
 * Notes that no row is left under the versions before `active`, if that still is the active one.
 *
 * @returns whether that was new.
 */
export async function markSwept(
  platform: Platform,
  { userId, tenantId }: DekHistory,
  active: number,
  { now, purpose }: { now: Date; purpose: string },
): Promise<boolean> {
  return asHolder(platform, userId, async (tx) => {
    const isStill = await tx.userDek.count({ where: { userId, version: active, state: "active" } });
    if (isStill === 0) return false;
    const { count } = await tx.userDek.updateMany({
      where: { userId, version: { lt: active }, state: "decrypt_only", sweptAt: null },
      data: { sweptAt: now },
    });
    if (count === 0) return false;
    await recordDekEvent(tx, { userId, tenantId }, `${purpose}: version ${active} is done`, now);
    return true;
  });
}

/** Notes in a user's audit what was repaired of their keys. */
export async function noteRepair(
  platform: Platform,
  { userId, tenantId }: Pick<DekHistory, "userId" | "tenantId">,
  purpose: string,
  now: Date,
): Promise<void> {
  const event = { actor: "operator", requestId: null, action: "key.repaired" } as const;
  await asSystem(() =>
    recordEvents(platform, [{ ...event, subject: { userId, tenantId }, purpose }], now),
  );
}

/** Lets the sweep of a version begin again: a row was found under it. */
export async function markUnswept(
  platform: Platform,
  userId: string,
  version: number,
): Promise<void> {
  const where = { userId, version, state: "decrypt_only" } as const;
  await asSystem(() => platform.userDek.updateMany({ where, data: { sweptAt: null } }));
}

/** Destroys the wraps of a version that no row is under. @returns whether it was one. */
export async function destroyDek(
  platform: Platform,
  { userId, tenantId, ownerId }: DekHistory,
  version: number,
  { now, purpose }: { now: Date; purpose: string },
): Promise<boolean> {
  return asHolder(platform, userId, async (tx) => {
    const { count } = await tx.userDek.updateMany({
      where: { userId, version, state: "decrypt_only", sweptAt: { not: null } },
      data: { state: "destroyed" },
    });
    if (count === 0) return false;
    await tx.dekWrap.deleteMany({ where: { ownerId, version } });
    const event = { actor: "operator", requestId: null, action: "dek.destroyed" } as const;
    await recordEvents(tx, [{ ...event, subject: { userId, tenantId }, purpose }], now);
    return true;
  });
}

/** How many versions of data keys there are in each state; of those that only open, how many are not swept. */
export async function countDekStates(
  platform: Platform,
): Promise<{ states: Map<DekState, number>; unswept: number }> {
  return asSystem(async () => {
    const groups = await platform.userDek.groupBy({ by: ["state"], _count: true });
    const unswept = await platform.userDek.count({
      where: { state: "decrypt_only", sweptAt: null },
    });
    return { states: new Map(groups.map(({ state, _count }) => [state, _count])), unswept };
  });
}

/** Runs `work` in a transaction that holds the user: an erasure comes before it or after it, and so does another rotation. */
function asHolder<T>(
  platform: Platform,
  userId: string,
  work: (tx: PlatformQueries) => Promise<T>,
): Promise<T> {
  return asSystem(() =>
    inTransaction(platform, async (tx) => {
      await tx.$queryRaw`SELECT id FROM users WHERE id = ${userId} FOR UPDATE`;
      return work(tx);
    }),
  );
}

function recordDekEvent(
  tx: PlatformQueries,
  subject: { userId: string; tenantId: string },
  purpose: string,
  now: Date,
): Promise<void> {
  const event = { actor: "operator", requestId: null, action: "dek.rotated" } as const;
  return recordEvents(tx, [{ ...event, subject, purpose }], now);
}
