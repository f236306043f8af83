import pLimit, { type LimitFunction } from "p-limit";

/** Does the work of one key at most `atOnce` at a time, and the rest after that. */
export function fewAtOnce(atOnce: number): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const gates = new Map<string, { readonly gate: LimitFunction; users: number }>();
  return async (key, work) => {
    const held = gates.get(key) ?? { gate: pLimit(atOnce), users: 0 };
    gates.set(key, held);
    held.users++;
    try {
      return await held.gate(work);
    } finally {
      if (--held.users === 0) gates.delete(key);
    }
  };
}
