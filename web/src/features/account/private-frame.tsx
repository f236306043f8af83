"use client";

import type { ReactNode } from "react";
import { ToastProvider } from "@/components/toast.tsx";
import { Opening, SessionGate } from "@/features/auth/session-gate.tsx";
import { SessionOver } from "@/features/auth/session-over.tsx";
import { StepUp } from "@/features/auth/step-up.tsx";
import { pulseForm, recapForm, reflectionForm } from "@/features/day-flow/kept-forms.ts";
import { DeskProvider } from "@/features/keyboard/desk-provider.tsx";
import { OpenEntriesProvider } from "@/features/entries/open-entries-provider.tsx";
import { weekForm } from "@/features/weekly-recaps/week-form.ts";
import { KeepingProvider } from "@/lib/keeping/keeping-provider.tsx";
import { QueriesProvider } from "@/lib/queries.tsx";
import type { RecordForms } from "@/lib/saver/record-forms.ts";
import { SavingProvider } from "@/lib/saver/saving-provider.tsx";
import { OwnLanguage } from "./own-language.tsx";
import { Shell } from "./shell.tsx";

/** Whichever page is open, what a tab left of a form that is no more is saved. One more form is one line more. */
function goOn(forms: RecordForms) {
  forms.goOn(pulseForm);
  forms.goOn(reflectionForm);
  forms.goOn(recapForm);
  forms.goOn(weekForm);
}

/** What is around every private page. */
export function PrivateFrame({ children }: { children: ReactNode }) {
  return (
    <SessionGate>
      {(userId) => (
        <QueriesProvider key={userId}>
          <ToastProvider>
            <KeepingProvider userId={userId} opening={<Opening />}>
              <SavingProvider goOn={goOn}>
                <OpenEntriesProvider>
                  <OwnLanguage />
                  <DeskProvider>
                    <Shell>{children}</Shell>
                  </DeskProvider>
                  <SessionOver />
                  <StepUp />
                </OpenEntriesProvider>
              </SavingProvider>
            </KeepingProvider>
          </ToastProvider>
        </QueriesProvider>
      )}
    </SessionGate>
  );
}
