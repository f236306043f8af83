import { isEqual } from "../../crypto/digest.ts";
import {
  adoptDek,
  noteDestroyed,
  type DekHistory,
  type DekVersion,
} from "../../platform/dek-rotation.ts";
import { restoreWrap, swapWraps, type OwnedWrap } from "../../platform/rotation-statements.ts";
import { KEEP, NOBODYS, RESTORE, type Copies, type Examination } from "./examination.ts";
import { addMirror, deleteMirror, replaceMirror, type Mirror } from "./statements.ts";

/** Whether both databases have the same of a version, as far as can be told without unwrapping it. */
export function looksRight(
  { proved, spellingsOf }: Examination,
  { dekId }: DekVersion,
  { wrap, mirror, hasHead }: Copies,
): boolean {
  if (wrap === undefined) return false;
  // What something opened under is right, whatever else somebody wrote into a row.
  if (!proved.has(wrap.mekRef) && spellingsOf(wrap.mekRef).length > 0) return false;
  return isSameWrap(wrap, mirror, dekId) || (mirror === undefined && !hasHead);
}

/** Unwraps what both databases have of a version, and takes what is wrong in one of them from the other. */
export async function examineVersion(
  exam: Examination,
  history: DekHistory,
  dek: DekVersion,
  copies: Copies,
): Promise<void> {
  const { version, state, dekId } = dek;
  const { wrap, mirror, hasHead } = copies;
  const { find, opens, isPrecious } = exam;
  const { platformDatabase, vaultDatabase } = exam.deps;
  const name = `version ${version}`;
  const isSame = isSameWrap(wrap, mirror, dekId);
  const wrapOpens = await opens(history, wrap, dekId);
  if (wrapOpens && (isSame || (mirror === undefined && !hasHead))) return;
  const mirrorOpens = isSame ? wrapOpens : await opens(history, mirror, dekId);
  if (wrap !== undefined && wrapOpens) {
    const good = { ...wrap, dekId };
    if (mirror === undefined) {
      await find(history, `${name} is not mirrored in the vault`, "copy it", () =>
        addMirror(vaultDatabase, history.ownerId, { ...good, method: "mek" }),
      );
      return;
    }
    const differs = mirrorOpens ? "differs from" : "is another key than";
    const what = `the mirror of ${name} ${differs} the platform's`;
    if (!mirrorOpens && (await isPrecious(history, mirror, dekId))) {
      await find(history, `${what}, and may open`, KEEP);
    } else {
      await find(history, what, "copy it", () =>
        replaceMirror(vaultDatabase.execute, mirror, good),
      );
    }
  } else if (mirror !== undefined && mirrorOpens) {
    const what = `the platform's wrap of ${name}`;
    if (wrap === undefined) {
      await find(history, `${what} is missing`, "take the vault's", () =>
        restoreWrap(platformDatabase.execute, { ...mirror, dekId }),
      );
    } else if (await isPrecious(history, wrap, dekId)) {
      await find(history, `${what} is another key, and may open`, KEEP);
    } else {
      const swap = { before: wrap, after: mirror };
      await find(
        history,
        `${what} does not open`,
        "take the vault's",
        async () => (await swapWraps(platformDatabase, "dek_wraps", [swap])) > 0,
      );
    }
  } else if (!(await examineSpelling(exam, history, dek, copies))) {
    const what = `${name} opens from neither database`;
    const isNowhere = wrap === undefined && mirror === undefined && state === "decrypt_only";
    if (!isNowhere || (await hasRows(exam, history, version))) await find(history, what, RESTORE);
    else {
      await find(history, `${what}, and no row is under it`, "note it as destroyed", () =>
        noteDestroyed(exam.deps.platform, history, version),
      );
    }
  }
}

/**
 * Looks whether one of the copies of a version opens under the reference that its own is a misspelling of. It does so only
 * where it was made with that one: the reference is part of what a wrap is bound to. The other copy is then looked at
 * beside what is corrected, and so comes to be the same, unless it may be another key.
 *
 * @returns whether one does.
 */
async function examineSpelling(
  exam: Examination,
  history: DekHistory,
  dek: DekVersion,
  { wrap, mirror, hasHead }: Copies,
): Promise<boolean> {
  const { find, opens, spellingsOf, deps, options } = exam;
  const isSame = isSameWrap(wrap, mirror, dek.dekId);
  for (const before of isSame ? [wrap] : [wrap, mirror]) {
    if (before === undefined) continue;
    for (const mekRef of spellingsOf(before.mekRef)) {
      const after = { ...before, mekRef };
      if (!(await opens(history, after, dek.dekId))) continue;
      const what = `version ${dek.version} is under ${before.mekRef}, and opens under ${mekRef}`;
      const isRepaired = await find(history, what, "spell its master key so", async () => {
        const swaps = [{ before, after }];
        const inPlatform = await swapWraps(deps.platformDatabase, "dek_wraps", swaps);
        return inPlatform + (await swapWraps(deps.vaultDatabase, "vault_keys", swaps)) > 0;
      });
      if (isSame || (options.isRepairing && !isRepaired)) return true;
      const corrected = <W extends OwnedWrap>(copy: W | undefined) =>
        copy !== undefined && isEqual(copy.blob, after.blob)
          ? { ...copy, mekRef, suite: after.suite }
          : copy;
      const copies = { wrap: corrected(wrap), mirror: corrected(mirror), hasHead };
      await examineVersion(exam, history, dek, copies);
      return true;
    }
  }
  return false;
}

/** A destroyed version is nowhere any more. */
export async function examineDestroyed(
  exam: Examination,
  history: DekHistory,
  { version, dekId }: DekVersion,
  mirror: Mirror | undefined,
): Promise<void> {
  if (mirror === undefined) return;
  const what = `version ${version} was destroyed, and is still mirrored`;
  // With rows, and yet it does not open: its master key may be away.
  const isNeeded = await hasRows(exam, history, version);
  if (isNeeded || (await exam.isPrecious(history, mirror, dekId))) {
    await exam.find(history, `${what}, and rows may need it`, KEEP);
    return;
  }
  await exam.find(history, what, "delete it", () =>
    deleteMirror(exam.deps.vaultDatabase.execute, history.ownerId, version),
  );
}

/**
 * Versions that a wrap or a mirror has and `user_deks` does not, or has as destroyed although rows are under them: one of
 * the databases was put back. Those that open can be taken among the known ones.
 *
 * @param found - The versions that wraps and mirrors have.
 * @returns those that can be, and whether any was.
 */
export async function examineUnknown(
  exam: Examination,
  history: DekHistory,
  found: ReadonlySet<number>,
  copiesOf: (version: number) => Copies,
): Promise<{ adoptable: Set<number>; isChanged: boolean }> {
  const { find, opens, deps } = exam;
  const adoptable = new Set<number>();
  let isChanged = false;
  const known = new Map(history.versions.map((dek) => [dek.version, dek]));
  const unknown = [...found].filter((version) => {
    const dek = known.get(version);
    return dek === undefined || dek.state === "destroyed";
  });
  if (unknown.length === 0) return { adoptable, isChanged };
  const boxes = await exam.boxesOf(history.ownerId);
  // The newest first: it is the one that becomes active.
  for (const version of unknown.toSorted((a, b) => b - a)) {
    const { wrap, mirror } = copiesOf(version);
    const destroyed = known.get(version);
    const inBoxes = boxes.filter((box) => box.version === version).map((box) => box.dekId);
    const dekId = await openingName(
      destroyed === undefined
        ? [...inBoxes, ...(mirror === undefined ? [] : [mirror.dekId])]
        : inBoxes.filter((name) => isEqual(name, destroyed.dekId)),
      async (name) => (await opens(history, wrap, name)) || (await opens(history, mirror, name)),
    );
    if (dekId !== null) {
      adoptable.add(version);
      const what =
        destroyed === undefined
          ? `the platform does not know version ${version}, whose key opens`
          : `rows are under version ${version}, which was destroyed, and its key opens`;
      const adopt = () => adoptDek(deps.platform, history, { version, dekId }, deps.clock());
      if (await find(history, what, "take it among its keys", adopt)) isChanged = true;
    } else if (destroyed === undefined && mirror !== undefined) {
      const what = `the platform has no version ${version}, which the vault has`;
      await find(history, what, NOBODYS);
    } else if (destroyed === undefined) {
      await find(
        history,
        `the platform does not know version ${version}, which it has wrapped`,
        KEEP,
      );
    }
  }
  return { adoptable, isChanged };
}

async function hasRows(
  { boxesOf }: Examination,
  { ownerId }: DekHistory,
  version: number,
): Promise<boolean> {
  return (await boxesOf(ownerId)).some((box) => box.version === version);
}

/** The first of `names` as which a key opens. */
async function openingName(
  names: readonly Uint8Array[],
  opensAs: (name: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  for (const name of names) if (await opensAs(name)) return new Uint8Array(name);
  return null;
}

function isSameWrap(
  wrap: OwnedWrap | undefined,
  mirror: Mirror | undefined,
  dekId: Uint8Array,
): boolean {
  if (wrap === undefined || mirror === undefined) return false;
  return (
    wrap.mekRef === mirror.mekRef &&
    wrap.suite === mirror.suite &&
    isEqual(wrap.blob, mirror.blob) &&
    isEqual(mirror.dekId, dekId)
  );
}
