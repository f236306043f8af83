"use client";

import {
  CircleAlert,
  CircleCheck,
  CloudOff,
  HardDriveDownload,
  PencilLine,
  RefreshCw,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import type { ApiError } from "@/lib/api.ts";
import { useFailure } from "@/lib/failure.ts";
import { clockIn, formatDay } from "@/lib/day.ts";
import { type SaveState, statusOf } from "@/lib/saver/save-machine.ts";

interface Props {
  state: SaveState<unknown>;
  onRetry: () => void;
  onCompare: () => void;
}

const actionLook = "font-medium text-accent underline underline-offset-4";

/** Says where an entry, or a form that saves by itself, stands. What changes at every keystroke is shown and not read out. */
export function SaveStatus({ state, onRetry, onCompare }: Props) {
  const t = useTranslations("journal.saving");
  const keeping = useTranslations("keeping");
  const { explain } = useFailure();
  const saved = useSavedText(state.savedAt);
  const status = statusOf(state);
  const look =
    "inline-flex flex-wrap items-center gap-x-1.5 text-sm [&>svg]:size-4 [&>svg]:shrink-0";
  const reasonOf = (error: ApiError) =>
    error.code === "record_unreadable" ? t("unreadable") : explain(error);
  const line = (tone: string, sign: ReactNode, text: ReactNode) => (
    <span className={`${look} ${tone}`} data-save-status={status}>
      {sign}
      {text}
    </span>
  );

  switch (status) {
    case "blank":
      return line("text-faint", null, t("blank"));
    case "unsaved":
      return line("text-faint", <PencilLine aria-hidden />, t("unsaved"));
    case "saving":
      return line("text-faint", <RefreshCw aria-hidden className="animate-breathe" />, t("saving"));
    case "saved":
      return (
        <span role="status" className="inline-flex">
          {line("text-good", <CircleCheck aria-hidden />, saved)}
        </span>
      );
    case "offline":
    case "retrying":
      return (
        <span role="status" className="inline-flex">
          {line(
            status === "offline" ? "text-soft" : "text-warning",
            status === "offline" ? <HardDriveDownload aria-hidden /> : <CloudOff aria-hidden />,
            <>
              {status === "offline" ? keeping("onDevice") : t("retrying")}
              <button type="button" className={`ms-1 ${actionLook}`} onClick={onRetry}>
                {t("tryNow")}
              </button>
            </>,
          )}
        </span>
      );
    case "signed_out":
      return (
        <span role="status" className="inline-flex">
          {line("text-warning", <CircleAlert aria-hidden />, t("signedOut"))}
        </span>
      );
    case "refused":
      return (
        <span role="alert" className="inline-flex">
          {line(
            "text-danger",
            <CircleAlert aria-hidden />,
            t("refused", {
              reason: state.phase.at === "refused" ? reasonOf(state.phase.because) : "",
            }),
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
              {t("changed")}
              <button type="button" className={`ms-1 ${actionLook}`} onClick={onCompare}>
                {t("compare")}
              </button>
            </>,
          )}
        </span>
      );
  }
}

function useSavedText(savedAt: number | null): string {
  const t = useTranslations("journal.saving");
  const { timeZone, dateLocale } = useUser();
  if (savedAt === null) return t("saved");
  const then = clockIn(timeZone, new Date(savedAt));
  const when =
    then.day === clockIn(timeZone, new Date()).day
      ? then.time
      : formatDay(then.day, dateLocale, { day: "numeric", month: "short", year: "numeric" });
  return t("savedAt", { when });
}
