"use client";

import type { ReactNode } from "react";
import { Opening, SessionGate } from "@/features/auth/session-gate.tsx";
import { SessionOver } from "@/features/auth/session-over.tsx";
import { StepUpDialog } from "@/features/auth/step-up-dialog.tsx";
import { DeskProvider } from "@/features/keyboard/desk-provider.tsx";
import { OpenEntriesProvider } from "@/features/entries/open-entries-provider.tsx";
import { KeepingProvider } from "@/lib/keeping/keeping-provider.tsx";
import { SavingProvider } from "@/lib/saver/saving-provider.tsx";
import { OwnLanguage } from "./own-language.tsx";
import { Shell } from "./shell.tsx";

/** What is around every private page. */
export function PrivateFrame({ children }: { children: ReactNode }) {
  return (
    <SessionGate>
      {(userId) => (
        <KeepingProvider key={userId} userId={userId} opening={<Opening />}>
          <SavingProvider>
            <OpenEntriesProvider>
              <OwnLanguage />
              <DeskProvider>
                <Shell>{children}</Shell>
              </DeskProvider>
              <SessionOver />
              <StepUpDialog />
            </OpenEntriesProvider>
          </SavingProvider>
        </KeepingProvider>
      )}
    </SessionGate>
  );
}
