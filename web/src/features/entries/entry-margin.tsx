"use client";

import { CircleCheck, Star } from "lucide-react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/icon-button.tsx";
import type { Draft } from "./draft.ts";

interface Props {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

/** What stands beside the text: when it was, and the marks one puts next to it. */
export function EntryMargin({ draft, onChange }: Props) {
  const t = useTranslations("journal.entry");
  return (
    <div className="flex items-center gap-1 pt-4 sm:flex-col sm:items-end sm:pe-4 sm:pt-7">
      <input
        type="time"
        aria-label={t("time")}
        value={draft.time ?? ""}
        onChange={(event) => onChange({ time: event.target.value || null })}
        className="plain-time h-8 rounded-sm bg-transparent text-sm text-soft tabular-nums sm:text-end"
      />
      <div className="flex sm:-me-1.5">
        <IconButton
          label={t("starred")}
          aria-pressed={draft.starred}
          className={draft.starred ? "text-star hover:text-star" : ""}
          onClick={() => onChange({ starred: !draft.starred })}
        >
          <Star aria-hidden fill={draft.starred ? "currentColor" : "none"} />
        </IconButton>
        <IconButton
          label={t("completed")}
          aria-pressed={draft.completed}
          className={draft.completed ? "text-good hover:text-good" : ""}
          onClick={() => onChange({ completed: !draft.completed })}
        >
          <CircleCheck aria-hidden strokeWidth={draft.completed ? 2.6 : 2} />
        </IconButton>
      </div>
    </div>
  );
}
