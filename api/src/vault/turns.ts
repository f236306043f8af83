import { AppError } from "../contract/errors.ts";

const MAX_WAITING = 1000;

interface Turns {
  last: Promise<void>;
  waiting: number;
  /** When a change last found the database away, on the clock of `performance`. */
  brokenAt: number;
}

const turnsOf = new Map<string, Turns>();

/**
 * Runs one owner's changes one after the other. They would wait for each other in the database as well, but there each
 * would hold a connection that somebody else needs.
 *
 * @throws AppError `overloaded` when a thousand wait; `vault_unavailable` at once for those who wait while one before
 * them finds the database away.
 */
export async function inTurn<T>(owner: string, work: () => Promise<T>): Promise<T> {
  const turns = turnsOf.get(owner) ?? { last: Promise.resolve(), waiting: 0, brokenAt: -1 };
  if (turns.waiting >= MAX_WAITING) throw new AppError("overloaded", { retryAfterSeconds: 2 });
  turnsOf.set(owner, turns);
  turns.waiting++;
  const since = performance.now();
  const before = turns.last;
  let end: () => void = () => undefined;
  turns.last = new Promise((resolve) => {
    end = resolve;
  });
  try {
    await before;
    if (turns.brokenAt >= since) throw new AppError("vault_unavailable");
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === "vault_unavailable") {
      turns.brokenAt = performance.now();
    }
    throw error;
  } finally {
    turns.waiting--;
    if (turns.waiting === 0) turnsOf.delete(owner);
    end();
  }
}
