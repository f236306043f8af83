/**
 * What the vault promises of records, in memory and without its code: revisions, guards, natural keys, earlier states,
 * trash. A test runs the same steps on both and compares.
 */

export interface State {
  readonly rev: number;
  readonly day: string;
  readonly text: string;
}

export interface Kept extends State {
  readonly keptAt: number;
}

export interface ModelRecord {
  live: State | null;
  trashed: State | null;
  /** Earlier states, oldest first. */
  versions: Kept[];
  isPurged: boolean;
  /** Every revision that it ever had. */
  revs: number[];
  /** Every text that was acknowledged and not deleted for good since. */
  typed: string[];
}

export type ModelGuard = { readonly rev: number } | "absent" | "present" | undefined;

/** What an operation answers: `ok` with the revision, or why it was refused. */
export type Answer = number | "not_found" | "rev_mismatch" | "conflict" | "unchanged";

const WINDOW_MS = 10 * 60_000;

export class VaultModel {
  readonly records = new Map<string, ModelRecord>();
  #rev = 0;
  readonly #isOneADay: boolean;

  /** @param isOneADay - Whether the day is a natural key. */
  constructor(isOneADay: boolean) {
    this.#isOneADay = isOneADay;
  }

  record(id: string): ModelRecord {
    const found = this.records.get(id) ?? {
      live: null,
      trashed: null,
      versions: [],
      isPurged: false,
      revs: [],
      typed: [],
    };
    this.records.set(id, found);
    return found;
  }

  put(id: string, day: string, text: string, guard: ModelGuard, now: number): Answer {
    const { live } = this.record(id);
    if (!holds(guard, live)) return "rev_mismatch";
    return this.#write(id, day, text, now, typeof guard === "object");
  }

  patch(id: string, text: string, guard: ModelGuard, now: number): Answer {
    const { live } = this.record(id);
    if (live === null) return "not_found";
    if (!holds(guard, live)) return "rev_mismatch";
    return this.#write(id, live.day, text, now, typeof guard === "object");
  }

  remove(id: string, guard: ModelGuard): Answer {
    const record = this.record(id);
    if (record.live === null) return "not_found";
    if (!holds(guard, record.live)) return "rev_mismatch";
    record.trashed = { ...record.live, rev: this.#take(record) };
    record.live = null;
    return record.trashed.rev;
  }

  restore(id: string, rev: number, guard: ModelGuard, now: number): Answer {
    const { live, versions } = this.record(id);
    const version = versions.find((kept) => kept.rev === rev);
    if (version === undefined || live === null) return "not_found";
    if (!holds(guard, live)) return "rev_mismatch";
    return this.#write(id, version.day, version.text, now, false);
  }

  takeFromTrash(id: string): Answer {
    const record = this.record(id);
    const { trashed } = record;
    if (trashed === null) return "not_found";
    if (this.#isTaken(id, trashed.day)) return "conflict";
    record.live = { ...trashed, rev: this.#take(record) };
    record.trashed = null;
    return record.live.rev;
  }

  purge(id: string): Answer {
    const record = this.record(id);
    if (record.trashed === null) return "not_found";
    // Only what is deleted for good, and by asking for it, is gone.
    Object.assign(record, { trashed: null, versions: [], isPurged: true, typed: [] });
    return ++this.#rev;
  }

  syncPut(
    id: string,
    day: string,
    text: string,
    ifRev: number | undefined,
    now: number,
  ): Answer | { readonly conflictWith: string } {
    const { live, trashed } = this.record(id);
    if (live?.day === day && live.text === text) return "unchanged";
    if (ifRev !== undefined && ifRev !== (live ?? trashed)?.rev && !(ifRev === 0 && isNone())) {
      return { conflictWith: id };
    }
    const answer = this.#write(id, day, text, now, ifRev !== undefined);
    return answer === "conflict" ? { conflictWith: this.#holder(day) ?? "" } : answer;

    function isNone() {
      return live === null && trashed === null;
    }
  }

  syncRemove(id: string, ifRev: number | undefined): Answer | { readonly conflictWith: string } {
    const { live } = this.record(id);
    if (live === null) return "unchanged";
    if (ifRev !== undefined && ifRev !== live.rev) return { conflictWith: id };
    return this.remove(id, undefined);
  }

  #write(id: string, day: string, text: string, now: number, mayCoalesce: boolean): Answer {
    const record = this.record(id);
    const before = record.live ?? record.trashed;
    if (record.live?.day !== day && this.#isTaken(id, day)) return "conflict";
    if (before !== null) {
      const last = record.versions.at(-1);
      const isMoment =
        mayCoalesce &&
        last !== undefined &&
        now - last.keptAt < WINDOW_MS &&
        isInserted(before.day, day) &&
        isInserted(before.text, text);
      if (!isMoment) record.versions.push({ ...before, keptAt: now });
    }
    record.live = { rev: this.#take(record), day, text };
    record.trashed = null;
    record.isPurged = false;
    record.typed.push(text);
    return record.live.rev;
  }

  #holder(day: string): string | undefined {
    return [...this.records].find(([, { live }]) => live?.day === day)?.[0];
  }

  #isTaken(id: string, day: string): boolean {
    return this.#isOneADay && ![undefined, id].includes(this.#holder(day));
  }

  #take(record: ModelRecord): number {
    record.revs.push(++this.#rev);
    return this.#rev;
  }
}

function holds(guard: ModelGuard, live: State | null): boolean {
  if (guard === undefined) return true;
  if (guard === "absent") return live === null;
  return guard === "present" ? live !== null : live?.rev === guard.rev;
}

/** Whether `after` is `before` with something put in at one place: tried at each. */
function isInserted(before: string, after: string): boolean {
  const more = after.length - before.length;
  if (more < 0) return false;
  return Array.from({ length: before.length + 1 }, (_, at) => at).some(
    (at) => after.slice(0, at) + after.slice(at + more) === before,
  );
}

/** Whether every character of `text` is in one of `readable`, in its order. */
export function isReadableIn(text: string, readable: readonly string[]): boolean {
  return readable.some((candidate) => {
    let at = 0;
    for (const character of candidate) if (character === text[at]) at++;
    return at === text.length;
  });
}
