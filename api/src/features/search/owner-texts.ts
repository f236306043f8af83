import { findPlace, readTexts, type RecordTexts, type SearchedKind } from "../../vault/texts.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { Segment, type Doc } from "./segment.ts";

/** Rows that do not open, by their tables. */
export type Damaged = readonly string[];

const NOTHING: readonly string[] = [];

/** The folded texts of one person's journal, in memory, as of a revision. */
export class OwnerTexts {
  #segments: Segment[] = [];
  /** By kind, and then by id: a key made of both would take as much room as all else of a record. */
  readonly #docs = new Map<string, Map<string, Doc>>();
  readonly #damaged = new Map<string, string>();
  /** Tags, ids of pillars and days, of which many records have the same. */
  readonly #shared = new Map<string, string>();
  #rev = 0;
  #keys = "";

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get damaged(): Damaged {
    return [...this.#damaged.values()];
  }

  /** What it takes in memory. */
  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /**
   * Reads what was changed since the last time: everything at the first, and when the vault was put back or its data key
   * is another.
   *
   * @param fits - Is asked again and again whether there is room for it.
   * @returns false, having kept nothing, when there is not.
   */
  async refresh(
    vault: UserVault,
    kinds: readonly SearchedKind[],
    fits: () => boolean,
  ): Promise<boolean> {
    const { rev, floor } = await findPlace(vault);
    const keys = vault.keys.searched.map(({ version }) => version).join();
    if (rev < this.#rev || this.#rev < floor || keys !== this.#keys) this.clear();
    if (rev === this.#rev) return true;
    const since = this.#rev;
    let segments = this.#segments.length;
    try {
      for (const kind of kinds) {
        for await (const some of readTexts(vault, kind, since)) {
          for (const texts of some) this.#put(texts);
          if (this.#segments.length === segments) continue;
          segments = this.#segments.length;
          if (!fits()) {
            this.clear();
            return false;
          }
        }
      }
    } catch (error) {
      // What was read of it is not known to be all that there is.
      this.clear();
      throw error;
    }
    this.#compact();
    this.#rev = rev;
    this.#keys = keys;
    return true;
  }

  /** Lets go of what is found out again when it is needed. */
  forgetWords(): void {
    for (const segment of this.#segments) segment.forgetWords();
  }

  /** Wipes it. */
  clear(): void {
    for (const segment of this.#segments) segment.wipe();
    this.#segments = [];
    this.#docs.clear();
    this.#damaged.clear();
    this.#shared.clear();
    this.#rev = 0;
    this.#keys = "";
  }

  #put(texts: RecordTexts): void {
    const docs = this.#docsOf(texts.kind);
    const known = docs.get(texts.id);
    if (known?.rev === texts.rev) return;
    if (known !== undefined) {
      known.segment.remove(known);
      docs.delete(texts.id);
    }
    if (this.#damaged.size > 0) this.#damaged.delete(`${texts.kind}/${texts.id}`);
    if (texts.searched === "unreadable") {
      this.#damaged.set(`${texts.kind}/${texts.id}`, texts.table);
      return;
    }
    const doc = addTo(this.#tail(), texts, (text) => this.#share(text));
    if (doc !== null) docs.set(doc.id, doc);
  }

  #docsOf(kind: string): Map<string, Doc> {
    const known = this.#docs.get(kind) ?? new Map<string, Doc>();
    this.#docs.set(kind, known);
    return known;
  }

  #tail(): Segment {
    const last = this.#segments.at(-1);
    if (last?.isFull === false) return last;
    last?.trim();
    // After a full one there is much more to come, mostly.
    const segment = last === undefined ? new Segment() : Segment.roomy();
    this.#segments.push(segment);
    return segment;
  }

  #share(text: string): string {
    const known = this.#shared.get(text);
    if (known !== undefined) return known;
    this.#shared.set(text, text);
    return text;
  }

  #compact(): void {
    for (const [i, segment] of this.#segments.entries()) {
      if (!segment.isSparse) continue;
      const rest = new Segment();
      for (const doc of rest.adopt(segment)) this.#docsOf(doc.kind).set(doc.id, doc);
      this.#segments[i] = rest;
    }
    this.#segments = this.#segments.filter(({ docs }) => docs.length > 0);
  }
}

/**
 * The same without keeping it, for a journal that there is no room for: each segment is wiped when the next is asked for.
 *
 * @param onDamaged - Hears of each row that does not open, by its table.
 */
export async function* passingSegments(
  vault: UserVault,
  kinds: readonly SearchedKind[],
  onDamaged: (table: string) => void,
): AsyncGenerator<Segment> {
  let segment = new Segment();
  try {
    for (const kind of kinds) {
      for await (const some of readTexts(vault, kind, 0)) {
        for (const texts of some) {
          if (texts.searched === "unreadable") onDamaged(texts.table);
          addTo(segment, texts, (text) => text);
        }
        if (!segment.isFull) continue;
        yield segment;
        segment.wipe();
        segment = Segment.roomy();
      }
    }
    yield segment;
  } finally {
    segment.wipe();
  }
}

function addTo(
  segment: Segment,
  { kind, id, rev, searched }: RecordTexts,
  share: (text: string) => string,
): Doc | null {
  if (typeof searched === "string") return null;
  const { day, title = "", texts, tags, pillarIds } = searched;
  const said = texts.filter((text) => text !== undefined);
  const all = (shared: readonly string[] | undefined) =>
    shared === undefined || shared.length === 0 ? NOTHING : shared.map(share);
  const doc = {
    kind,
    id,
    rev,
    day: day && share(day),
    tags: all(tags),
    pillarIds: all(pillarIds?.filter((pillar) => typeof pillar === "string")),
  };
  return segment.add(doc, title, said);
}
