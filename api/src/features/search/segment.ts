import type { KindName } from "../../contract/record.ts";
import type { Pace } from "../../vault/pace.ts";
import { foldInto, newSink, type Sink } from "./fold.ts";
import { endsWord, indexOfNeedle, type Needle } from "./needle.ts";
import { wordsIn, type Words } from "./words.ts";

/** What a record is narrowed by. */
export interface NewDoc {
  readonly kind: KindName;
  readonly id: string;
  readonly rev: number;
  readonly day: string | null;
  readonly tags: readonly string[];
  readonly pillarIds: readonly string[];
}

/** From where to where in a segment the folded text of a record is, and where the texts behind its title begin. */
interface Span {
  readonly start: number;
  readonly textStart: number;
  readonly end: number;
}

/** A record as it lies in a segment. A class, since an object made by spreading takes four times the room. */
export class Doc implements NewDoc, Span {
  readonly kind: KindName;
  readonly id: string;
  readonly rev: number;
  readonly day: string | null;
  readonly tags: readonly string[];
  readonly pillarIds: readonly string[];
  readonly segment: Segment;
  readonly start: number;
  readonly textStart: number;
  readonly end: number;
  /** Whether it was changed or thrown away since: then its text is wiped. */
  isGone = false;

  constructor(doc: NewDoc, segment: Segment, { start, textStart, end }: Span) {
    this.kind = doc.kind;
    this.id = doc.id;
    this.rev = doc.rev;
    this.day = doc.day;
    this.tags = doc.tags;
    this.pillarIds = doc.pillarIds;
    this.segment = segment;
    this.start = start;
    this.textStart = textStart;
    this.end = end;
  }
}

/** Folded texts are kept in pieces of about this size: what is gone through before others get their turn. */
const FULL_BYTES = 512 * 1024;

/** Between two texts, which no needle spans. No text folds to it. */
const END_OF_TEXT = 0x01;

/** How often a term is counted in one record; more often makes no difference to how well it fits. */
const COUNTED = 3;

const WHOLE = 1;
const PREFIX = 0.6;
const IN_TITLE = 3;
const AGAIN = 0.15;

/** What a record takes in memory beside its text. */
const DOC_BYTES = 240;

/** Folded texts of some records, one behind the other. */
export class Segment {
  readonly docs: Doc[] = [];
  #sink: Sink;
  #words: Words | null = null;
  #goneBytes = 0;
  #gone = 0;

  constructor(capacity?: number) {
    this.#sink = newSink(capacity);
  }

  /** With room for as much as it is going to hold when it is full. */
  static roomy(): Segment {
    return new Segment(FULL_BYTES + FULL_BYTES / 16);
  }

  /** What it takes in memory. */
  get size(): number {
    return this.#sink.bytes.length + this.docs.length * DOC_BYTES + (this.#words?.size ?? 0);
  }

  /** How many records it holds. */
  get count(): number {
    return this.docs.length - this.#gone;
  }

  get isFull(): boolean {
    return this.#sink.length >= FULL_BYTES;
  }

  /** Whether most of what it holds is gone. */
  get isSparse(): boolean {
    return this.#goneBytes * 2 > this.#sink.length;
  }

  /** @returns null, having kept nothing, for a record without a word. */
  add(doc: NewDoc, title: string, texts: readonly string[]): Doc | null {
    const sink = this.#sink;
    const start = sink.length;
    this.#fold(title);
    const textStart = sink.length;
    for (const text of texts) this.#fold(text);
    if (sink.length === start) return null;
    return this.#place(new Doc(doc, this, { start, textStart, end: sink.length }));
  }

  /** Takes over what is left of another segment, whose bytes are wiped. */
  adopt(other: Segment): Doc[] {
    const moved = other.docs.filter((doc) => !doc.isGone);
    const docs = moved.map((doc) => {
      const by = this.#sink.length - doc.start;
      this.#append(other.#sink.bytes.subarray(doc.start, doc.end));
      const span = { start: doc.start + by, textStart: doc.textStart + by, end: doc.end + by };
      return this.#place(new Doc(doc, this, span));
    });
    other.wipe();
    return docs;
  }

  remove(doc: Doc): void {
    doc.isGone = true;
    this.#sink.bytes.fill(0, doc.start, doc.end);
    this.#goneBytes += doc.end - doc.start;
    this.#gone++;
    this.#words = null;
  }

  /** Lets go of the room that is left, where that is much, once nothing more is added. */
  trim(): void {
    const { bytes, length } = this.#sink;
    if (bytes.length < length + length / 8) return;
    const exact = Buffer.allocUnsafeSlow(length);
    bytes.copy(exact, 0, 0, length);
    bytes.fill(0);
    this.#sink = { bytes: exact, length };
    // They are where its words were.
    this.#words = null;
  }

  wipe(): void {
    this.#sink.bytes.fill(0);
    this.#sink = newSink(0);
    this.#words = null;
    this.docs.length = 0;
  }

  forgetWords(): void {
    this.#words = null;
  }

  /** The words in it, found out when they are first asked for. */
  async words(turn: Pace): Promise<Words> {
    this.#words ??= await wordsIn(this.#text, turn);
    return this.#words;
  }

  /**
   * How well each record fits a needle, added to what `fits` has for it in the order of {@link docs}: more for a whole
   * word than for its beginning, in a title, and when it is there again.
   *
   * @param worth - By how much that is multiplied.
   * @param known - Where the needle is first, and how often it is there, if that is known.
   */
  find(
    needle: Needle,
    worth: number,
    fits: Float32Array,
    known: { readonly start: number; readonly count: number } = { start: 0, count: Infinity },
  ): void {
    const text = this.#text;
    let index = 0;
    let counted = 0;
    let left = known.count;
    for (let at = indexOfNeedle(text, needle, known.start); at !== -1;) {
      let doc = this.docs[index];
      while (doc !== undefined && at >= doc.end) {
        doc = this.docs[++index];
        counted = 0;
      }
      if (doc === undefined) return;
      const kind = endsWord(text, needle, at) ? WHOLE : PREFIX;
      const fit = kind * (at < doc.textStart ? IN_TITLE : 1) * worth;
      const before = fits[index] ?? 0;
      fits[index] = before === 0 ? fit : Math.max(before, fit) + AGAIN * worth;
      counted++;
      // Some may have been passed over, and then there are none left before this says so.
      if (--left <= 0) return;
      // The space behind a word may be the one before the next.
      const next = counted < COUNTED ? at + Math.max(1, needle.bytes.length - 1) : doc.end;
      at = indexOfNeedle(text, needle, next);
    }
  }

  get #text(): Buffer {
    return this.#sink.bytes.subarray(0, this.#sink.length);
  }

  #place(doc: Doc): Doc {
    this.docs.push(doc);
    this.#words = null;
    return doc;
  }

  #fold(text: string): void {
    const before = this.#sink.length;
    foldInto(this.#sink, text);
    if (this.#sink.length > before) this.#append(MARK);
  }

  #append(bytes: Uint8Array): void {
    const sink = this.#sink;
    const end = sink.length + bytes.length;
    if (end > sink.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(end * 2);
      sink.bytes.copy(larger, 0, 0, sink.length);
      sink.bytes.fill(0);
      sink.bytes = larger;
    }
    sink.bytes.set(bytes, sink.length);
    sink.length = end;
  }
}

const MARK = Uint8Array.of(END_OF_TEXT);
