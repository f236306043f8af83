/** What reconciling looks for: one line a class, in the order in which it is told. */
const CLASSES = {
  platform_behind: {
    severity: "error",
    what: "the platform was put back: it has counted less than it told the vault",
    remedy: "--repair ends what it had given out",
  },
  given_out: {
    severity: "error",
    what: "sessions, API tokens, invitations, trusted devices, links and challenges came back with the platform",
    remedy: "--repair ends all of them: everybody signs in again",
  },
  erased_returned: {
    severity: "error",
    what: "owners who were erased came back with a database that was put back",
    remedy: "--repair erases them again",
  },
  erasures_unfinished: {
    severity: "warning",
    what: "erasures are not finished after an hour",
    remedy: "--repair finishes them; look why the worker does not",
  },
  master_keys_missing: {
    severity: "error",
    what: "data keys are wrapped under master keys that are not at hand",
    remedy:
      "npm run keys:merge with the backup of the keyring that has them, or configure their provider",
  },
  keys: {
    severity: "error",
    what: "wraps and mirrors of data keys differ, are missing or do not open",
    remedy: "--repair does what is certain; npm run keys:doctor -- --all --rows says what each is",
  },
  owners_unknown: {
    severity: "error",
    what: "owners in the vault, or in a set of keys, have no account: the platform was put back to before they signed up",
    remedy:
      "restore a newer platform; --repair --delete-orphans deletes what is theirs once no backup of the keys is left that knows them",
  },
  heads_missing: {
    severity: "error",
    what: "owners have written something, and the vault has no head of theirs",
    remedy: "restore the vault, or take it as it is: npm run vault:accept -- --owner OWNER",
  },
  revisions_behind: {
    severity: "error",
    what: "vaults are at an earlier revision than the platform knows: the vault was put back",
    remedy: "restored on purpose: --repair --restored vault takes them as they are",
  },
  revisions_ahead: {
    severity: "error",
    what: "vaults are at a later revision than the platform knows: the platform was put back",
    remedy: "restored on purpose: --repair --restored platform takes them as they are",
  },
  states_missing: {
    severity: "warning",
    what: "the platform does not know what the vaults of owners who have written should hold",
    remedy: "--repair --restored platform takes them as they are; else their next change does",
  },
  vaults_violated: {
    severity: "error",
    what: "vaults are known not to hold what they should",
    remedy:
      "npm run vault:verify; if it was on purpose: npm run vault:accept -- --owner OWNER|all-violated",
  },
  audit_broken: {
    severity: "error",
    what: "the audit is not what was sealed",
    remedy: "npm run audit:verify names the first row",
  },
  audit_unsealed: {
    severity: "info",
    what: "events have waited for a seal for long, as after a restore; else the worker does not run, or refuses",
    remedy: "npm start; the worker's log says why it refuses",
  },
  audit_unverified: {
    severity: "info",
    what: "the audit was not verified, since TOKEN_KEY is not set",
    remedy: "npm run audit:verify",
  },
  migrations_pending: {
    severity: "error",
    what: "a database is older than this TimOS",
    remedy: "npm run db:migrate",
  },
  migrations_unknown: {
    severity: "error",
    what: "a database was migrated by another TimOS than this one",
    remedy: "run the TimOS that made it, or restore an older backup",
  },
  migrations_unread: {
    severity: "info",
    what: "what is migrated was not compared: PLATFORM_MIGRATE_URL and VAULT_MIGRATE_URL are not set",
    remedy: "npm run db:status",
  },
  attachments_missing: {
    severity: "info",
    what: "there is no kind of record with attachments yet, so none can be missing",
    remedy: null,
  },
  runs_unended: {
    severity: "warning",
    what: "backups, restores, drills or reconciling began more than a day ago and never ended",
    remedy: "--repair notes that they failed",
  },
  cannot_know: {
    severity: "info",
    what: "of what both databases were put back to before, neither knows anything",
    remedy:
      "restore the newest set of the keys; erasures since the backup are undone otherwise, and devices with a copy have to begin anew",
  },
} as const;

export type FindingClass = keyof typeof CLASSES;

/** Something that does not fit together, by numbers and random ids only. */
export interface Finding {
  readonly class: FindingClass;
  readonly severity: "error" | "warning" | "info";
  readonly count: number;
  /** How many of them are as they were: all, unless it was repaired. */
  readonly left: number;
  /** Owners in hex, and where these are not what it is about, what is; ten at most. */
  readonly ids: readonly string[];
  /** More of it in numbers. */
  readonly figures: Readonly<Record<string, number>>;
  readonly what: string;
  /** What `--repair` would do about it, or what else helps. */
  readonly remedy: string | null;
}

const NAMED = 10;

/** Gathers findings. What there may be a million of is counted, and the first ten are named. */
export class Findings {
  readonly #found = new Map<
    FindingClass,
    { count: number; repaired: number; ids: string[]; figures: Record<string, number> }
  >();

  /** One of a class. */
  note(name: FindingClass, id: string | null, isRepaired = false): void {
    this.add(name, { count: 1, repaired: isRepaired ? 1 : 0, ids: id === null ? [] : [id] });
  }

  add(
    name: FindingClass,
    {
      count,
      repaired = 0,
      ids = [],
    }: { count: number; repaired?: number; ids?: readonly string[] },
  ): void {
    const found = this.#of(name);
    found.count += count;
    found.repaired += repaired;
    for (const id of ids) {
      if (found.ids.length < NAMED && !found.ids.includes(id)) found.ids.push(id);
    }
  }

  /** Adds to a figure, or takes the larger one. */
  figure(name: FindingClass, figure: string, value: number, how: "sum" | "max" = "sum"): void {
    const { figures } = this.#of(name);
    const before = figures[figure] ?? 0;
    figures[figure] = how === "sum" ? before + value : Math.max(before, value);
  }

  list(): Finding[] {
    return (Object.keys(CLASSES) as FindingClass[]).flatMap((name) => {
      const found = this.#found.get(name);
      if (found === undefined) return [];
      const { count, repaired, ids, figures } = found;
      return [{ class: name, ...CLASSES[name], count, left: count - repaired, ids, figures }];
    });
  }

  #of(name: FindingClass) {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = { count: 0, repaired: 0, ids: [], figures: {} };
      this.#found.set(name, found);
    }
    return found;
  }
}
