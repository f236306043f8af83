"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useTimos } from "@/lib/client.tsx";
import { type Keeping, startKeeping } from "./keeping.ts";

export type { Keeping };

const KeepingContext = createContext<Keeping | null>(null);
const NewerContext = createContext<(() => void) | null>(null);

const PROBE_MS = 15_000;
const INSTALL_MS = 2_000;
const WARM_MS = 5_000;

interface Props {
  userId: string;
  /** Shown until it is known what was kept. */
  opening: ReactNode;
  children: ReactNode;
}

/** Keeps on this device what one person writes until the server has it, and what they read for want of a connection. */
export function KeepingProvider({ userId, opening, children }: Props) {
  const { session, api, carryBy } = useTimos();
  const queries = useQueryClient();
  const [started, setStarted] = useState<{ keeping: Keeping | null } | null>(null);

  const [newer, setNewer] = useState<{ load: () => void } | null>(null);

  useEffect(() => {
    let isHere = true;
    let stop: () => void = () => undefined;
    const readAnew = () => void queries.invalidateQueries({ queryKey: ["journal"] });
    const begin = async () => {
      // Whatever the browser refuses, the pages work without it.
      const keeping = await startKeeping({ userId, session, api, noteSent: readAnew }).catch(
        () => null,
      );
      if (isHere && keeping !== null) {
        carryBy(keeping.carrier);
        stop = attend(keeping, session, readAnew, (load) => setNewer({ load }));
      }
      if (isHere) setStarted({ keeping });
    };
    void begin();
    return () => {
      isHere = false;
      carryBy(null);
      stop();
    };
  }, [userId, session, api, carryBy, queries]);

  if (started === null) return opening;
  return (
    <KeepingContext value={started.keeping}>
      <NewerContext value={newer?.load ?? null}>{children}</NewerContext>
    </KeepingContext>
  );
}

/** Follows the session and the connection. Returns how to stop that. */
function attend(
  keeping: Keeping,
  session: ReturnType<typeof useTimos>["session"],
  readAnew: () => void,
  noteNewer: (load: () => void) => void,
): () => void {
  const { carrier, outbox } = keeping;
  let isHere = true;
  let wasReached = carrier.isReached();
  const follow = () => void keeping.follow().catch(() => undefined);
  const probe = () => {
    if (session.getState().status === "offline") void session.ask();
    else readAnew();
  };
  const timer = setInterval(() => carrier.isReached() || probe(), PROBE_MS);
  const unsubscribe = [
    session.subscribe(follow),
    carrier.subscribe(() => {
      const isBack = carrier.isReached() && !wasReached;
      wasReached = carrier.isReached();
      if (!isBack) return;
      readAnew();
      void outbox.flush();
    }),
  ];
  window.addEventListener("online", probe);
  follow();
  // What helps later waits until what is wanted now is there.
  const later = [
    setTimeout(() => void keeping.install(noteNewer).catch(() => undefined), INSTALL_MS),
    setTimeout(() => void keeping.warm(() => isHere).catch(() => undefined), WARM_MS),
  ];
  return () => {
    isHere = false;
    clearInterval(timer);
    for (const each of later) clearTimeout(each);
    window.removeEventListener("online", probe);
    for (const each of unsubscribe) each();
    keeping.stop();
  };
}

/** Null where the browser keeps nothing. */
export const useKeeping = (): Keeping | null => useContext(KeepingContext);

/** Loads a newer version of these pages, when one is ready. */
export const useNewer = (): (() => void) | null => useContext(NewerContext);
