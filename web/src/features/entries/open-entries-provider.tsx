"use client";

import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { useTimos } from "@/lib/client.tsx";
import { createOpenEntries, type OpenEntries } from "./open-entries.ts";

const OpenEntriesContext = createContext<OpenEntries | null>(null);

/** Keeps one person's open entries saved for as long as the private pages are shown. */
export function OpenEntriesProvider({ children }: { children: ReactNode }) {
  const { session, api } = useTimos();
  const queries = useQueryClient();
  const [entries] = useState(() =>
    createOpenEntries(
      api,
      () => void queries.invalidateQueries({ queryKey: ["journal", "days"], refetchType: "none" }),
    ),
  );

  useEffect(
    () =>
      session.subscribe(() => {
        if (session.getState().status === "signed_in") entries.signedIn();
      }),
    [session, entries],
  );

  useEffect(() => {
    const leave = () => document.visibilityState === "hidden" && entries.flushLeaving();
    const online = () => void entries.flush();
    const warn = (event: BeforeUnloadEvent) => {
      if (entries.unsaved().length > 0) event.preventDefault();
    };
    document.addEventListener("visibilitychange", leave);
    window.addEventListener("online", online);
    window.addEventListener("beforeunload", warn);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      window.removeEventListener("online", online);
      window.removeEventListener("beforeunload", warn);
    };
  }, [entries]);

  return <OpenEntriesContext value={entries}>{children}</OpenEntriesContext>;
}

export function useOpenEntries(): OpenEntries {
  const entries = useContext(OpenEntriesContext);
  if (entries === null) throw new Error("useOpenEntries is called outside of OpenEntriesProvider");
  return entries;
}

/** How many entries hold something the server does not. */
export function useUnsavedCount(): number {
  const entries = useOpenEntries();
  const count = () => entries.unsaved().length;
  return useSyncExternalStore(entries.subscribe, count, count);
}
