/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import type { Entry, contract } from "@timos/api/contract";
import type { Client } from "@/lib/api.ts";
import { blankDraft } from "./draft.ts";
import { createOpenEntries } from "./open-entries.ts";

const DAY = "2026-11-21";

function entryOf(id: string): Entry {
  const at = "2026-11-21T10:00:00.000Z";
  const draft = blankDraft(DAY, null);
  return { ...draft, pillarIds: [], tags: [], id, rev: 1, createdAt: at, updatedAt: at };
}

/** Entries that are only read: nothing asks the API. */
const open = () => createOpenEntries({} as Client<typeof contract>, () => undefined);
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
