import { setImmediate as nextTurn } from "node:timers/promises";

/** Work on keys, boxes and sums is all on the processor; whatever else this process does must not wait for it for long. */
const TURN_MS = 2;

/**
 * Called between pieces of work: gives way to others once a turn has taken long enough, by a promise to wait for. Until
 * then there is nothing to wait for, which is cheaper where pieces are small.
 */
export type Pace = () => Promise<void> | undefined;

export function pace(): Pace {
  let began = performance.now();
  return () => {
    if (performance.now() - began < TURN_MS) return undefined;
    return nextTurn().then(() => {
      began = performance.now();
    });
  };
}

/** Does `work` for each item, for at most `atOnce` of them at a time. */
export async function forEachItem<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
