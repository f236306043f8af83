"use client";

import { CircleAlert, CircleCheck, CloudOff, PencilLine, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { useUser } from "@/features/account/use-user.ts";
import { sentence } from "@/lib/failure.ts";
import { clockIn, formatDay } from "@/lib/day.ts";
import { type SaveState, statusOf } from "./save-machine.ts";

interface Props {
  state: SaveState;
  onRetry: () => void;
  onCompare: () => void;
}

const actionLook = "font-medium text-accent underline underline-offset-4";

/** Says where the entry stands. What changes at every keystroke is shown and not read out. */
export function SaveStatus({ state, onRetry, onCompare }: Props) {
  const saved = useSavedText(state.savedAt);
  const status = statusOf(state);
  const look =
    "inline-flex flex-wrap items-center gap-x-1.5 text-sm [&>svg]:size-4 [&>svg]:shrink-0";
  const line = (tone: string, sign: ReactNode, text: ReactNode) => (
    <span className={`${look} ${tone}`} data-save-status={status}>
      {sign}
      {text}
    </span>
  );

  switch (status) {
    case "blank":
      return line("text-faint", null, "Nothing to save yet");
    case "unsaved":
      return line("text-faint", <PencilLine aria-hidden />, "Unsaved changes");
    case "saving":
      return line("text-faint", <RefreshCw aria-hidden className="animate-breathe" />, "Saving…");
    case "saved":
      return (
        <span role="status" className="inline-flex">
          {line("text-good", <CircleCheck aria-hidden />, saved)}
        </span>
      );
    case "retrying":
      return (
        <span role="status" className="inline-flex">
          {line(
            "text-warning",
            <CloudOff aria-hidden />,
            <>
              Not saved — retrying
              <button type="button" className={`ms-1 ${actionLook}`} onClick={onRetry}>
                Try now
              </button>
            </>,
          )}
        </span>
      );
    case "signed_out":
      return (
        <span role="status" className="inline-flex">
          {line("text-warning", <CircleAlert aria-hidden />, "Signed out — sign in to save")}
        </span>
      );
    case "refused":
      return (
        <span role="alert" className="inline-flex">
          {line(
            "text-danger",
            <CircleAlert aria-hidden />,
            `Not saved. ${state.phase.at === "refused" ? sentence(state.phase.reason) : ""}`,
          )}
        </span>
      );
    case "changed_elsewhere":
      return (
        <span role="alert" className="inline-flex">
          {line(
            "text-danger",
            <CircleAlert aria-hidden />,
            <>
              Changed elsewhere
              <button type="button" className={`ms-1 ${actionLook}`} onClick={onCompare}>
                Compare and choose
              </button>
            </>,
          )}
        </span>
      );
  }
}

function useSavedText(savedAt: number | null): string {
  const { timeZone, dateLocale } = useUser();
  if (savedAt === null) return "Saved";
  const then = clockIn(timeZone, new Date(savedAt));
  return then.day === clockIn(timeZone, new Date()).day
    ? `Saved ${then.time}`
    : `Saved ${formatDay(then.day, dateLocale, { day: "numeric", month: "short", year: "numeric" })}`;
}
