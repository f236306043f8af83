import { setImmediate as nextTurn } from "node:timers/promises";

/** Work on keys, boxes and sums is all on the processor; whatever else this process does must not wait for it for long. */
const TURN_MS = 2;

/** Called between pieces of work: gives way to others once a turn has taken long enough. */
export type Pace = () => Promise<void>;

export function pace(): Pace {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN_MS) return;
    await nextTurn();
    began = performance.now();
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
