import { isEqual } from "../../crypto/digest.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { hex } from "../../lib/ids.ts";
import { recordEvents } from "../../platform/audit.ts";
import { noteRepair, type DekHistory } from "../../platform/dek-rotation.ts";
import { countWraps, type OwnedWrap } from "../../platform/rotation-statements.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { MekUnknown } from "../mek/provider.ts";
import { pace } from "../pace.ts";
import { countAllBoxes } from "./platform-boxes.ts";
import type { ResealDeps } from "./reseal.ts";
import type { RewrapDeps } from "./rewrap.ts";
import type { KeyCount, Mirror } from "./statements.ts";

export type DoctorDeps = RewrapDeps & ResealDeps;

export interface DoctorOptions {
  /** Unwraps every data key; otherwise those of every tenth owner, one of each master key, and all that look wrong. */
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

/** What each database holds of one data key, and whether its owner has written anything. */
export interface Copies {
  readonly wrap: OwnedWrap | undefined;
  readonly mirror: Mirror | undefined;
  readonly hasHead: boolean;
}

export const RESTORE = "restore the backup of the keys that has it";
export const KEEP = "keep it, it may be the only copy: restore user_deks from a backup that has it";
export const NOBODYS =
  "nobody's: erased, planted, or the platform was put back to before it was made";
const EXAMINED = {
  actor: "operator",
  action: "key.unwrapped",
  purpose: "keys:doctor",
  requestId: null,
} as const;
/** How many spellings of one reference are tried: each may be a call that a service is paid for. */
const MAX_SPELLINGS = 8;
const REPAIR = "npm run keys:doctor -- --repair";

/** One run of the doctor: what it found, and its ways of looking. */
export interface Examination {
  readonly deps: DoctorDeps;
  readonly options: DoctorOptions;
  readonly count: { owners: number; unwrapped: number; left: number };
  /** The master keys that something opened under. */
  readonly proved: Set<string>;
  /** Tells of something; repairs it if that is asked for. @returns whether it was repaired. */
  readonly find: (
    who: Pick<DekHistory, "ownerId"> & Partial<DekHistory>,
    what: string,
    remedy: string,
    repair?: () => Promise<unknown>,
  ) => Promise<boolean>;
  /** Whether a wrap opens as the key `dekId`. Its user's audit says first that it was looked at, once in a run. */
  readonly opens: (
    whose: DekHistory,
    wrap: OwnedWrap | undefined,
    dekId: Uint8Array,
  ) => Promise<boolean>;
  /**
   * Whether a wrap that is in the way of the key `dekId` is another key, or may be once its master key is at hand: the
   * only copy of it, perhaps. Which keys its version has been is what the mirror says, and what boxes do.
   */
  readonly isPrecious: (whose: DekHistory, wrap: OwnedWrap, dekId: Uint8Array) => Promise<boolean>;
  /**
   * The references that one could be meant to be: byte for byte another, and the same but for capitals, accents and
   * spaces. Of many, which somebody planted, those that most wraps are under. None for that of the current master key.
   */
  readonly spellingsOf: (mekRef: string) => readonly string[];
  /** How many rows of an owner are under each data key. */
  readonly boxesOf: (
    ownerId: Uint8Array<ArrayBuffer>,
  ) => Promise<(KeyCount & { readonly table: string })[]>;
}

export async function beginExamination(
  deps: DoctorDeps,
  options: DoctorOptions,
): Promise<Examination> {
  const current = await deps.meks.current();
  const known = await listSpellings(deps, current);
  const breathe = pace();
  const count = { owners: 0, unwrapped: 0, left: 0 };
  const proved = new Set<string>();
  const told = new Set<string>();
  const tell = async ({ userId, tenantId }: DekHistory): Promise<void> => {
    if (told.has(userId)) return;
    told.add(userId);
    const event = { ...EXAMINED, subject: { userId, tenantId } };
    await asSystem(() => recordEvents(deps.platform, [event], deps.clock()));
  };
  const unwrap = async (
    whose: DekHistory,
    wrap: OwnedWrap,
    dekId: Uint8Array,
  ): Promise<"opens" | "shut" | "away"> => {
    await tell(whose);
    count.unwrapped++;
    await breathe();
    try {
      (await deps.meks.unwrap(wrap, { ...wrap, dekId })).fill(0);
      proved.add(wrap.mekRef);
      return "opens";
    } catch (error) {
      if (error instanceof MekUnknown) return "away";
      if (error instanceof DecryptionError) return "shut";
      throw error;
    }
  };
  const boxesOf: Examination["boxesOf"] = (ownerId) => countAllBoxes(deps, ownerId);

  return {
    deps,
    options,
    count,
    proved,
    boxesOf,
    spellingsOf: (mekRef) => {
      if (mekRef === current) return [];
      const plain = plainOf(mekRef);
      // A keyring's are in small letters, and no others, be nothing else under that key.
      const meant = plain.startsWith("local:") ? [plain] : (known.get(plain) ?? []);
      return meant.filter((ref) => ref !== mekRef);
    },
    opens: async (whose, wrap, dekId) =>
      wrap !== undefined && (await unwrap(whose, wrap, dekId)) === "opens",
    isPrecious: async (whose, wrap, dekId) => {
      const boxes = (await boxesOf(wrap.ownerId)).filter((box) => box.version === wrap.version);
      const names = [
        ...(wrap.dekId === null ? [] : [wrap.dekId]),
        ...boxes.map((box) => box.dekId),
      ];
      for (const name of names.filter((other) => !isEqual(other, dekId))) {
        if ((await unwrap(whose, wrap, name)) !== "shut") return true;
      }
      return false;
    },
    find: async ({ userId, tenantId, ownerId }, what, remedy, repair) => {
      const isRepaired = options.isRepairing && repair !== undefined && (await repair()) !== false;
      if (isRepaired && userId !== undefined && tenantId !== undefined) {
        const purpose = `keys:doctor: ${what}`;
        await noteRepair(deps.platform, { userId, tenantId }, purpose, deps.clock());
      }
      if (!isRepaired) count.left++;
      const advice = repair === undefined || options.isRepairing ? remedy : `${remedy}: ${REPAIR}`;
      options.onFinding({
        ownerId: hex(ownerId),
        what,
        remedy: isRepaired ? "repaired" : advice,
        isRepaired,
      });
      return isRepaired;
    },
  };
}

/** The references that both databases have by what is the same of their spellings, the likeliest first. */
async function listSpellings(
  { platformDatabase, vaultDatabase }: DoctorDeps,
  current: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const counts = new Map([[current, Infinity]]);
  for (const wraps of [
    await countWraps(platformDatabase.execute, "dek_wraps"),
    await countWraps(vaultDatabase.execute, "vault_keys"),
  ]) {
    for (const [ref, count] of wraps) counts.set(ref, (counts.get(ref) ?? 0) + count);
  }
  const spellings = new Map<string, string[]>();
  for (const [ref] of [...counts].toSorted(([, a], [, b]) => b - a)) {
    const plain = plainOf(ref);
    const alike = spellings.get(plain);
    if (alike === undefined) spellings.set(plain, [ref]);
    else if (alike.length < MAX_SPELLINGS) alike.push(ref);
  }
  return spellings;
}

const plainOf = (mekRef: string) =>
  mekRef
    .normalize("NFKD")
    .replace(/[^!-~]/g, "")
    .toLowerCase();
