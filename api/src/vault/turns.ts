import { AppError, type ErrorCode } from "../contract/errors.ts";

const MAX_WAITING = 1000;

interface Turns {
  last: Promise<void>;
  waiting: number;
  /** The database that a change found away: those who waited behind it are refused, whoever comes later is not. */
  away: ErrorCode | null;
}

const AWAY: ReadonlySet<ErrorCode> = new Set(["vault_unavailable", "platform_unavailable"]);

const turnsOf = new Map<string, Turns>();

/**
 * Runs one owner's changes one after the other. They would wait for each other in the database as well, but there each
 * would hold a connection that somebody else needs.
 *
 * @throws AppError `overloaded` when a thousand wait; `vault_unavailable` or `platform_unavailable` at once for those who
 * wait while one before them finds that database away.
 */
export async function inTurn<T>(owner: string, work: () => Promise<T>): Promise<T> {
  const turns = turnsOf.get(owner) ?? { last: Promise.resolve(), waiting: 0, away: null };
  if (turns.waiting >= MAX_WAITING) throw new AppError("overloaded", { retryAfterSeconds: 2 });
  turnsOf.set(owner, turns);
  turns.waiting++;
  const before = turns.last;
  let end: () => void = () => undefined;
  turns.last = new Promise((resolve) => {
    end = resolve;
  });
  try {
    await before;
    if (turns.away !== null) throw new AppError(turns.away);
    return await work();
  } catch (error) {
    if (turns.away === null && error instanceof AppError && AWAY.has(error.code)) {
      turns.away = error.code;
      // None of these turns runs any more, so that others may begin beside them.
      turnsOf.delete(owner);
    }
    throw error;
  } finally {
    turns.waiting--;
    if (turns.waiting === 0 && turns.away === null) turnsOf.delete(owner);
    end();
  }
}

/** Whether another change of the owner waits behind the one that is running. */
export function isAwaited(owner: string): boolean {
  return (turnsOf.get(owner)?.waiting ?? 0) > 1;
}
