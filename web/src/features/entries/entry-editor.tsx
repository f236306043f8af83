"use client";

import { Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { type KeyboardEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/icon-button.tsx";
import { ConflictDialog } from "./conflict-dialog.tsx";
import { EntryMargin } from "./entry-margin.tsx";
import type { EntrySaver } from "./entry-saver.ts";
import { EntryTags } from "./entry-tags.tsx";
import { SaveStatus } from "./save-status.tsx";
import { useEntry } from "./use-entry.ts";
import { useRemoveEntry } from "./use-remove-entry.ts";

const MarkdownEditor = dynamic(() => import("./markdown-editor.tsx"), {
  ssr: false,
  loading: () => <div className="h-8 w-2/3 animate-breathe rounded-sm bg-line" />,
});

interface Props {
  saver: EntrySaver;
  /** Whether the person just asked for this entry and wants to write. */
  isNew: boolean;
}

/** One entry, ready to be written in, as a stretch of the day's page. */
export function EntryEditor({ saver, isNew }: Props) {
  const t = useTranslations("journal.entry");
  const state = useEntry(saver);
  const [isComparing, setIsComparing] = useState(false);
  const remove = useRemoveEntry();
  const { draft, phase } = state;

  const saveOnKey = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    saver.flush();
  };

  return (
    <article
      aria-label={
        draft.title || (draft.time === null ? t("label") : t("labelAt", { time: draft.time }))
      }
      onKeyDown={saveOnKey}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || saver.flush()}
      className="group grid animate-settle sm:grid-cols-[5.5rem_minmax(0,1fr)]"
    >
      <EntryMargin draft={draft} onChange={saver.edit} />
      <div className="grid min-w-0 content-start gap-2.5 border-margin pb-6 transition-colors sm:border-s-2 sm:ps-7 sm:pt-6 sm:group-focus-within:border-accent">
        <textarea
          aria-label={t("title")}
          rows={1}
          value={draft.title}
          placeholder={t("title")}
          onChange={(event) => saver.edit({ title: event.target.value })}
          onKeyDown={leaveOnEnter}
          className={`field-sizing-content w-full resize-none rounded-sm bg-transparent font-serif outline-none ${draft.title === "" ? "text-lg italic" : "text-title font-medium"}`}
        />
        <MarkdownEditor
          value={draft.body}
          label={t("text")}
          placeholder={t("write")}
          autoFocus={isNew}
          onChange={(body) => saver.edit({ body })}
        />
        <footer className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2">
          <EntryTags tags={draft.tags} onChange={(tags) => saver.edit({ tags })} />
          <div className="ms-auto flex items-center gap-2">
            <SaveStatus
              state={state}
              onRetry={saver.flush}
              onCompare={() => setIsComparing(true)}
            />
            <IconButton label={t("trash")} onClick={() => void remove(saver)}>
              <Trash2 aria-hidden />
            </IconButton>
          </div>
        </footer>
      </div>
      {isComparing && phase.at === "conflict" && (
        <ConflictDialog
          saver={saver}
          mine={draft}
          theirs={phase.theirs}
          onClose={() => setIsComparing(false)}
        />
      )}
    </article>
  );
}

/** Enter goes on to the text: a title is one line. */
function leaveOnEnter(event: KeyboardEvent<HTMLTextAreaElement>) {
  if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.parentElement?.querySelector<HTMLElement>("[role='textbox']")?.focus();
}
