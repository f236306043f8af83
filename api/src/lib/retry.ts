import { setTimeout as sleep } from "node:timers/promises";
import { isConflict } from "./database-errors.ts";

const ATTEMPTS = 8;

/**
 * Runs a whole transaction, again from its start when it lost to another one, waiting a little longer each time.
 *
 * @throws what `transaction` throws when that is no conflict, or the conflict that ended the last attempt.
 */
export async function retryConflicts<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      await sleep(Math.random() * 5 * 2 ** attempt);
    }
  }
}
