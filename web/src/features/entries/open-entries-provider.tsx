"use client";

import { createContext, type ReactNode, useContext, useState } from "react";
import { useTimos } from "@/lib/client.tsx";
import { useSaving } from "@/lib/saver/saving-provider.tsx";
import { createOpenEntries, type OpenEntries } from "./open-entries.ts";

const OpenEntriesContext = createContext<OpenEntries | null>(null);

/** Keeps one person's open entries for as long as the private pages are shown. */
export function OpenEntriesProvider({ children }: { children: ReactNode }) {
  const { freshApi } = useTimos();
  const saving = useSaving();
  const [entries] = useState(() => createOpenEntries({ api: freshApi, ...saving }));
  return <OpenEntriesContext value={entries}>{children}</OpenEntriesContext>;
}

export function useOpenEntries(): OpenEntries {
  const entries = useContext(OpenEntriesContext);
  if (entries === null) throw new Error("useOpenEntries is called outside of OpenEntriesProvider");
  return entries;
}
