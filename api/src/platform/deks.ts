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

/** One data key of each master key that any is wrapped under: enough to prove that all of those keys are at hand. */
export async function sampleWraps(platform: Platform): Promise<SampledDek[]> {
  const used = await platform.dekWrap.groupBy({ by: ["mekRef"] });
  const samples = await Promise.all(
    used.map(async ({ mekRef }) => {
      const found = await platform.dekWrap.findFirst({ where: { mekRef } });
      // A rotation moved the last of them meanwhile.
      if (found === null) return [];
      const { ownerId, ...wrap } = found;
      const dek = await platform.userDek.findUnique({
        where: { ownerId_version: { ownerId, version: wrap.version } },
      });
      // A wrap that is nobody's proves nothing, and locks nobody out.
      if (dek === null) return [];
      const { userId, tenantId, dekId } = dek;
      return [{ subject: { userId, tenantId }, ownerId, dek: { ...wrap, dekId } }];
    }),
  );
  return samples.flat();
}
