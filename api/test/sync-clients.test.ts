import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import { pull, push } from "../src/features/sync/sync.ts";
import { RECORD_KINDS, kindNamed } from "../src/features/record-kinds.ts";
import { entryKind } from "../src/features/entries/entries.ts";
import { AppError } from "../src/contract/errors.ts";
import { listRecordVersions } from "../src/vault/history.ts";
import { listTrashed, purgeRecord } from "../src/vault/trash.ts";
import type { UserVault } from "../src/vault/user-vault.ts";
import { propertyRuns } from "./property-runs.ts";
import { openTestVault, type TestVault } from "./vault.ts";

/** Two devices that keep a copy, write while they are apart, and lose answers: they end alike, and no word is lost. */

let test: TestVault;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());

const RUNS = propertyRuns(12);
const DAY = "2026-11-21";

interface Copy {
  readonly rev: number;
  readonly body: string;
}
interface Queued {
  readonly id: string;
  /** Null for a deletion. */
  readonly body: string | null;
}

/** A device: what it knows of the server, and what it did since, in order. */
class Device {
  readonly known = new Map<string, Copy>();
  /** What it saw of an id last, deleted or not: what its first queued change of it was made of. */
  readonly #seen = new Map<string, number>();
  queue: Queued[] = [];
  #since = "0";

  text(id: string): string | null {
    const last = this.queue.findLast((change) => change.id === id);
    return last === undefined ? (this.known.get(id)?.body ?? null) : last.body;
  }

  async push(vault: UserVault, isAnswerLost: boolean): Promise<void> {
    // One change of an id at a time: the next one needs to know its revision.
    const first = this.queue.filter(
      ({ id }, i) => this.queue.findIndex((change) => change.id === id) === i,
    );
    const ops = first.map(({ id, body }) => ({
      kind: "entries",
      id,
      ifRev: this.#seen.get(id) ?? 0,
      ...(body === null ? { op: "delete" } : { op: "put", record: { day: DAY, body } }),
    }));
    const now = test.clock.now;
    const outcomes = await push(vault, ops, { today: DAY, now, onUnreadable: () => undefined });
    if (isAnswerLost) return;
    for (const [i, { status, rev, current }] of outcomes.entries()) {
      const change = first[i];
      if (change === undefined) throw new Error("an outcome too many");
      const { id, body } = change;
      if (status !== "conflict") {
        expect(["applied", "unchanged"]).toContain(status);
        this.queue.splice(this.queue.indexOf(change), 1);
        if (rev !== undefined) this.#seen.set(id, rev);
        if (body === null) this.known.delete(id);
        else this.known.set(id, { rev: rev ?? 0, body });
        continue;
      }
      // Theirs stays under its id. What was written here goes on as a record of its own.
      const copy = randomUUID();
      this.queue = this.queue
        .filter((queued) => queued !== change || body !== null)
        .map((queued) => (queued.id === id ? { ...queued, id: copy } : queued));
      this.#keep(id, current?.rev ?? 0, current?.record);
    }
  }

  async pull(vault: UserVault, limit: number): Promise<void> {
    const isAll = this.#since === "0";
    const seen = new Set<string>();
    try {
      for (let since = this.#since; ;) {
        const page = await pull(vault, { since, limit });
        for (const { id, rev, record } of page.changes) {
          seen.add(id);
          if (!this.queue.some((change) => change.id === id)) this.#keep(id, rev, record);
        }
        since = page.next;
        if (page.hasMore) continue;
        this.#since = since;
        break;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "gone") throw error;
      this.#since = "0";
      return this.pull(vault, limit);
    }
    if (!isAll) return;
    for (const id of this.known.keys()) {
      if (!seen.has(id) && !this.queue.some((change) => change.id === id)) this.known.delete(id);
    }
  }

  #keep(id: string, rev: number, record: Readonly<Record<string, unknown>> | undefined): void {
    this.#seen.set(id, rev);
    if (record === undefined) this.known.delete(id);
    else this.known.set(id, { rev, body: String(record["body"]) });
  }
}

const step = fc.record({
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("append", "replace", "sync") },
    fc.constantFrom("remove", "lose", "purge"),
  ),
  device: fc.nat(1),
  entry: fc.nat(2),
  limit: fc.integer({ min: 1, max: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function run(sequence: readonly Step[]): Promise<void> {
  const { vault } = await test.newOwner();
  const devices = [new Device(), new Device()] as const;
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  const typed = new Set<string>();
  for (const [n, { what, device: which, entry, limit }] of sequence.entries()) {
    const device = devices[which === 0 ? 0 : 1];
    const id = ids[entry] ?? "";
    test.clock.now = new Date(test.clock.now.getTime() + 60_000);
    const text = device.text(id);
    switch (what) {
      case "append":
      case "replace": {
        const word = `word${n}.`;
        typed.add(word);
        device.queue.push({ id, body: what === "append" ? `${text ?? ""}${word}` : word });
        break;
      }
      case "remove":
        if (text !== null) device.queue.push({ id, body: null });
        break;
      case "purge": {
        const readable = (await trashedTexts(vault, id)).join(" ");
        if (readable === "") break;
        // Deleted for good, by asking for it.
        for (const word of typed) if (readable.includes(word)) typed.delete(word);
        await purgeRecord(vault, kindNamed("entries"), id);
        break;
      }
      case "lose":
        await device.push(vault, true);
        break;
      case "sync":
        await device.push(vault, false);
        await device.pull(vault, limit);
    }
  }
  for (let round = 0; devices.some(({ queue }) => queue.length > 0) || round < 2; round++) {
    expect(round).toBeLessThan(60);
    for (const device of devices) {
      await device.push(vault, false);
      await device.pull(vault, 2);
    }
  }
  // What the last to push brought, the other has not seen yet.
  for (const device of devices) await device.pull(vault, 2);
  const [one, other] = devices;
  const all = await pull(vault, { since: "0", limit: 500 });
  const live = all.changes.flatMap(({ id, rev, record }): [string, Copy][] =>
    record === undefined ? [] : [[id, { rev, body: String(record["body"]) }]],
  );
  expect(one.known).toEqual(new Map(live));
  expect(other.known).toEqual(new Map(live));
  const readable = live.map(([, { body }]) => body);
  for (const { id, deleted } of all.changes) {
    readable.push(...(deleted ? await trashedTexts(vault, id) : await versionTexts(vault, id)));
  }
  for (const word of typed) {
    expect({ word, is: readable.some((text) => text.includes(word)) }).toEqual({ word, is: true });
  }
}

async function versionTexts(vault: UserVault, id: string): Promise<string[]> {
  const range = { before: Number.MAX_SAFE_INTEGER, limit: 200 };
  return (await listRecordVersions(vault, entryKind, id, range)).versions.map(({ body }) => body);
}

/** The text of a record in the trash and of its earlier states, as they are once it is taken out. */
async function trashedTexts(vault: UserVault, id: string): Promise<string[]> {
  const { items } = await listTrashed(vault, RECORD_KINDS, { limit: 50 });
  if (!items.some((item) => item.id === id)) return [];
  await kindNamed("entries").takeFromTrash(vault, id);
  const texts = await versionTexts(vault, id);
  const { changes } = await pull(vault, { since: "0", limit: 500 });
  texts.push(String(changes.find((change) => change.id === id)?.record?.["body"]));
  await push(vault, [{ op: "delete", kind: "entries", id }], {
    today: DAY,
    now: test.clock.now,
    onUnreadable: () => undefined,
  });
  return texts;
}

it(
  "two devices that were apart end alike, and no word that was typed is lost",
  async () => {
    const sequences = fc.array(step, { minLength: 6, maxLength: 25 });
    await fc.assert(fc.asyncProperty(sequences, run), { numRuns: RUNS });
  },
  30_000 + RUNS * 5000,
);
