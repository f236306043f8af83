import { newId } from "@/lib/id.ts";

const lockOf = (tab: string) => `timos.tab.${tab}`;

/** This tab among those of the browser: each holds a lock for as long as it lives, however it ends. */
export interface Tabs {
  readonly own: string;
  /** Runs work with the tabs that live, while no other tab does the same. */
  readonly amongLiving: <T>(work: (living: ReadonlySet<string>) => Promise<T>) => Promise<T>;
}

let joined: Promise<Tabs> | null = null;

export function joinTabs(): Promise<Tabs> {
  joined ??= new Promise((resolve) => {
    const own = newId();
    void navigator.locks.request(lockOf(own), () => {
      resolve({ own, amongLiving });
      return new Promise<never>(() => undefined);
    });
  });
  return joined;
}

const amongLiving: Tabs["amongLiving"] = async (work) => {
  const done = await navigator.locks.request("timos.tabs", async () => {
    const { held = [] } = await navigator.locks.query();
    const names = held.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const prefix = lockOf("");
    const living = names.filter((name) => name.startsWith(prefix));
    return { result: await work(new Set(living.map((name) => name.slice(prefix.length)))) };
  });
  return done.result;
};
