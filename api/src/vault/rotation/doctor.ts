import { isEqual } from "../../crypto/digest.ts";
import { hex } from "../../lib/ids.ts";
import {
  findDekHistory,
  listDekHistories,
  markUnswept,
  type DekHistory,
} from "../../platform/dek-rotation.ts";
import {
  listKnownOwners,
  listOddWraps,
  listStrayWraps,
  listWrapsOf,
  START,
  type OwnedWrap,
} from "../../platform/rotation-statements.ts";
import {
  beginExamination,
  NOBODYS,
  RESTORE,
  type Copies,
  type DoctorDeps,
  type DoctorOptions,
  type Examination,
} from "./examination.ts";
import {
  examineDestroyed,
  examineUnknown,
  examineVersion,
  looksRight,
} from "./examine-versions.ts";
import {
  listMirrorsNotUnder,
  listMirrorsOf,
  listOwnersWithHead,
  type Mirror,
} from "./statements.ts";

const BATCH = 500;

export interface Examined {
  readonly owners: number;
  readonly unwrapped: number;
  readonly left: number;
}

/**
 * Compares what both databases know of data keys with each other, and unwraps keys.
 *
 * Repairs only what is certain: a wrap that is missing or does not open is taken from the other database, when that
 * one's was seen to unwrap to the very key that is missing; a misspelt reference is corrected where the wrap was seen to
 * unwrap under the right one, and neither database's did without; and a key that opens, but which `user_deks` does not
 * know, is taken among those it knows. What opens as another key, or may do so once its master key is at hand, is never
 * written over and never deleted, nor is anybody told to.
 *
 * @throws MekUnavailable or AppError when a master key or a database is away.
 */
export async function examineKeys(deps: DoctorDeps, options: DoctorOptions): Promise<Examined> {
  const exam = await beginExamination(deps, options);
  const { platformDatabase, vaultDatabase } = deps;
  /** One that was passed over under each master key. */
  const passedOver = new Map<string, () => Promise<void>>();
  for await (const histories of listDekHistories(deps.platform, null)) {
    const owners = histories.map((history) => history.ownerId);
    const [wraps, mirrors, heads] = await Promise.all([
      listWrapsOf(platformDatabase.execute, owners),
      listMirrorsOf(vaultDatabase.execute, owners),
      listOwnersWithHead(vaultDatabase.execute, owners),
    ]);
    const [wrapsOf, mirrorsOf] = [byOwner(wraps), byOwner(mirrors)];
    for (const history of histories) {
      const owner = hex(history.ownerId);
      const copies = {
        wraps: wrapsOf.get(owner) ?? [],
        mirrors: mirrorsOf.get(owner) ?? [],
        hasHead: heads.has(owner),
      };
      await examineOwner(exam, history, copies, passedOver);
      exam.count.owners++;
    }
  }
  for (const [mekRef, examine] of passedOver) if (!exam.proved.has(mekRef)) await examine();
  await examineStrays(exam);
  return exam.count;
}

interface OwnersCopies {
  readonly wraps: readonly OwnedWrap[];
  readonly mirrors: readonly Mirror[];
  readonly hasHead: boolean;
}

async function examineOwner(
  exam: Examination,
  stored: DekHistory,
  { wraps, mirrors, hasHead }: OwnersCopies,
  passedOver: Map<string, () => Promise<void>>,
): Promise<void> {
  const { options, deps } = exam;
  const copiesOf = (version: number): Copies => ({
    wrap: wraps.find((wrap) => wrap.version === version),
    mirror: mirrors.find((mirror) => mirror.version === version),
    hasHead,
  });
  const found = new Set([...wraps, ...mirrors].map(({ version }) => version));
  const { adoptable, isChanged } = await examineUnknown(exam, stored, found, copiesOf);
  const history = (isChanged ? await findDekHistory(deps.platform, stored.userId) : null) ?? stored;
  const active = history.versions.filter(({ state }) => state === "active").length;
  if (active !== 1) {
    const what = `it has ${active} active versions`;
    await exam.find(history, what, "restore user_deks from its backup");
  }
  const isSampled = options.isThorough || (history.ownerId[0] ?? 0) % 10 === 0;
  for (const dek of history.versions) {
    const copies = copiesOf(dek.version);
    if (dek.state === "destroyed") {
      if (!adoptable.has(dek.version)) await examineDestroyed(exam, history, dek, copies.mirror);
      continue;
    }
    const examine = () => examineVersion(exam, history, dek, copies);
    if (isSampled || !looksRight(exam, dek, copies)) await examine();
    else if (copies.wrap !== undefined) passedOver.set(copies.wrap.mekRef, examine);
  }
  if (options.hasRows) await examineRows(exam, history, isChanged ? new Set() : adoptable);
}

/** @param adoptable - Versions of which was said already that they can be known again. */
async function examineRows(
  { find, boxesOf, deps }: Examination,
  history: DekHistory,
  adoptable: ReadonlySet<number>,
): Promise<void> {
  const known = new Map(history.versions.map((dek) => [dek.version, dek]));
  for (const { table, version, dekId, rows } of await boxesOf(history.ownerId)) {
    if (adoptable.has(version)) continue;
    const dek = known.get(version);
    const what = `${rows} rows of ${table} are under version ${version}`;
    if (dek === undefined) await find(history, `${what}, which there is not`, RESTORE);
    else if (!isEqual(dek.dekId, dekId)) {
      await find(history, `${what}, as another key than the platform's`, RESTORE);
    } else if (dek.state === "destroyed") {
      await find(history, `${what}, which was destroyed`, RESTORE);
    } else if (dek.sweptAt !== null) {
      const remedy = "let the rotation go on, by keys:rotate --dek";
      await find(history, `${what}, which was swept`, remedy, () =>
        markUnswept(deps.platform, history.userId, version),
      );
    }
  }
}

/** What is of owners whom no user is, and what is of no method. */
async function examineStrays({ find, deps }: Examination): Promise<void> {
  const { platformDatabase, vaultDatabase } = deps;
  const everywhere = [
    ["platform", platformDatabase, "dek_wraps"],
    ["vault", vaultDatabase, "vault_keys"],
  ] as const;
  for (const [name, { execute }, table] of everywhere) {
    for (const { ownerId, version, method, mekRef } of await listOddWraps(execute, table, BATCH)) {
      const what = `a wrap of version ${version} under ${mekRef} in the ${name} is of the method "${method}", which there is not`;
      await find(
        { ownerId },
        what,
        `planted, unless a newer TimOS made it: delete it from ${table}`,
      );
    }
  }
  for (const { ownerId, version } of await listStrayWraps(platformDatabase.execute, BATCH)) {
    await find({ ownerId }, `a wrap of version ${version} in the platform`, NOBODYS);
  }
  for (let after = START; ;) {
    const mirrors = await listMirrorsNotUnder(vaultDatabase.execute, "", after, BATCH);
    const last = mirrors.at(-1);
    if (last === undefined) break;
    const owners = mirrors.map((mirror) => mirror.ownerId);
    const known = await listKnownOwners(platformDatabase.execute, owners);
    for (const { ownerId, version } of mirrors.filter((found) => !known.has(hex(found.ownerId)))) {
      const what = `the platform has no version ${version}, which the vault has`;
      await find({ ownerId }, what, NOBODYS);
    }
    after = last;
  }
}

function byOwner<W extends OwnedWrap>(wraps: readonly W[]): Map<string, W[]> {
  const owners = new Map<string, W[]>();
  for (const wrap of wraps) {
    const owner = hex(wrap.ownerId);
    const its = owners.get(owner);
    if (its === undefined) owners.set(owner, [wrap]);
    else its.push(wrap);
  }
  return owners;
}
