/** @jest-environment node */
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Me } from "@timos/api/contract";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { type KeptDatabase, openDatabase } from "./database.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import { findKnown } from "./known.ts";
import { newSealingKey, open, seal, SealedError } from "./seal.ts";

const NEEDLE = "nobody may read of the kingfisher";
const [ADA, BEN] = ["9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a01", "9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a02"];
const ada: Me = {
  id: ADA,
  email: "ada@example.org",
  role: "owner",
  platformRole: null,
  displayName: NEEDLE,
  timeZone: "UTC",
  dayStartHour: 0,
  locale: "en",
  weekStartsOn: 1,
  createdAt: "2026-11-21T10:00:00.000Z",
};
const unsent = (body: string) => ({ draft: { body }, rev: 3, unsure: [] });

/** The tabs of one browser that are alive. */
const living = new Set<string>();

async function openKeeper(userId = ADA, own = "tab"): Promise<Keeper> {
  living.add(own);
  const keeper = createKeeper({
    userId,
    tabs: { own, amongLiving: (work) => work(living) },
    now: () => 1_800_000_000_000,
  });
  expect(await keeper.start()).toBe(true);
  return keeper;
}

/** As another program sees what is on the disk. */
async function dump(): Promise<{ database: KeptDatabase; rows: unknown[]; bytes: Buffer }> {
  const database = await openDatabase(() => undefined);
  const rows = [...(await database.getAll("accounts")), ...(await database.getAll("kept"))];
  const parts: Buffer[] = [];
  const collect = (value: unknown) => {
    if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
      parts.push(Buffer.from(value instanceof ArrayBuffer ? new Uint8Array(value) : value));
    } else if (value instanceof CryptoKey) parts.push(Buffer.from(value.type));
    else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        parts.push(Buffer.from(name));
        collect(member);
      }
    } else parts.push(Buffer.from(String(value)));
  };
  rows.forEach(collect);
  return { database, rows, bytes: Buffer.concat(parts) };
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  Object.defineProperty(globalThis, "navigator", { value: { locks: {} }, configurable: true });
  living.clear();
});

describe("a box", () => {
  it("opens with its key in its place alone, and not when a bit of it was changed", async () => {
    const [key, other] = [await newSealingKey(), await newSealingKey()];
    const box = await seal(key, [ADA, "draft", "1"], { words: NEEDLE });
    expect(await open(key, [ADA, "draft", "1"], box)).toEqual({ words: NEEDLE });
    for (const context of [
      [BEN, "draft", "1"],
      [ADA, "answer", "1"],
      [ADA, "draft", "2"],
      [ADA, "draft,1"],
      [],
    ]) {
      await expect(open(key, context, box)).rejects.toBeInstanceOf(SealedError);
    }
    await expect(open(other, [ADA, "draft", "1"], box)).rejects.toBeInstanceOf(SealedError);
    const bytes = new Uint8Array(box.bytes.slice(0));
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const altered = bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
      const changed = { ...box, bytes: altered.buffer };
      await expect(open(key, [ADA, "draft", "1"], changed)).rejects.toBeInstanceOf(SealedError);
    }
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("has a nonce of its own each time", async () => {
    const key = await newSealingKey();
    const boxes = await Promise.all(Array.from({ length: 50 }, () => seal(key, [], "same")));
    expect(new Set(boxes.map(({ nonce }) => String(nonce))).size).toBe(50);
  });
});

describe("what a device keeps", () => {
  it("is sealed, in each of its stores", async () => {
    const keeper = await openKeeper();
    await keeper.know(ada);
    await keeper.drafts.keep("entries", "one", unsent(NEEDLE));
    await keeper.keepAnswer(`/api/days/${NEEDLE}`, NEEDLE);
    await keeper.put("change", "1", { note: NEEDLE });
    const { rows, bytes, database } = await dump();
    expect(rows).toHaveLength(4);
    for (const needle of [NEEDLE, "ada@", "entries", "/api/days"]) {
      expect(bytes.includes(needle)).toBe(false);
    }
    database.close();
    expect(await findKnown()).toEqual(ada);
  });

  it("comes back after the tab was killed, and is taken over by one tab, once", async () => {
    const killed = await openKeeper(ADA, "killed");
    await killed.drafts.keep("entries", "one", unsent("first"));
    await killed.drafts.keep("entries", "one", unsent("second"));
    await killed.drafts.keep("feels-morning", "2026-11-21", unsent("third"));
    const alive = await openKeeper(ADA, "alive");
    expect(alive.drafts.left()).toEqual([]);
    living.delete("killed");
    const next = await openKeeper(ADA, "next");
    expect(next.drafts.left().map(({ kind, id, unsent: of }) => [kind, id, of])).toEqual(
      expect.arrayContaining([
        ["entries", "one", unsent("second")],
        ["feels-morning", "2026-11-21", unsent("third")],
      ]),
    );
    expect((await openKeeper(ADA, "late")).drafts.left()).toEqual([]);

    next.drafts
      .left()
      .find(({ id }) => id === "one")
      ?.claim("one");
    await next.drafts.keep("entries", "one", unsent("third"));
    await next.drafts.keep("entries", "one", null);
    living.delete("next");
    const last = await openKeeper(ADA, "last");
    expect(last.drafts.left().map(({ kind }) => kind)).toEqual(["feels-morning"]);
  });

  it("of two tabs at one record is two drafts", async () => {
    const [here, there] = [await openKeeper(ADA, "here"), await openKeeper(ADA, "there")];
    await here.drafts.keep("entries", "one", unsent("here"));
    await there.drafts.keep("entries", "one", unsent("there"));
    expect([await here.countOfOthers(), await there.countOfOthers()]).toEqual([1, 1]);
    await here.drafts.keep("entries", "one", null);
    expect([await here.countOfOthers(), await there.countOfOthers()]).toEqual([1, 0]);
    living.clear();
    const left = (await openKeeper(ADA, "next")).drafts.left();
    expect(left.map((draft) => draft.unsent)).toEqual([unsent("there")]);
  });

  it("is not what somebody wrote into another's place, or altered", async () => {
    const keeper = await openKeeper(ADA, "killed");
    await keeper.drafts.keep("entries", "one", unsent("mine"));
    await keeper.know(ada);
    await keeper.keepAnswer("/a", "answer of a");
    await keeper.keepAnswer("/b", "answer of b");
    const { database } = await dump();
    const answers = await database.getAllFromIndex("kept", "owner", [ADA, "answer"]);
    const [one, other] = answers;
    if (!one || !other) throw new Error("two answers are kept");
    await database.put("kept", { ...one, box: other.box });
    await database.put("kept", { ...other, box: one.box });
    const [draft] = await database.getAllFromIndex("kept", "owner", [ADA, "draft"]);
    if (!draft) throw new Error("a draft is kept");
    await database.put("kept", { ...draft, id: "elsewhere" });
    await database.delete("kept", draft.id);
    database.close();
    living.clear();
    const next = await openKeeper(ADA, "next");
    expect(next.drafts.left()).toEqual([]);
    expect(await next.findAnswer("/a")).toBeNull();
    expect(await next.findAnswer("/b")).toBeNull();
  });

  it("tells of a full disk, and of its end, and goes on when there is room", async () => {
    const keeper = await openKeeper();
    const troubles: unknown[] = [];
    keeper.subscribe(() => troubles.push(keeper.getTrouble()));
    const put = jest.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    expect(await keeper.drafts.keep("entries", "one", unsent("a"))).toBe(false);
    put.mockRestore();
    expect(await keeper.drafts.keep("entries", "one", unsent("ab"))).toBe(true);
    expect(troubles).toEqual(["full", null]);
  });

  it("is nothing where the browser refuses to keep anything", async () => {
    globalThis.indexedDB = {
      open: () => {
        throw new DOMException("private", "SecurityError");
      },
    } as unknown as IDBFactory;
    const tabs = {
      own: "tab",
      amongLiving: async <T>(work: (of: Set<string>) => Promise<T>) => work(living),
    };
    const keeper = createKeeper({ userId: ADA, tabs, now: Date.now });
    expect(await keeper.start()).toBe(false);
    expect(keeper.getTrouble()).toBe("refused");
    expect(await keeper.drafts.keep("entries", "one", unsent("a"))).toBe(false);
  });
});

describe("when a session ends", () => {
  it("by the server, copies go, and words that it does not have stay", async () => {
    const keeper = await openKeeper();
    await keeper.know(ada);
    await keeper.keepAnswer("/a", "a");
    await keeper.drafts.keep("entries", "one", unsent("unsent"));
    await keeper.removeCopies();
    expect(await findKnown()).toBeNull();
    expect(await keeper.keepAnswer("/a", "a")).toBe(false);
    living.clear();
    const again = await openKeeper(ADA, "again");
    expect(await again.findAnswer("/a")).toBeNull();
    expect(again.drafts.left().map((draft) => draft.unsent)).toEqual([unsent("unsent")]);
  });

  it("by choice, nothing is left, and a tab that comes late writes nothing", async () => {
    const keeper = await openKeeper();
    const late = await openKeeper(ADA, "late");
    await keeper.know(ada);
    await keeper.drafts.keep("entries", "one", unsent("unsent"));
    await keeper.wipe();
    expect(await indexedDB.databases()).toEqual([]);
    const again = await openKeeper(ADA, "again");
    expect(await late.drafts.keep("entries", "two", unsent("late"))).toBe(false);
    expect(again.drafts.left()).toEqual([]);
    const { rows, database } = await dump();
    expect(rows).toHaveLength(1);
    database.close();
  });

  it("and another person signs in, they find nothing, and the first one finds their words again", async () => {
    const keeper = await openKeeper(ADA, "one");
    await keeper.know(ada);
    await keeper.keepAnswer("/a", "a");
    await keeper.drafts.keep("entries", "one", unsent("unsent"));
    living.clear();
    const ben = await openKeeper(BEN, "two");
    expect(ben.drafts.left()).toEqual([]);
    expect(await ben.findAnswer("/a")).toBeNull();
    expect(await findKnown()).toBeNull();
    living.clear();
    const again = await openKeeper(ADA, "three");
    expect(again.drafts.left().map((draft) => draft.unsent)).toEqual([unsent("unsent")]);
    expect(await again.findAnswer("/a")).toBeNull();
  });
});
