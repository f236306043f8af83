import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as z from "zod";
import { boxVersion, open, seal } from "../crypto/box.ts";
import { dataKey, type DataKey } from "../crypto/data-key.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import type { OwnerKeys } from "./key-service.ts";
import { toRecord } from "./record-state.ts";
import { defineTable, type ModelOf, type Same, type StoredRow } from "./table.ts";
import { Verbatim } from "./verbatim.ts";

const notes = defineTable({
  table: "notes",
  boxes: {
    sealed: z.object({ day: z.string(), title: z.string() }),
    body: z.object({ body: z.string() }),
  },
  blind: { dayKey: (note) => note.day, titleKey: (note) => note.title },
});

const times = { createdAt: "2026-11-21T20:00:00.000Z", updatedAt: "2026-11-21T20:00:01.000Z" };
const content = { day: "2026-11-21", title: "Title", body: "A long text", ...times };

/** The keys of one owner, of as many versions as there are `deks`, the last one active. */
function ownerKeys(...deks: Uint8Array[]): OwnerKeys {
  const keys = deks.map((dek, i) => dataKey(i + 1, dek));
  const ofVersion = (version: number): DataKey => {
    const key = keys[version - 1];
    if (key === undefined) throw new DecryptionError();
    return key;
  };
  const ownerId = new Uint8Array(randomBytes(16));
  return {
    ownerId,
    active: ofVersion(keys.length),
    searched: [...keys].reverse(),
    ofVersion,
    wrapped: [],
  };
}

const dek = randomBytes(32);
const keys = ownerKeys(dek);
const id = randomBytes(16);
const sealed = () => notes.sealRow(keys, id, 7, content);
const withBytes = (row: StoredRow, bytes: Record<string, Uint8Array | undefined>): StoredRow =>
  ({ ...row, bytes: { ...row.bytes, ...bytes } }) as StoredRow;

describe("a row of a table", () => {
  it("opens to what was sealed, whatever it was", () => {
    const anyText = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(anyText, anyText, anyText, fc.maxSafeNat(), (day, title, body, rev) => {
        const row = notes.sealRow(keys, id, rev, { day, title, body, ...times });
        expect(notes.openRow(keys, row)).toEqual({ day, title, body, ...times });
        expect(notes.openHead(keys, row)).toEqual({ day, title, ...times });
      }),
    );
  });

  it("has the columns of its declaration and no others, and nothing of it in the clear", () => {
    const row = sealed();
    expect(Object.keys(row).sort()).toEqual(["bytes", "id", "purgeAfter", "rev"]);
    expect(row).toMatchObject({ id, rev: 7, purgeAfter: null });
    expect(Object.keys(row.bytes).sort()).toEqual(["body", "dayKey", "sealed", "titleKey"]);
    expect([notes.boxColumns, notes.blindColumns]).toEqual([
      ["sealed", "body"],
      ["dayKey", "titleKey"],
    ]);
    const bytes = Buffer.concat(Object.values(row.bytes)).toString("latin1");
    for (const word of ["2026", "Title", "long", "20:00"]) expect(bytes).not.toContain(word);
  });

  it("has in each box the fields that were declared there, and the times in the first", () => {
    const row = sealed();
    const fieldsIn = (box: string) => {
      const place = { table: "notes", box, ownerId: keys.ownerId, rowId: id, rev: 7 };
      const json = open(keys.active, place, row.bytes[box] ?? new Uint8Array()).toString();
      return Object.keys(JSON.parse(json) as object).sort();
    };
    expect(fieldsIn("sealed")).toEqual(["createdAt", "day", "title", "updatedAt"]);
    expect(fieldsIn("body")).toEqual(["body"]);
  });

  it("leaves out what no box was declared for", () => {
    const more = { ...content, secret: "not declared" };
    expect(notes.openRow(keys, notes.sealRow(keys, id, 7, more))).toEqual(content);
  });

  it("is handed on as it lies, which is the JSON of what it holds", () => {
    const anyText = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(anyText, anyText, fc.maxSafeNat(), (title, body, rev) => {
        const row = notes.sealRow(keys, id, rev, { ...content, title, body });
        const text = notes.readRest(keys, row, notes.readHead(keys, row));
        expect(JSON.parse(text ?? "")).toEqual({ ...content, title, body });
        const lying = new Verbatim(text ?? "", row);
        expect(JSON.parse(lying.text)).toEqual(toRecord(notes.openRow(keys, row), row));
      }),
    );
  });

  it("is not handed on as it lies when fields came or went since, and has those of today", () => {
    const kept = defineTable({
      table: "notes",
      boxes: { sealed: z.object({ day: z.string() }), body: z.object({ text: z.string() }) },
      blind: {},
    });
    const row = kept.sealRow(keys, id, 7, { day: "2026-11-21", text: "Then", ...times });
    const readBy = (sealedNow: z.ZodObject, bodyNow: z.ZodObject) => {
      const boxes = { sealed: sealedNow, body: bodyNow };
      const table = defineTable({ table: "notes", boxes, blind: {} });
      const text = table.readRest(keys, row, table.readHead(keys, row));
      return [text === null, table.openRow(keys, row)];
    };
    const day = z.string();
    const text = z.string().default("");
    const then = { day: "2026-11-21", text: "Then", ...times };
    expect(readBy(z.object({ day }), z.object({ text }))).toEqual([false, then]);
    const starred = z.boolean().default(false);
    expect(readBy(z.object({ day, starred }), z.object({ text }))).toEqual([
      true,
      { ...then, starred: false },
    ]);
    expect(readBy(z.object({ day }), z.object({ note: text }))).toEqual([
      true,
      { day: "2026-11-21", note: "", ...times },
    ]);
    expect(readBy(z.object({}), z.object({ text }))[0]).toBe(true);
  });

  it("is compared with the fields of today when one of them has fields of its own", () => {
    const goal = (more: z.ZodRawShape) =>
      defineTable({
        table: "notes",
        boxes: { sealed: z.object({ goal: z.object({ value: z.number(), ...more }) }) },
        blind: {},
      });
    const row = goal({}).sealRow(keys, id, 7, { goal: { value: 3 }, ...times });
    const now = goal({ unit: z.string().default("km") });
    expect(now.readHead(keys, row)).toEqual({
      head: { goal: { value: 3, unit: "km" }, ...times },
      text: null,
    });
  });

  it("is sealed under the newest key, and opens under the one that it names", () => {
    const [first, both] = [ownerKeys(dek), ownerKeys(dek, randomBytes(32))];
    const old = { ...first, ownerId: both.ownerId };
    const row = notes.sealRow(old, id, 1, content);
    expect(notes.openRow(both, row)).toEqual(content);
    const renewed = notes.sealRow(both, id, 2, content);
    expect(boxVersion(renewed.bytes["sealed"] ?? new Uint8Array())).toBe(2);
    expect(notes.openRow(both, renewed)).toEqual(content);
    expect(() => notes.openRow(old, renewed)).toThrow(DecryptionError);
  });
});

describe("a row that is sealed anew under the active key", () => {
  const [first, both] = [ownerKeys(dek), ownerKeys(dek, randomBytes(32))];
  const old = { ...first, ownerId: both.ownerId };
  const row = { ...notes.sealRow(old, id, 7, content), purgeAfter: "2026-12-21" };

  it("is the same row at the same revision, in every box and blind column under that key", () => {
    const renewed = notes.resealRow(both, row);
    expect(renewed).toMatchObject({ id, rev: 7, purgeAfter: "2026-12-21" });
    expect(Object.keys(renewed.bytes).sort()).toEqual(["body", "dayKey", "sealed", "titleKey"]);
    for (const box of ["sealed", "body"]) {
      expect(boxVersion(renewed.bytes[box] ?? new Uint8Array())).toBe(2);
    }
    expect(notes.openRow(both, renewed)).toEqual(content);
    expect(() => notes.openRow(old, renewed)).toThrow(DecryptionError);
    expect(renewed.bytes["dayKey"]).toEqual(both.active.blind("notes", "dayKey", content.day));
    expect(renewed.bytes["titleKey"]).toEqual(both.active.blind("notes", "titleKey", "Title"));
  });

  it("keeps the text of its boxes, and with it fields that this program does not know", () => {
    const place = { table: "notes", ownerId: both.ownerId, rowId: id, rev: 7 };
    const text = JSON.stringify({ ...content, body: undefined, fromTheFuture: 1 });
    const box = seal(old.active, { ...place, box: "sealed" }, text);
    const renewed = notes.resealRow(both, withBytes(row, { sealed: box }));
    const sealedAnew = renewed.bytes["sealed"] ?? new Uint8Array();
    const opened = open(both.active, { ...place, box: "sealed" }, sealedAnew);
    expect(opened.toString()).toBe(text);
  });

  it("is not, when a box does not open where it lies, or holds no such record", () => {
    const place = { table: "notes", box: "sealed", ownerId: both.ownerId, rowId: id, rev: 7 };
    const empty = seal(old.active, place, "{}");
    expect(() => notes.resealRow(both, { ...row, rev: 8 })).toThrow(DecryptionError);
    expect(() => notes.resealRow(both, withBytes(row, { body: undefined }))).toThrow(
      DecryptionError,
    );
    expect(() => notes.resealRow(both, withBytes(row, { sealed: empty }))).toThrow(z.ZodError);
  });
});

describe("a row that was tampered with", () => {
  const row = sealed();
  const other = notes.sealRow(keys, randomBytes(16), 8, content);
  const older = notes.sealRow(keys, id, 6, content);
  const foreign = notes.sealRow(ownerKeys(randomBytes(32)), id, 7, content);
  const { body, sealed: first } = row.bytes;

  it.each<[string, StoredRow]>([
    ["its boxes changed places", withBytes(row, { sealed: body, body: first })],
    ["a box of another row", withBytes(row, { body: other.bytes["body"] })],
    ["a box of an earlier revision", withBytes(row, { body: older.bytes["body"] })],
    ["the first box of an earlier revision", withBytes(row, { sealed: older.bytes["sealed"] })],
    ["the boxes of another owner", { ...row, bytes: foreign.bytes }],
    ["the id of another row", { ...row, id: other.id }],
    ["another revision", { ...row, rev: 8 }],
    ["a box that is missing", withBytes(row, { body: undefined })],
    ["a box that is empty", withBytes(row, { body: new Uint8Array() })],
    ["a box that is plain text", withBytes(row, { body: Buffer.from("x".repeat(200)) })],
    ["a blind value for a box", withBytes(row, { body: row.bytes["dayKey"] })],
  ])("does not open, and does not say why: %s", (_, tampered) => {
    expect(() => notes.openRow(keys, tampered)).toThrow(new DecryptionError());
  });

  it("does not open for another owner, even with the same key", () => {
    expect(() => notes.openRow({ ...keys, ownerId: randomBytes(16) }, row)).toThrow(
      DecryptionError,
    );
  });

  it("does not open as a row of another table", () => {
    const letters = defineTable({
      table: "letters",
      boxes: { sealed: z.object({ day: z.string(), title: z.string() }) },
      blind: {},
    });
    expect(() => letters.openRow(keys, row)).toThrow(DecryptionError);
  });

  it("shows its first box to a list even when the second is gone, since a list opens that alone", () => {
    expect(notes.openHead(keys, withBytes(row, { body: undefined }))).toMatchObject({
      title: "Title",
    });
  });
});

describe("a blind column", () => {
  it("holds the same 16 bytes for the same value, and others for any other", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const [one, other] = [a, b].map((value) => notes.blindValues(keys, "dayKey", value)[0]);
        expect(one).toHaveLength(16);
        expect(Buffer.compare(one ?? dek, other ?? dek) === 0).toBe(a === b);
      }),
    );
    expect(sealed().bytes["dayKey"]).toEqual(notes.blindValues(keys, "dayKey", "2026-11-21")[0]);
  });

  it("is looked for under each key that rows may be under, the active one first", () => {
    const older = randomBytes(32);
    const both = ownerKeys(older, dek);
    const [active, earlier] = notes.blindValues(both, "dayKey", "x");
    expect(active).toEqual(both.active.blind("notes", "dayKey", "x"));
    expect(earlier).toEqual(dataKey(1, older).blind("notes", "dayKey", "x"));
  });

  it("differs between columns, tables, owners and keys", () => {
    const letters = defineTable({
      table: "letters",
      boxes: { sealed: z.object({ day: z.string() }) },
      blind: { dayKey: (letter) => letter.day },
    });
    const values = [
      notes.blindValues(keys, "dayKey", "x"),
      notes.blindValues(keys, "titleKey", "x"),
      letters.blindValues(keys, "dayKey", "x"),
      notes.blindValues(ownerKeys(randomBytes(32)), "dayKey", "x"),
    ].flat();
    expect(new Set(values.map((value) => Buffer.from(value).toString("hex"))).size).toBe(4);
  });
});

/** The model of the table above, as Prisma would have it. */
interface NoteModel {
  ownerId: Uint8Array<ArrayBuffer>;
  id: Uint8Array<ArrayBuffer>;
  rev: bigint;
  purgeAfter: Date | null;
  dayKey: Uint8Array<ArrayBuffer>;
  titleKey: Uint8Array<ArrayBuffer>;
  sealed: Uint8Array<ArrayBuffer>;
  body: Uint8Array<ArrayBuffer>;
}
type Notes = ModelOf<typeof notes>;

true satisfies Same<Notes, NoteModel>;
// @ts-expect-error -- a box is not in the model
true satisfies Same<Notes, Omit<NoteModel, "body">>;
// @ts-expect-error -- a column of the model is neither a box nor blind
true satisfies Same<Notes, NoteModel & { mood: Uint8Array<ArrayBuffer> }>;
// @ts-expect-error -- a column in the clear
true satisfies Same<Notes, Omit<NoteModel, "body"> & { body: string }>;
// @ts-expect-error -- a blind column has another name
true satisfies Same<Notes, Omit<NoteModel, "dayKey"> & { weekKey: Uint8Array<ArrayBuffer> }>;
// @ts-expect-error -- the trash has no date
true satisfies Same<Notes, Omit<NoteModel, "purgeAfter">>;

/** What else the compiler must refuse. */
export const refusedByTheCompiler = () => {
  // @ts-expect-error -- no box is called `sealed`
  defineTable({ table: "t", boxes: { body: z.object({}) }, blind: {} });
  const boxes = { sealed: z.object({ day: z.string() }) };
  // @ts-expect-error -- a blind column of a field that no box holds
  defineTable({ table: "t", boxes, blind: { dayKey: (fields) => String(fields.date) } });
  // @ts-expect-error -- a blind column that is no text
  defineTable({ table: "t", boxes, blind: { dayKey: () => 1 } });
  // @ts-expect-error -- a field is missing
  notes.sealRow(keys, id, 1, { day: "2026-11-21", title: "", ...times });
  // @ts-expect-error -- the times are missing
  notes.sealRow(keys, id, 1, { day: "2026-11-21", title: "", body: "" });
  // @ts-expect-error -- there is no such blind column
  notes.blindValues(keys, "weekKey", "2026-W47");
  // @ts-expect-error -- a list does not open the body
  expect(notes.openHead(keys, sealed()).body).toBeUndefined();
};
