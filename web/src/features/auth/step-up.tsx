"use client";

import { useSyncExternalStore } from "react";
import { useTimos } from "@/lib/client.tsx";
import { later } from "@/lib/later.tsx";

const StepUpDialog = later(() => import("./step-up-dialog.tsx"));

/** Asks the person to prove once more who they are, when something they do wants it. */
export function StepUp() {
  const { stepUp } = useTimos();
  const question = useSyncExternalStore(stepUp.subscribe, stepUp.getQuestion, () => null);
  if (question === null) return null;
  return <StepUpDialog methods={question.methods} onAnswer={stepUp.answer} />;
}
