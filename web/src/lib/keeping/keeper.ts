import type { Me } from "@timos/api/contract";
import { CONTRACT } from "@/lib/contract.ts";
import { newId } from "@/lib/id.ts";
import type { Drafts, LeftDraft } from "@/lib/saver/drafts.ts";
import {
  type AccountKept,
  deleteDatabase,
  type Kept,
  type KeptDatabase,
  openDatabase,
  type What,
} from "./database.ts";
import { blindName, newNamingKey, newSealingKey, open, seal, SealedError } from "./seal.ts";
import type { Tabs } from "./tab.ts";

/** Why what is written is not kept: there is no room, or the browser keeps nothing (any more). */
export type Trouble = "full" | "refused";

export type Keeper = ReturnType<typeof createKeeper>;

interface Surroundings {
  readonly userId: string;
  readonly tabs: Tabs;
  readonly now: () => number;
}

const MAX_ANSWER_AGE_MS = 30 * 86_400_000;

/** What this device keeps of one person, sealed under keys of their own that no script can read (ADR 0029). */
export function createKeeper({ userId, tabs, now }: Surroundings) {
  const listeners = new Set<() => void>();
  /** The places of drafts, by their kind and id. */
  const places = new Map<string, string>();
  let left: LeftDraft[] = [];
  let database: KeptDatabase | null = null;
  let account: AccountKept | null = null;
  let trouble: Trouble | null = null;
  let starting: Promise<boolean> | null = null;

  function tell(next: Trouble | null) {
    if (trouble === next) return;
    trouble = next;
    for (const listener of listeners) listener();
  }

  const contextOf = (what: What, id: string) => [userId, what, id];

  /** Opens what is kept, and takes over what tabs left that are no more. Says whether anything can be kept. */
  function start(): Promise<boolean> {
    starting ??= begin().finally(() => (starting = null));
    return starting;
  }

  async function begin(): Promise<boolean> {
    if (database !== null) return true;
    try {
      database = await openDatabase(() => stop());
      account = await ensureAccount(database, userId);
      await removeOfOthers(database, userId);
      await tabs.amongLiving(adopt);
      tell(null);
    } catch {
      // Refused storage looks different in each browser; what follows from it is the same.
      stop();
      tell("refused");
    }
    return database !== null;
  }

  /** Keeps nothing from here on. What is kept stays. */
  function stop() {
    database?.close();
    database = null;
    account = null;
  }

  /** Removes everything this device keeps, of anybody. */
  async function wipe() {
    stop();
    places.clear();
    left = [];
    await deleteDatabase();
  }

  /** Removes the copies of what the server has, since the session ended there; words it does not have stay. */
  async function removeCopies() {
    if (database === null || account === null) return;
    const { me: _, ...rest } = account;
    account = { ...rest, me: null };
    const removing = database.transaction(["accounts", "kept"], "readwrite");
    const found = await removing.objectStore("kept").index("owner").getAllKeys([userId, "answer"]);
    await Promise.all([
      ...found.map((id) => removing.objectStore("kept").delete(id)),
      removing.objectStore("accounts").put(account),
      removing.done,
    ]);
  }

  async function adopt(living: ReadonlySet<string>) {
    if (database === null) return;
    const store = database;
    const taking = store.transaction("kept", "readwrite");
    const rows = await taking.store.index("owner").getAll([userId, "draft"]);
    const mine = rows.filter(({ tab }) => tab === null || tab === tabs.own || !living.has(tab));
    const puts = mine.map((row) => taking.store.put({ ...row, tab: tabs.own }));
    await Promise.all([...puts, taking.done]);
    const opened = await Promise.all(
      mine.map(async (row) => ({ row, value: await openOrNull(row) })),
    );
    left = opened.flatMap(({ row, value }) => (isKeptDraft(value) ? [leftDraft(row, value)] : []));
  }

  function leftDraft(row: Kept, { kind, id, unsent }: KeptDraft): LeftDraft {
    const draft: LeftDraft = {
      kind,
      id,
      unsent,
      claim: (as) => {
        places.set(`${kind}/${as}`, row.id);
        left = left.filter((each) => each !== draft);
      },
    };
    return draft;
  }

  async function openOrNull({ what, id, box }: Kept): Promise<unknown> {
    if (account === null) return null;
    return open(account.sealing, contextOf(what, id), box).catch((error: unknown) => {
      if (error instanceof SealedError) return null;
      throw error;
    });
  }

  /** Resolves to whether it is kept now. */
  async function put(what: What, id: string, value: unknown, tab: string | null = null) {
    await starting;
    const [store, keys] = [database, account];
    if (store === null || keys === null) return false;
    try {
      const box = await seal(keys.sealing, contextOf(what, id), value);
      const writing = store.transaction(["accounts", "kept"], "readwrite");
      const current = await writing.objectStore("accounts").get(userId);
      // Meanwhile everything was removed, and perhaps begun anew: this belongs to what is gone.
      if (current?.keyId !== keys.keyId) {
        await writing.done;
        stop();
        tell("refused");
        return false;
      }
      const row = { id, userId, what, at: now(), tab, box };
      await Promise.all([writing.objectStore("kept").put(row), writing.done]);
      tell(null);
      return true;
    } catch (error) {
      tell(
        error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "refused",
      );
      return false;
    }
  }

  async function remove(id: string) {
    await database?.delete("kept", id).catch(() => undefined);
  }

  const drafts: Drafts = {
    left: () => left,
    keep: async (kind, id, unsent) => {
      const name = `${kind}/${id}`;
      const place = places.get(name);
      if (unsent === null) {
        places.delete(name);
        if (place !== undefined) await remove(place);
        return false;
      }
      const at = place ?? newId();
      places.set(name, at);
      return put("draft", at, { kind, id, unsent } satisfies KeptDraft, tabs.own);
    },
  };

  /** Keeps what the server answered to a question, in place of what it answered before. */
  async function keepAnswer(question: string, answer: string): Promise<boolean> {
    const keys = account;
    if (!keys?.me) return false;
    return put("answer", await blindName(keys.naming, question), {
      question,
      answer,
      contract: CONTRACT,
    } satisfies KeptAnswer);
  }

  /** What the server last answered, and when; null when that is not kept. */
  async function findAnswer(question: string) {
    if (database === null || account === null) return null;
    const row = await database.get("kept", await blindName(account.naming, question));
    const value = row === undefined ? null : await openOrNull(row);
    if (row === undefined || !isKeptAnswer(value) || value.question !== question) return null;
    return { answer: value.answer, at: row.at };
  }

  /** Lets this device know who the person is, and keep copies of what they read, while the server is out of reach. */
  async function know(me: Me) {
    if (database === null || account === null) return;
    account = { ...account, me: await seal(account.sealing, [userId, "me"], me) };
    await database.put("accounts", account);
    await removeOldAnswers(database, userId, now() - MAX_ANSWER_AGE_MS);
  }

  /** Everything that is kept of a kind, each as it was put, in the order of its ids. */
  async function all(what: What) {
    const rows = (await database?.getAllFromIndex("kept", "owner", [userId, what])) ?? [];
    const opened = rows.map(async (row) => ({ id: row.id, value: await openOrNull(row) }));
    return (await Promise.all(opened)).filter(({ value }) => value !== null);
  }

  /** How many drafts there are of other tabs, whether these live or not. */
  async function countOfOthers(): Promise<number> {
    const rows = await database?.getAllFromIndex("kept", "owner", [userId, "draft"]);
    return rows?.filter(({ tab }) => tab !== tabs.own).length ?? 0;
  }

  return {
    start,
    stop,
    wipe,
    removeCopies,
    countOfOthers,
    drafts,
    put,
    remove,
    all,
    keepAnswer,
    findAnswer,
    know,
    getTrouble: () => trouble,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

interface KeptDraft {
  readonly kind: string;
  readonly id: string;
  readonly unsent: unknown;
}

const isKeptDraft = (value: unknown): value is KeptDraft =>
  typeof value === "object" &&
  value !== null &&
  "kind" in value &&
  "id" in value &&
  "unsent" in value &&
  typeof value.kind === "string" &&
  typeof value.id === "string";

interface KeptAnswer {
  readonly question: string;
  readonly answer: string;
  /** What answers were like then. One of another likeness is as none: these pages would not know how to show it. */
  readonly contract: string;
}

const isKeptAnswer = (value: unknown): value is KeptAnswer =>
  typeof value === "object" &&
  value !== null &&
  "question" in value &&
  "answer" in value &&
  "contract" in value &&
  value.contract === CONTRACT &&
  typeof value.answer === "string";

async function ensureAccount(database: KeptDatabase, userId: string): Promise<AccountKept> {
  const drawn: AccountKept = {
    userId,
    keyId: newId(),
    sealing: await newSealingKey(),
    naming: await newNamingKey(),
    me: null,
  };
  // Looked for and put in one transaction: two tabs that open together have one key.
  const making = database.transaction("accounts", "readwrite");
  const found = await making.store.get(userId);
  if (found === undefined) await making.store.put(drawn);
  await making.done;
  return found ?? drawn;
}

/**
 * Whoever signs in here finds nothing of somebody else, and neither does whoever reads the disk after them, but for words
 * that exist nowhere else: those stay sealed until their writer is back.
 */
async function removeOfOthers(database: KeptDatabase, userId: string): Promise<void> {
  const removing = database.transaction(["accounts", "kept"], "readwrite");
  const [accounts, kept] = [removing.objectStore("accounts"), removing.objectStore("kept")];
  for (const other of await accounts.getAll()) {
    if (other.userId === userId) continue;
    for (const id of await kept.index("owner").getAllKeys([other.userId, "answer"])) {
      await kept.delete(id);
    }
    const unsent = await Promise.all([
      kept.index("owner").count([other.userId, "draft"]),
      kept.index("owner").count([other.userId, "change"]),
    ]);
    if (unsent.every((count) => count === 0)) await accounts.delete(other.userId);
    else await accounts.put({ ...other, me: null });
  }
  await removing.done;
}

async function removeOldAnswers(database: KeptDatabase, userId: string, before: number) {
  const removing = database.transaction("kept", "readwrite");
  for (const row of await removing.store.index("owner").getAll([userId, "answer"])) {
    if (row.at < before) await removing.store.delete(row.id);
  }
  await removing.done;
}
