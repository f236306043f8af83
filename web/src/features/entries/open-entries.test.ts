/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import type { Entry, contract } from "@timos/api/contract";
import type { Client } from "@/lib/api.ts";
import type { LeftDraft } from "@/lib/saver/drafts.ts";
import { createSavers } from "@/lib/saver/savers.ts";
import { blankDraft, type Draft } from "./draft.ts";
import { createOpenEntries } from "./open-entries.ts";

const DAY = "2026-11-21";

function entryOf(id: string): Entry {
  const at = "2026-11-21T10:00:00.000Z";
  const draft = blankDraft(DAY, null);
  return { ...draft, pillarIds: [], tags: [], id, rev: 1, createdAt: at, updatedAt: at };
}

/** Entries that are only read: nothing asks the API. */
const open = (left: LeftDraft[] = []) =>
  createOpenEntries({
    api: {} as Client<typeof contract>,
    savers: createSavers(),
    drafts: { keep: () => Promise.resolve(true), left: () => left },
    noteSaved: () => undefined,
  });
const ids = (entries: ReturnType<typeof open>) => entries.getAll().map(({ id }) => id);
const later = () => Date.now() + 1000;

describe("the entries of a day that is read again", () => {
  it("go when they are gone there", () => {
    const entries = open();
    entries.take(DAY, { entries: [entryOf("one"), entryOf("two")], unreadable: 0 }, Date.now());
    entries.take(DAY, { entries: [entryOf("two")], unreadable: 0 }, later());
    expect(ids(entries)).toEqual(["two"]);
  });

  it("stay when some do not open there: they may be all that is left of those", () => {
    const entries = open();
    entries.take(DAY, { entries: [entryOf("one"), entryOf("two")], unreadable: 0 }, Date.now());
    let told = 0;
    entries.subscribe(() => told++);
    entries.take(DAY, { entries: [entryOf("two")], unreadable: 1 }, later());
    expect(ids(entries)).toEqual(["one", "two"]);
    expect(told).toBeGreaterThan(0);
    expect(entries.unreadableOf(DAY)).toBe(1);
    expect(entries.unreadableOf("2026-11-20")).toBe(0);
    entries.take(DAY, { entries: [entryOf("two")], unreadable: 0 }, later() + 1);
    expect(entries.unreadableOf(DAY)).toBe(0);
  });
});

describe("what a killed tab left behind", () => {
  const left = (id: string, draft: unknown, claimed: string[]): LeftDraft => ({
    kind: "entries",
    id,
    unsent: { draft, rev: 1, unsure: [] },
    claim: (as) => claimed.push(as),
  });
  const draft = (body: string): Draft => ({ ...blankDraft(DAY, null), body });

  it("is there before the day is read, and is not written over by it", () => {
    const entries = open([left("one", draft("typed"), [])]);
    entries.take(DAY, { entries: [{ ...entryOf("one"), rev: 2 }], unreadable: 0 }, Date.now());
    const [saver] = entries.getAll();
    expect(saver?.getState()).toMatchObject({ draft: { body: "typed" }, rev: 1 });
    for (const each of entries.getAll()) each.close();
  });

  it("is where it was on its day, and what is new comes last", () => {
    const entries = open([left("new", draft("new"), []), left("two", draft("typed"), [])]);
    entries.take(DAY, { entries: ["one", "two", "three"].map(entryOf), unreadable: 0 }, Date.now());
    expect(ids(entries)).toEqual(["one", "two", "three", "new"]);
    for (const each of entries.getAll()) each.close();
  });

  it("is two entries when two tabs wrote at one, and stays where it is when it cannot be read", () => {
    const claimed: string[] = [];
    const entries = open([
      left("one", draft("typed here"), claimed),
      left("one", draft("typed there"), claimed),
      left("two", { words: "of another version" }, claimed),
    ]);
    expect(entries.getAll().map((saver) => saver.getState().draft.body)).toEqual([
      "typed here",
      "typed there",
    ]);
    expect(claimed).toEqual(ids(entries));
    expect(claimed[0]).toBe("one");
    expect(claimed[1]).not.toBe("one");
    for (const each of entries.getAll()) each.close();
  });
});
