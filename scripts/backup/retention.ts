import type { BackupSet } from "../lib/backup-sets.ts";
import { chainOf } from "./catalog.ts";
import type { Manifest } from "./manifest.ts";

const DAY_MS = 86_400_000;

/** How many of each are kept: the newest backup of so many days, weeks, months and years that have one. */
export interface Keep {
  readonly d: number;
  readonly w: number;
  readonly m: number;
  readonly y: number;
}

export const DEFAULT_KEEP = "7d4w6m";

/** @returns undefined when a text is none, such as `7d4w6m`, or would keep nothing. */
export function parseKeep(text: string): Keep | undefined {
  if (!/^(\d{1,4}[dwmy])+$/.test(text)) return undefined;
  const keep = { d: 0, w: 0, m: 0, y: 0 };
  for (const [, number = "", unit = ""] of text.matchAll(/(\d+)([dwmy])/g)) {
    if (unit === "d" || unit === "w" || unit === "m" || unit === "y") keep[unit] = Number(number);
  }
  return Object.values(keep).some((number) => number > 0) ? keep : undefined;
}

/**
 * Which backups of a set are to be removed.
 *
 * Those of the keys go when they are as old as a receipt of erasure says, whatever is kept of the others, and none is
 * kept for the sake of the past: a wrap in an old one opens what was erased. The newest stays, however old it is; one
 * from the future, which a clock that was wrong has made, is not the newest and is not waited for.
 * Of the journal's the newest always stays, and so does each that an incremental one which stays has files in.
 *
 * @param backups - Newest first.
 * @param keysDays - `KEYS_BACKUP_DAYS`.
 * @param made - What this run has made, which stays and counts as the newest of the keys; null when it made none.
 * @param unknown - The ids of backups of which nobody can say what they have files in: all that is older stays.
 */
export function expired(
  set: BackupSet,
  backups: readonly Manifest[],
  of: {
    readonly keep: Keep;
    readonly keysDays: number;
    readonly now: Date;
    readonly made: string | null;
    readonly unknown: readonly string[];
  },
): Manifest[] {
  const { keep, keysDays, now, made, unknown } = of;
  if (set === "keys") {
    // What it holds may be as old as its beginning.
    const oldest = now.getTime() - keysDays * DAY_MS;
    const newest =
      backups.find(({ id }) => id === made) ??
      backups.find((each) => !isFromFuture(each, now)) ??
      backups[0];
    return backups.filter(
      (each) =>
        each !== newest && (Date.parse(each.startedAt) <= oldest || isFromFuture(each, now)),
    );
  }
  const kept = new Set(backups.filter(({ id }, n) => n === 0 || id === made).map(({ id }) => id));
  for (const unit of ["d", "w", "m", "y"] as const) {
    const spans = new Set<string>();
    for (const { id, takenAt } of backups) {
      const span = spanOf(unit, new Date(takenAt));
      if (spans.has(span) || spans.size === keep[unit]) continue;
      spans.add(span);
      kept.add(id);
    }
  }
  const needed = new Set(
    backups.filter(({ id }) => kept.has(id)).flatMap((backup) => [...chainOf(backup)]),
  );
  // Ids sort by time.
  return backups.filter(({ id }) => !needed.has(id) && unknown.every((other) => other < id));
}

/** Was it begun while the clock was wrong? A day is what clocks of two machines are allowed to differ by. */
export const isFromFuture = ({ startedAt }: Pick<Manifest, "startedAt">, now: Date): boolean =>
  Date.parse(startedAt) > now.getTime() + DAY_MS;

/** The day, week (from Monday), month or year of an instant, in UTC. */
function spanOf(unit: keyof Keep, at: Date): string {
  if (unit !== "w") return at.toISOString().slice(0, { d: 10, m: 7, y: 4 }[unit]);
  const sinceMonday = (at.getUTCDay() + 6) % 7;
  return new Date(at.getTime() - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}
