import { isEqual } from "../../crypto/digest.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { hex } from "../../lib/ids.ts";
import {
  listDekHistories,
  markUnswept,
  type DekHistory,
  type DekVersion,
} from "../../platform/dek-rotation.ts";
import {
  listKnownDeks,
  listStrayWraps,
  listWrapsOf,
  restoreWrap,
  START,
  swapWraps,
  type OwnedWrap,
} from "../../platform/rotation-statements.ts";
import { MekUnknown } from "../mek/provider.ts";
import { pace } from "../pace.ts";
import type { ResealDeps } from "./reseal.ts";
import type { RewrapDeps } from "./rewrap.ts";
import {
  addMirror,
  countRowsByVersion,
  deleteMirror,
  listMirrorsNotUnder,
  listMirrorsOf,
  listOwnersWithHead,
  replaceMirror,
  type Mirror,
} from "./statements.ts";

const BATCH = 500;

export interface DoctorOptions {
  /** Unwraps every data key; otherwise those of every tenth owner, and all that look wrong. */
  readonly isThorough: boolean;
  /** Looks at every row of the vault too. */
  readonly hasRows: boolean;
  readonly isRepairing: boolean;
  readonly onFinding: (finding: Finding) => void;
}

/** Something that is not as it should be. */
export interface Finding {
  readonly ownerId: string;
  readonly what: string;
  /** What was done about it, or what somebody has to do. */
  readonly remedy: string;
  readonly isRepaired: boolean;
}

export interface Examined {
  readonly owners: number;
  readonly unwrapped: number;
  readonly left: number;
}

type Deps = RewrapDeps & ResealDeps;

const RESTORE = "restore the backup of the keys that has it";
const REPAIR = "npm run keys:doctor -- --repair";

/**
 * Compares what both databases know of data keys with each other, and unwraps keys.
 *
 * Repairs only what is certain: a wrap that is missing or does not open is taken from the other database, when that
 * one's was seen to unwrap to the very key that is missing.
 *
 * @throws MekUnavailable or AppError when a master key or a database is away.
 */
export async function examineKeys(deps: Deps, options: DoctorOptions): Promise<Examined> {
  const breathe = pace();
  const count = { owners: 0, unwrapped: 0, left: 0 };
  const { platformDatabase, vaultDatabase, meks } = deps;

  const find = async (
    ownerId: Uint8Array,
    what: string,
    remedy: string,
    repair?: () => Promise<unknown>,
  ) => {
    const isRepaired = options.isRepairing && repair !== undefined && (await repair()) !== false;
    if (!isRepaired) count.left++;
    const advice = repair === undefined || options.isRepairing ? remedy : `${remedy}: ${REPAIR}`;
    options.onFinding({
      ownerId: hex(ownerId),
      what,
      remedy: isRepaired ? "repaired" : advice,
      isRepaired,
    });
  };
  const opens = async (wrap: OwnedWrap | undefined, dekId: Uint8Array): Promise<boolean> => {
    if (wrap === undefined) return false;
    count.unwrapped++;
    await breathe();
    try {
      (await meks.unwrap(wrap, { ...wrap, dekId })).fill(0);
      return true;
    } catch (error) {
      if (error instanceof DecryptionError || error instanceof MekUnknown) return false;
      throw error;
    }
  };

  const examineVersion = async (
    { ownerId }: DekHistory,
    { version, state, dekId }: DekVersion,
    wrap: OwnedWrap | undefined,
    mirror: Mirror | undefined,
    hasHead: boolean,
  ) => {
    const name = `version ${version}`;
    if (state === "destroyed") {
      if (mirror !== undefined) {
        await find(ownerId, `${name} was destroyed, and is still mirrored`, "delete it", () =>
          deleteMirror(vaultDatabase.execute, ownerId, version),
        );
      }
      return;
    }
    const isMirrored = mirror !== undefined || !hasHead;
    const isSame = wrap !== undefined && mirror !== undefined && isSameWrap(wrap, mirror, dekId);
    const isSampled = options.isThorough || (ownerId[0] ?? 0) % 10 === 0;
    if (isMirrored && (isSame || (wrap !== undefined && mirror === undefined)) && !isSampled)
      return;
    const wrapOpens = await opens(wrap, dekId);
    if (wrapOpens && (isSame || (mirror === undefined && !hasHead))) return;
    const mirrorOpens = isSame ? wrapOpens : await opens(mirror, dekId);
    if (wrap !== undefined && wrapOpens) {
      const good = { ...wrap, dekId };
      if (mirror === undefined) {
        await find(ownerId, `${name} is not mirrored in the vault`, "copy it", () =>
          addMirror(vaultDatabase, ownerId, { ...good, method: "mek" }),
        );
      } else {
        const what = mirrorOpens ? "differs from" : "is another key than";
        await find(ownerId, `the mirror of ${name} ${what} the platform's`, "copy it", () =>
          replaceMirror(vaultDatabase.execute, mirror, good),
        );
      }
    } else if (mirror !== undefined && mirrorOpens) {
      const what = wrap === undefined ? "is missing" : "does not open";
      await find(ownerId, `the platform's wrap of ${name} ${what}`, "take the vault's", async () =>
        wrap === undefined
          ? restoreWrap(platformDatabase.execute, { ...mirror, dekId })
          : (await swapWraps(platformDatabase, "dek_wraps", [{ before: wrap, after: mirror }])) > 0,
      );
    } else await find(ownerId, `${name} opens from neither database`, RESTORE);
  };

  const examineOwner = async (
    history: DekHistory,
    wraps: ReadonlyMap<string, OwnedWrap>,
    mirrors: ReadonlyMap<string, Mirror>,
    hasHead: boolean,
  ) => {
    const { ownerId, versions } = history;
    const active = versions.filter(({ state }) => state === "active").length;
    if (active !== 1) {
      await find(ownerId, `it has ${active} active versions`, "restore user_deks from its backup");
    }
    for (const dek of versions) {
      const name = nameOf({ ownerId, version: dek.version });
      await examineVersion(history, dek, wraps.get(name), mirrors.get(name), hasHead);
    }
    if (options.hasRows) await examineRows(history);
  };

  const examineRows = async ({ userId, ownerId, versions }: DekHistory) => {
    const head = { table: "vault_heads", boxColumns: ["sealed"] };
    const known = new Map(versions.map((dek) => [dek.version, dek]));
    for (const table of [...deps.tables, head]) {
      const counts = await countRowsByVersion(vaultDatabase.execute, table, ownerId);
      for (const [version, rows] of counts) {
        const dek = known.get(version);
        const what = `${rows} rows of ${table.table} are under version ${version}`;
        if (dek === undefined) await find(ownerId, `${what}, which there is not`, RESTORE);
        else if (dek.state === "destroyed") {
          await find(ownerId, `${what}, which was destroyed`, RESTORE);
        } else if (dek.sweptAt !== null) {
          const remedy = "let the rotation go on, by keys:rotate --dek";
          await find(ownerId, `${what}, which was swept`, remedy, () =>
            markUnswept(deps.platform, userId, version),
          );
        }
      }
      await breathe();
    }
  };

  for await (const histories of listDekHistories(deps.platform, null)) {
    const owners = histories.map((history) => history.ownerId);
    const [wraps, mirrors, heads] = await Promise.all([
      listWrapsOf(platformDatabase.execute, owners),
      listMirrorsOf(vaultDatabase.execute, owners),
      listOwnersWithHead(vaultDatabase.execute, owners),
    ]);
    const [wrapsByName, mirrorsByName] = [byName(wraps), byName(mirrors)];
    for (const history of histories) {
      const hasHead = heads.has(hex(history.ownerId));
      await examineOwner(history, wrapsByName, mirrorsByName, hasHead);
      count.owners++;
    }
  }
  for (const { ownerId, version } of await listStrayWraps(platformDatabase.execute, BATCH)) {
    await find(ownerId, `a wrap of version ${version} in the platform is nobody's`, "delete it");
  }
  for (let after = START; ;) {
    const mirrors = await listMirrorsNotUnder(vaultDatabase.execute, "", after, BATCH);
    const last = mirrors.at(-1);
    if (last === undefined) break;
    const owners = mirrors.map((mirror) => mirror.ownerId);
    const known = await listKnownDeks(platformDatabase.execute, owners);
    for (const { ownerId, version } of mirrors.filter((mirror) => !known.has(nameOf(mirror)))) {
      const remedy =
        "nobody's: erased, planted, or the platform was put back to before it was made";
      await find(ownerId, `the platform has no version ${version}, which the vault has`, remedy);
    }
    after = last;
  }
  return count;
}

function isSameWrap(wrap: OwnedWrap, mirror: Mirror, dekId: Uint8Array): boolean {
  return (
    wrap.mekRef === mirror.mekRef &&
    wrap.suite === mirror.suite &&
    isEqual(wrap.blob, mirror.blob) &&
    isEqual(mirror.dekId, dekId)
  );
}

const nameOf = ({ ownerId, version }: Pick<OwnedWrap, "ownerId" | "version">) =>
  `${hex(ownerId)}/${version}`;

const byName = <W extends OwnedWrap>(wraps: readonly W[]) =>
  new Map(wraps.map((wrap) => [nameOf(wrap), wrap]));
