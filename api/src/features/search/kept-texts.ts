import { OwnerTexts } from "./owner-texts.ts";

/** Texts of the owners who searched a moment ago. */
export interface KeptTexts {
  /**
   * Runs `work` with what is kept of an owner's texts, one after the other for each owner.
   *
   * @param sessionId - With the end of which the texts are dropped.
   */
  use<T>(userId: string, sessionId: string, work: (use: TextsInUse) => Promise<T>): Promise<T>;
  /** Drops the texts of a user: their keys were erased, rotated, or they were signed out everywhere. */
  forget(userId: string): void;
  forgetAll(): void;
  /** What was said to every instance of a session or a user (`session:ID`, `user:ID`): their texts are dropped. */
  onMessage(message: string): void;
  /** What all of it takes in memory, and may take, in bytes. */
  readonly size: number;
  readonly limit: number;
  /** Of how many people there are texts. */
  readonly owners: number;
  close(): void;
}

export interface TextsInUse {
  readonly texts: OwnerTexts;
  /** Whether there is room for as many of them as there are. Others, unused for longest, make way. */
  readonly fits: () => boolean;
  /** Whether they did not fit a moment ago. */
  isTooLarge: boolean;
}

interface Kept extends TextsInUse {
  readonly sessions: Set<string>;
  last: Promise<unknown>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** Texts that nobody searches are dropped after this time. */
const IDLE_MS = 10 * 60_000;

/** No journal takes more of the room than this, or one would drive out all others. */
const SHARE = 0.8;

/** Keeps texts within `maxBytes`. They are wiped when they are dropped, once nobody reads them any more. */
export function keptTexts(maxBytes: number, idleMs = IDLE_MS): KeptTexts {
  // In the order of their last use.
  const kept = new Map<string, Kept>();
  /** What was dropped while somebody read it takes its room until they have. */
  const leaving = new Set<Kept>();
  const size = () => [...kept.values(), ...leaving].reduce((sum, { texts }) => sum + texts.size, 0);

  const drop = (userId: string, one: Kept) => {
    clearTimeout(one.timer);
    kept.delete(userId);
    if (one.users === 0) one.texts.clear();
    else leaving.add(one);
  };
  const forget = (userId: string) => {
    const one = kept.get(userId);
    if (one !== undefined) drop(userId, one);
  };

  const forgetAll = () => {
    for (const userId of [...kept.keys()]) forget(userId);
  };

  /** Drops what was not used for longest, until the rest fits, which also grows while it is searched. */
  const makeRoom = () => {
    for (const { texts } of kept.values()) {
      if (size() <= maxBytes) return;
      texts.forgetWords();
    }
    for (const [userId, one] of kept) {
      if (size() <= maxBytes) return;
      if (one.users === 0) drop(userId, one);
    }
  };

  const open = (): Kept => {
    const texts = new OwnerTexts();
    const fits = () => {
      if (texts.size > maxBytes * SHARE) texts.forgetWords();
      if (texts.size > maxBytes * SHARE) return false;
      makeRoom();
      return size() <= maxBytes;
    };
    return {
      texts,
      fits,
      isTooLarge: false,
      sessions: new Set(),
      last: Promise.resolve(),
      users: 0,
      timer: undefined,
    };
  };

  return {
    use: async (userId, sessionId, work) => {
      const one = kept.get(userId) ?? open();
      clearTimeout(one.timer);
      kept.delete(userId);
      kept.set(userId, one);
      one.sessions.add(sessionId);
      one.users++;
      const mine = one.last.then(() => work(one));
      one.last = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        one.users--;
        if (one.users === 0) {
          if (leaving.delete(one)) one.texts.clear();
          else one.timer = setTimeout(() => drop(userId, one), idleMs).unref();
        }
        makeRoom();
      }
    },
    forget,
    forgetAll,
    onMessage: (message) => {
      const [what, id = ""] = message.split(":");
      if (what === "user") forget(id);
      if (what !== "session") return;
      for (const [userId, { sessions }] of kept) if (sessions.has(id)) forget(userId);
    },
    get size() {
      return size();
    },
    limit: maxBytes,
    get owners() {
      return kept.size;
    },
    close: forgetAll,
  };
}
