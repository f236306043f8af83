"use client";

import type { ReactNode } from "react";
import { Shell } from "@/features/account/shell.tsx";
import { SessionGate } from "@/features/auth/session-gate.tsx";
import { SessionOver } from "@/features/auth/session-over.tsx";
import { OpenEntriesProvider } from "@/features/entries/open-entries-provider.tsx";

export default function PrivateLayout({ children }: { children: ReactNode }) {
  return (
    <SessionGate>
      {(userId) => (
        <OpenEntriesProvider key={userId}>
          <Shell>{children}</Shell>
          <SessionOver />
        </OpenEntriesProvider>
      )}
    </SessionGate>
  );
}
