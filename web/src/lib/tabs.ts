/** Runs work that only one tab may do at a time; `waited` tells whether another tab was just doing it. */
export type Alone = <T>(work: (waited: boolean) => Promise<T>) => Promise<T>;

/** What tabs of one browser say to each other. */
export interface Channel<M> {
  post(message: M): void;
  close(): void;
}

export function aloneAcrossTabs(name: string): Alone {
  return async (work) => {
    // Browsers offer locks in secure contexts only. Without them tabs may do the work twice, which the API bears.
    if (!("locks" in navigator)) return work(false);
    const free = await navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { done: await work(false) },
    );
    return free === null ? navigator.locks.request(name, () => work(true)) : free.done;
  };
}

export function openChannel<M>(name: string, hear: (message: M) => void): Channel<M> {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event: MessageEvent<M>) => hear(event.data);
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}
