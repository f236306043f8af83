import * as z from "zod";
import { Instant } from "../contract/values.ts";
import { boxVersion, open, seal } from "../crypto/box.ts";
import type { OwnerKeys } from "./key-service.ts";

/** When a record was made and last changed. Kept in its `sealed` box: the vault has no clear timestamp. */
const Times = z.object({ createdAt: Instant, updatedAt: Instant });
export type Times = z.output<typeof Times>;

type Boxes = Readonly<Record<string, z.ZodObject>> & { readonly sealed: z.ZodObject };
type Intersection<U> = (U extends unknown ? (part: U) => void : never) extends (
  all: infer I,
) => void
  ? I
  : never;

/** The blind column of tables whose records are of a day. */
export const DAY_COLUMN = "dayKey";

/** What the boxes of a row hold together: a record's fields. */
type FieldsOf<B extends Boxes> = Intersection<z.output<B[keyof B]>>;

/** A row as it is stored. Besides `rev` and the trash's `purgeAfter` nothing in it can be read. */
export interface StoredRow {
  readonly id: Uint8Array;
  readonly rev: number;
  /** The day after which the worker deletes a record in the trash, `YYYY-MM-DD`. */
  readonly purgeAfter: string | null;
  /** Boxes and blind columns, by column. */
  readonly bytes: Readonly<Record<string, Uint8Array>>;
}

/** What the box `sealed` of a row held. `text` is null when that had not just the fields of today. */
export interface OpenedHead<H> {
  readonly head: H;
  readonly text: string | null;
}

/**
 * A table of the vault.
 *
 * @typeParam F - The fields of a record.
 * @typeParam H - Those of them in the box `sealed`, which is all that a list has to open.
 * @typeParam N - The columns that hold boxes.
 * @typeParam X - The blind columns.
 */
export interface Table<
  F = object,
  H = object,
  N extends string = string,
  X extends string = string,
> {
  readonly table: string;
  readonly boxColumns: readonly N[];
  readonly blindColumns: readonly X[];
  /** The blind column of the natural key: of those out of the trash no two records have the same; null without one. */
  readonly naturalColumn: X | null;
  /** The natural key of a record, in the clear. Null without one. */
  naturalKey(fields: F): string | null;
  /**
   * The natural key of a row, from its box `sealed`; null in place of the function for tables without one.
   *
   * @throws DecryptionError when the box does not open where it lies.
   */
  readonly naturalKeyIn: ((keys: OwnerKeys, row: StoredRow) => string) | null;
  /** What rows may hold in a blind `column` whose value is `value`: one for each data key that rows may be under. */
  blindValues(keys: OwnerKeys, column: X, value: string): Uint8Array[];
  sealRow(keys: OwnerKeys, id: Uint8Array, rev: number, content: F & Times): StoredRow;
  /**
   * Seals a row that is under an earlier data key under the active one, for the same place. Boxes keep their text as it
   * is, so that no field is lost that this program does not know.
   *
   * @throws DecryptionError when a box does not open where it lies.
   */
  resealRow(keys: OwnerKeys, row: StoredRow): StoredRow;
  /** @throws DecryptionError when a box does not open where it lies. So do the three below. */
  openRow(keys: OwnerKeys, row: StoredRow): F & Times;
  /**
   * Opens a row without comparing it with the fields of today, which takes a quarter of the time: for whoever reads
   * thousands and takes what there is. A box holds only what its fields were when it was sealed.
   */
  peekRow(keys: OwnerKeys, row: StoredRow): Partial<F>;
  /** Opens the box `sealed` only. */
  openHead(keys: OwnerKeys, row: StoredRow): H & Times;
  /** {@link openHead}, with the text that was sealed. */
  readHead(keys: OwnerKeys, row: StoredRow): OpenedHead<H & Times>;
  /**
   * The JSON of a row as its boxes hold it, whose `sealed` held `head` at the same revision. Null when they do not hold
   * just the fields of today.
   */
  readRest(keys: OwnerKeys, row: StoredRow, head: OpenedHead<H & Times>): string | null;
  /** Opens the other boxes of a row whose `sealed` held `head` at the same revision. */
  openRest(keys: OwnerKeys, row: StoredRow, head: H & Times): F & Times;
  /**
   * The day of a row, from its box `sealed`; null in place of the function for tables whose records are of no day.
   *
   * @throws DecryptionError as above.
   */
  readonly dayOf: ((keys: OwnerKeys, row: StoredRow) => string) | null;
}

/** The columns of a table as its Prisma model has them, to be compared with it. */
export type ModelOf<T extends { boxColumns: readonly string[]; blindColumns: readonly string[] }> =
  {
    ownerId: Uint8Array<ArrayBuffer>;
    id: Uint8Array<ArrayBuffer>;
    rev: bigint;
    purgeAfter: Date | null;
  } & Record<T["boxColumns"][number] | T["blindColumns"][number], Uint8Array<ArrayBuffer>>;

/** True when two types are the same. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/**
 * Declares a table: its boxes, what is in them, and its blind columns. The only place that says so.
 *
 * @param declaration.table - Every box is bound to this name: renaming a table is a data migration.
 * @param declaration.boxes - The columns that hold boxes, and the fields in each. A second box keeps a large text
 * out of lists.
 * @param declaration.blind - The blind columns, each a keyed hash of this value of the record.
 * @param declaration.natural - Which of them holds the natural key, for kinds that have one.
 */
export function defineTable<const B extends Boxes, const X extends string>(declaration: {
  readonly table: string;
  readonly boxes: B;
  readonly blind: Readonly<Record<X, (fields: FieldsOf<B>) => string>>;
  readonly natural?: NoInfer<X>;
}): Table<FieldsOf<B>, z.output<B["sealed"]>, keyof B & string, X> {
  const { table, natural } = declaration;
  type Box = readonly [name: string, schema: z.ZodObject];
  const { sealed, ...rest } = declaration.boxes;
  const head: Box = ["sealed", sealed.extend(Times.shape)];
  const others: Box[] = Object.entries<z.ZodObject>(rest);
  const boxes: Box[] = [head, ...others];
  const blinds = Object.entries(declaration.blind) as [X, (fields: FieldsOf<B>) => string][];

  const readBox = (keys: OwnerKeys, row: StoredRow, box: string): string => {
    const bytes = row.bytes[box] ?? new Uint8Array();
    const place = { table, box, ownerId: keys.ownerId, rowId: row.id, rev: row.rev };
    return open(keys.ofVersion(boxVersion(bytes)), place, bytes).toString("utf8");
  };
  const dayIn = blinds.find(([column]) => column === DAY_COLUMN)?.[1];
  const openBox = (keys: OwnerKeys, row: StoredRow, [box, schema]: Box) =>
    contentOf(readBox(keys, row, box), schema).content;

  return {
    table,
    boxColumns: boxes.map(([name]) => name as keyof B & string),
    blindColumns: blinds.map(([name]) => name),
    naturalColumn: natural ?? null,
    naturalKey: (fields) => (natural === undefined ? null : declaration.blind[natural](fields)),
    naturalKeyIn:
      natural === undefined
        ? null
        : (keys, row) => declaration.blind[natural](openBox(keys, row, head) as FieldsOf<B>),
    blindValues: (keys, column, value) =>
      keys.searched.map((key) => key.blind(table, column, value)),
    sealRow: (keys, id, rev, content) => {
      const bytes: Record<string, Uint8Array> = {};
      for (const [column, valueOf] of blinds) {
        bytes[column] = keys.active.blind(table, column, valueOf(content));
      }
      for (const [box, schema] of boxes) {
        const fields = Object.entries(content).filter(([name]) => name in schema.shape);
        const place = { table, box, ownerId: keys.ownerId, rowId: id, rev };
        bytes[box] = seal(keys.active, place, JSON.stringify(Object.fromEntries(fields)));
      }
      return { id, rev, purgeAfter: null, bytes };
    },
    resealRow: (keys, row) => {
      const bytes: Record<string, Uint8Array> = {};
      const content: object[] = [];
      for (const [box, schema] of boxes) {
        const json = readBox(keys, row, box);
        const place = { table, box, ownerId: keys.ownerId, rowId: row.id, rev: row.rev };
        bytes[box] = seal(keys.active, place, json);
        content.push(schema.parse(JSON.parse(json)));
      }
      const fields = Object.assign({}, ...content) as FieldsOf<B>;
      for (const [column, valueOf] of blinds) {
        bytes[column] = keys.active.blind(table, column, valueOf(fields));
      }
      return { ...row, bytes };
    },
    openRow: (keys, row) =>
      Object.assign({}, ...boxes.map((box) => openBox(keys, row, box))) as FieldsOf<B> & Times,
    peekRow: (keys, row) =>
      Object.assign(
        {},
        ...boxes.map(([box]) => JSON.parse(readBox(keys, row, box)) as object),
      ) as Partial<FieldsOf<B>>,
    readHead: (keys, row) => {
      const text = readBox(keys, row, "sealed");
      const { content, isOfToday } = contentOf(text, head[1]);
      return { head: content as z.output<B["sealed"]> & Times, text: isOfToday ? text : null };
    },
    readRest: (keys, row, { text }) => {
      let json = text;
      for (const [box, schema] of others) {
        const rest = readBox(keys, row, box);
        if (json === null || !holdsOnly(rest, schema)) return null;
        json = `${json.slice(0, -1)},${rest.slice(1)}`;
      }
      return json;
    },
    openHead: (keys, row) => openBox(keys, row, head) as z.output<B["sealed"]> & Times,
    openRest: (keys, row, content) =>
      Object.assign({}, content, ...others.map((box) => openBox(keys, row, box))) as FieldsOf<B> &
        Times,
    // What a list sorts by is in its first box.
    dayOf:
      dayIn === undefined ? null : (keys, row) => dayIn(openBox(keys, row, head) as FieldsOf<B>),
  };
}

/**
 * What a box held. What was sealed passed the schema of its time, and nobody else can seal: it is compared with today's
 * only where that may have changed since.
 */
function contentOf(text: string, schema: z.ZodObject): { content: object; isOfToday: boolean } {
  const content: unknown = JSON.parse(text);
  const isOfToday = isObject(content) && hasJust(content, plainFieldsOf(schema));
  return { content: isOfToday ? content : schema.parse(content), isOfToday };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether `content` has just these fields, in this order. */
function hasJust(content: object, fields: readonly string[] | null): boolean {
  const names = Object.keys(content);
  return names.length === fields?.length && names.every((name, i) => name === fields[i]);
}

/** Whether the JSON is of an object with the one field of `schema`, as far as can be seen without reading it. */
function holdsOnly(json: string, schema: z.ZodObject): boolean {
  const fields = plainFieldsOf(schema);
  return fields?.length === 1 && json.startsWith(`{"${fields[0]}":`);
}

const plainFields = new WeakMap<z.ZodObject, readonly string[] | null>();

/** The fields of an object, in their order; null when one of them is an object itself, which may get fields of its own. */
function plainFieldsOf(schema: z.ZodObject): readonly string[] | null {
  const known = plainFields.get(schema);
  if (known !== undefined) return known;
  const isPlain = Object.values(schema.shape).every(holdsNoObject);
  const fields = isPlain ? Object.keys(schema.shape) : null;
  plainFields.set(schema, fields);
  return fields;
}

const PLAIN: ReadonlySet<string> = new Set(["string", "number", "boolean", "enum", "literal"]);

function holdsNoObject(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return holdsNoObject(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return holdsNoObject(schema.def.in);
  if (schema instanceof z.ZodArray) return holdsNoObject(schema.def.element);
  return PLAIN.has(schema._zod.def.type);
}
