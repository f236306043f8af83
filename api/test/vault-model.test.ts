import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type * as z from "zod";
import { AppError } from "../src/contract/errors.ts";
import type { Guard } from "../src/contract/endpoint.ts";
import { dailyRecapKind } from "../src/features/daily-recaps/daily-recaps.ts";
import { entryKind } from "../src/features/entries/entries.ts";
import { RECORD_KINDS, kindNamed } from "../src/features/record-kinds.ts";
import { listRecordVersions, restoreRecord } from "../src/vault/history.ts";
import { verifyVault } from "../src/vault/integrity.ts";
import type { RecordKind, VaultRecord } from "../src/vault/record-state.ts";
import { getRecord, patchRecord, putRecord, trashRecord } from "../src/vault/records.ts";
import { putChange, removeChange, type Merged } from "../src/vault/sync.ts";
import { listTrashed, purgeRecord } from "../src/vault/trash.ts";
import type { UserVault } from "../src/vault/user-vault.ts";
import { propertyRuns } from "./property-runs.ts";
import { VaultModel, isReadableIn, type Answer } from "./vault-model.ts";
import { openTestVault, type TestVault } from "./vault.ts";

/**
 * Nothing typed can vanish: random steps of several writers on a vault and on a model of it, which have to answer alike
 * and hold the same at the end. More runs by PROPERTY_RUNS.
 */
const RUNS = propertyRuns(15);

let test: TestVault;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());

const RECORDS = 3;
const DAYS = ["2026-11-20", "2026-11-21"];

/** How a text comes of the one before: goes on, has something put in, loses its middle, or is another. */
const edit = fc.constantFrom("append", "insert", "cut", "replace", "same");
/** Which revision a writer thinks a record has: the one it has, an earlier one, or none that they say. */
const seen = fc.oneof(
  { weight: 3, arbitrary: fc.constant("current" as const) },
  fc.constantFrom("none", "stale", "absent", "present"),
);
const which = { record: fc.nat(RECORDS - 1), day: fc.nat(DAYS.length - 1), edit, seen };
const steps = ["put", "patch", "remove", "restore", "untrash", "purge", "syncPut", "syncRemove"];
const step = fc.record({
  // Mostly writing, at times the rest.
  what: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom("put", "patch", "syncPut") },
    fc.constantFrom(...steps),
  ),
  ...which,
  pick: fc.nat(20),
  minutes: fc.constantFrom(0, 0, 1, 4, 11),
  /** Begins before the one before it has ended. */
  isAtOnce: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Writer<F extends object, H extends object> {
  readonly kind: RecordKind<F, H>;
  readonly fields: (day: string, text: string) => F;
  readonly patch: (text: string) => object;
  readonly textOf: (fields: F) => string;
  readonly dayOf: (fields: F) => string;
  readonly isOneADay: boolean;
}

const entryWriter: Writer<z.output<typeof entryKind.fields>, object> = {
  kind: entryKind as never,
  fields: (day, body) => entryKind.fields.parse({ day, body }),
  patch: (body) => ({ body }),
  textOf: ({ body }) => body,
  dayOf: ({ day }) => day,
  isOneADay: false,
};
const recapWriter: Writer<z.output<typeof dailyRecapKind.fields>, object> = {
  kind: dailyRecapKind as never,
  fields: (day, summary) => dailyRecapKind.fields.parse({ day, summary }),
  patch: (summary) => ({ summary }),
  textOf: ({ summary }) => summary,
  dayOf: ({ day }) => day,
  isOneADay: true,
};

async function answerOf(work: Promise<number>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code as Answer;
  }
}

const merged = async (work: Promise<Merged>) => {
  const outcome = await work;
  if (outcome.status === "conflict") return { conflictWith: outcome.with };
  return outcome.status === "unchanged" ? ("unchanged" as const) : outcome.rev;
};

/** Runs steps on a vault and on a model, and compares what they answer and hold. */
async function run<F extends object, H extends object>(
  writer: Writer<F, H>,
  sequence: readonly Step[],
): Promise<void> {
  const { kind } = writer;
  const { vault } = await test.newOwner();
  const model = new VaultModel(writer.isOneADay);
  const ids = Array.from({ length: RECORDS }, () => randomUUID());
  let word = 0;
  let isRestoring = false;
  let running: Promise<void>[] = [];
  for (const one of sequence) {
    const id = ids[one.record] ?? "";
    // Changes wait for each other in the order in which they begin; restoring reads before it does.
    if (!one.isAtOnce || one.what === "restore" || isRestoring) {
      await Promise.all(running);
      running = [];
    }
    isRestoring = one.what === "restore";
    test.clock.now = new Date(test.clock.now.getTime() + one.minutes * 60_000);
    const now = test.clock.now;
    const record = model.record(id);
    const before = record.live ?? record.trashed;
    const text = edited(before?.text ?? "", one, `w${word++}`);
    const day = DAYS[one.day] ?? "";
    const stale = record.revs[one.pick % Math.max(1, record.revs.length)] ?? 999;
    const guards: Record<typeof one.seen, Guard> = {
      current: { rev: before?.rev ?? 999 },
      stale: { rev: stale },
      none: undefined,
      absent: "absent",
      present: "present",
    };
    const guard = guards[one.seen];
    const ifRevs = { current: before?.rev ?? 0, stale, none: undefined, absent: 0, present: 998 };
    const ifRev = ifRevs[one.seen];
    const rev = record.versions[one.pick % Math.max(1, record.versions.length)]?.rev ?? stale;
    const write = { guard, now };
    const change = { ifRev, now };
    const [told, expected] = ((): [Promise<unknown>, unknown] => {
      const at = now.getTime();
      switch (one.what) {
        case "put":
          return [
            answerOf(
              putRecord(vault, kind, id, { fields: writer.fields(day, text), ...write }).then(
                (answer) => answer.record.rev,
              ),
            ),
            model.put(id, day, text, guard, at),
          ];
        case "patch":
          return [
            answerOf(
              patchRecord(vault, kind, id, { patch: writer.patch(text), ...write }).then(
                (answer) => answer.rev,
              ),
            ),
            model.patch(id, text, guard, at),
          ];
        case "remove":
          return [answerOf(trashRecord(vault, kind, id, write)), model.remove(id, guard)];
        case "restore":
          return [
            answerOf(
              restoreRecord(vault, kind, id, { rev, ...write }).then((answer) => answer.rev),
            ),
            model.restore(id, rev, guard, at),
          ];
        case "untrash":
          return [
            answerOf(
              kindNamed(kind.kind)
                .takeFromTrash(vault, id)
                .then((answer) => answer.rev),
            ),
            model.takeFromTrash(id),
          ];
        case "purge":
          return [
            answerOf(purgeRecord(vault, kindNamed(kind.kind), id).then(() => 0)),
            ((answer) => (typeof answer === "number" ? 0 : answer))(model.purge(id)),
          ];
        case "syncPut":
          return [
            merged(putChange(vault, kind, id, { fields: writer.fields(day, text), ...change })),
            model.syncPut(id, day, text, ifRev, at),
          ];
        default:
          return [
            merged(removeChange(id, change, (of, to) => trashRecord(vault, kind, of, to))),
            model.syncRemove(id, ifRev),
          ];
      }
    })();
    running.push(
      told.then((answer) => {
        expect({ ...one, answer }).toEqual({ ...one, answer: expected });
      }),
    );
  }
  await Promise.all(running);
  await compare(writer, vault, model);
  expect((await verifyVault(vault)).status).not.toBe("violated");
}

/** What the vault holds is what the model holds, and every text that was acknowledged can be read somewhere. */
async function compare<F extends object, H extends object>(
  { kind, textOf, dayOf }: Writer<F, H>,
  vault: UserVault,
  model: VaultModel,
): Promise<void> {
  const shown = (record: VaultRecord<F>) => ({
    rev: record.rev,
    day: dayOf(record),
    text: textOf(record),
  });
  const trash = await listTrashed(vault, RECORD_KINDS, { limit: 50 });
  for (const [id, { live, trashed, versions, typed }] of model.records) {
    const readable: string[] = [];
    if (live === null) {
      expect(await answerOf(getRecord(vault, kind, id).then(() => 0))).toBe("not_found");
    } else {
      const record = shown(await getRecord(vault, kind, id));
      expect(record).toEqual(live);
      readable.push(record.text);
    }
    const inTrash = trash.items.find((item) => item.id === id);
    expect(inTrash?.rev).toBe(trashed?.rev);
    if (trashed !== null) {
      // Its text and its earlier states are there again once it is taken out, if its place is free.
      const out = await answerOf(
        kindNamed(kind.kind)
          .takeFromTrash(vault, id)
          .then(({ rev }) => rev),
      );
      if (out === "conflict") continue;
      const record = shown(await getRecord(vault, kind, id));
      expect(record).toEqual({ ...trashed, rev: out });
      readable.push(record.text);
    }
    if (live === null && trashed === null) continue;
    const history = await listRecordVersions(vault, kind, id, {
      before: Number.MAX_SAFE_INTEGER,
      limit: 200,
    });
    const kept = history.versions.map(shown).reverse();
    expect(kept).toEqual(versions.map(({ rev, day, text }) => ({ rev, day, text })));
    readable.push(...kept.map(({ text }) => text));
    for (const text of typed)
      expect({ text, is: isReadableIn(text, readable) }).toEqual({ text, is: true });
    if (trashed !== null) await trashRecord(vault, kind, id, { guard: undefined, now: new Date() });
  }
}

function edited(text: string, { edit: how, pick }: Step, word: string): string {
  const at = Math.min(pick, text.length);
  switch (how) {
    case "append":
      return `${text} ${word}`;
    case "insert":
      return `${text.slice(0, at)}${word} ${text.slice(at)}`;
    case "cut":
      return text.slice(0, at);
    case "replace":
      return word;
    case "same":
      return text;
  }
}

describe("nothing typed can vanish, whatever is called in whatever order", () => {
  it.each([
    ["entries", (sequence: readonly Step[]) => run(entryWriter, sequence)],
    [
      "daily recaps, of which a day has one",
      (sequence: readonly Step[]) => run(recapWriter, sequence),
    ],
  ] as const)(
    "of %s",
    async (_, property) => {
      const sequences = fc.array(step, { minLength: 5, maxLength: 30 });
      await fc.assert(fc.asyncProperty(sequences, property), { numRuns: RUNS });
    },
    30_000 + RUNS * 3000,
  );
});
