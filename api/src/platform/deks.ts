import type { Platform, PlatformQueries } from "./client.ts";
import { asSystem } from "./tenancy.ts";

/** A data key as it is stored: which it is, and how to unwrap it. */
export interface WrappedDek {
  readonly version: number;
  readonly dekId: Uint8Array<ArrayBuffer>;
  readonly method: string;
  readonly mekRef: string;
  readonly suite: number;
  readonly blob: Uint8Array<ArrayBuffer>;
}

/** A user's data keys, under the id by which the vault knows their owner. */
export interface OwnedDeks {
  readonly userId: string;
  readonly tenantId: string;
  readonly ownerId: Uint8Array<ArrayBuffer>;
  /** The version that new boxes are sealed under. */
  readonly activeVersion: number;
  /** The versions that rows of the vault may be under, the active one first. */
  readonly searchedVersions: readonly number[];
  readonly deks: readonly WrappedDek[];
}

/** Stores a new user's first data key, in the transaction that makes the user. */
export async function insertDek(
  tx: PlatformQueries,
  user: { readonly id: string; readonly tenantId: string },
  ownerId: Uint8Array<ArrayBuffer>,
  { dekId, ...wrap }: WrappedDek,
): Promise<void> {
  const { version } = wrap;
  await tx.userDek.create({
    data: { userId: user.id, tenantId: user.tenantId, ownerId, version, dekId, state: "active" },
  });
  await tx.dekWrap.create({ data: { ownerId, ...wrap } });
}

/** The data keys of a user, or null when there are none: never made, or erased. */
export async function findDeks(platform: Platform, userId: string): Promise<OwnedDeks | null> {
  const versions = await platform.userDek.findMany({ where: { userId } });
  const active = versions.find((dek) => dek.state === "active");
  if (active === undefined) return null;
  const wraps = await platform.dekWrap.findMany({
    where: { ownerId: active.ownerId, method: "mek" },
  });
  const ids = new Map(versions.map((dek) => [dek.version, dek.dekId]));
  const others = versions.filter(
    ({ state, sweptAt }) => state === "pending" || (state === "decrypt_only" && sweptAt === null),
  );
  return {
    userId,
    tenantId: active.tenantId,
    ownerId: active.ownerId,
    activeVersion: active.version,
    searchedVersions: [active, ...others].map((dek) => dek.version),
    deks: wraps.flatMap(({ ownerId: _, ...wrap }) => {
      const dekId = ids.get(wrap.version);
      return dekId === undefined ? [] : [{ ...wrap, dekId }];
    }),
  };
}

/** A wrapped data key, and whose it is. */
export interface SampledDek {
  readonly subject: { readonly userId: string; readonly tenantId: string };
  readonly ownerId: Uint8Array<ArrayBuffer>;
  readonly dek: WrappedDek;
}

/** The id of the user whose data keys these are, or null when they are nobody's. */
export async function findUserOf(
  platform: Platform,
  ownerId: Uint8Array<ArrayBuffer>,
): Promise<string | null> {
  const dek = await asSystem(() => platform.userDek.findFirst({ where: { ownerId } }));
  return dek?.userId ?? null;
}

/**
 * One data key of each master key that any is wrapped under: enough to prove that all of those keys are at hand. Two
 * spellings of a reference are two keys, though the column's collation takes them for one.
 */
export async function sampleWraps(platform: Platform): Promise<SampledDek[]> {
  const used = await platform.$queryRaw<{ mekRef: string }[]>`
    SELECT MIN(mek_ref) AS mekRef FROM dek_wraps WHERE method = 'mek' GROUP BY CAST(mek_ref AS BINARY)`;
  const samples = await Promise.all(
    used.map(async ({ mekRef }) => {
      // None where a rotation moved the last of them meanwhile. One that is nobody's proves nothing, and locks nobody out.
      const rows = await platform.$queryRaw<SampledRow[]>`
        SELECT d.user_id AS userId, d.tenant_id AS tenantId, d.dek_id AS dekId,
          w.owner_id AS ownerId, w.version, w.method, w.mek_ref AS mekRef, w.suite, w.blob
        FROM dek_wraps w JOIN user_deks d ON d.owner_id = w.owner_id AND d.version = w.version
        WHERE w.method = 'mek' AND w.mek_ref = ${mekRef}
          AND CAST(w.mek_ref AS BINARY) = CAST(${mekRef} AS BINARY) LIMIT 1`;
      return rows.map(({ userId, tenantId, ownerId, ...dek }) => ({
        subject: { userId, tenantId },
        ownerId,
        dek: { ...dek, version: Number(dek.version), suite: Number(dek.suite) },
      }));
    }),
  );
  return samples.flat();
}

/** Unsigned numbers come as large ones from raw statements. */
type SampledRow = SampledDek["subject"] &
  Pick<SampledDek, "ownerId"> &
  Omit<WrappedDek, "version" | "suite"> &
  Record<"version" | "suite", number | bigint>;
