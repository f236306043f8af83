import type { AnySaver } from "./record-saver.ts";

export type Savers = ReturnType<typeof createSavers>;

/** All that this tab shows or still has to save. It outlives the views that show it. */
export function createSavers() {
  const open = new Map<AnySaver, () => void>();
  const listeners = new Set<() => void>();

  function tell() {
    for (const listener of listeners) listener();
  }

  function add(saver: AnySaver) {
    open.set(saver, saver.subscribe(tell));
    // One with nothing to save is news to nobody, and may be made while a page is drawn.
    if (saver.isUnsaved()) tell();
  }

  /** Lets go of one, and of what this device keeps of it. */
  function drop(saver: AnySaver) {
    open.get(saver)?.();
    open.delete(saver);
    saver.discard();
    tell();
  }

  const all = () => Array.from(open.keys());
  const unsaved = () => all().filter((saver) => saver.isUnsaved());

  /** Sends all that waits, and resolves when no request is on its way. */
  async function flush() {
    for (const saver of all()) saver.flush();
    for (const saver of all()) {
      while (saver.getState().phase.at === "sending") await saver.nextChange();
    }
  }

  return {
    all,
    unsaved,
    /** Those of which something would be lost with this tab. */
    onlyHere: () => all().filter((saver) => saver.isOnlyHere()),
    add,
    drop,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    flush,
    /** Sends what waits since the server was not reached. */
    retry: () => {
      for (const saver of all()) if (saver.getState().phase.at === "waiting") saver.flush();
    },
    flushLeaving: () => {
      for (const saver of all()) saver.flushLeaving();
    },
    signedIn: () => {
      for (const saver of all()) saver.signedIn();
    },
  };
}
