"use client";

import { History, Trash2 } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/icon-button.tsx";
import { useToast } from "@/components/toast.tsx";
import { later } from "@/lib/later.tsx";
import { EntryAbout } from "./entry-about.tsx";
import { entryAnchor } from "./entry-anchor.ts";
import { EntryMargin } from "./entry-margin.tsx";
import type { EntrySaver } from "./entry-saver.ts";
import { EntryTags } from "./entry-tags.tsx";
import { SaveStatus } from "./save-status.tsx";
import { TemplateOffers } from "./template-offers.tsx";
import { useTemplates } from "./use-choices.ts";
import { useEntry } from "./use-entry.ts";
import { useRemoveEntry } from "./use-remove-entry.ts";
import { useSlashItems } from "./use-slash-items.ts";

const MarkdownEditor = later(
  () => import("./markdown-editor.tsx"),
  <div className="h-8 w-2/3 animate-breathe rounded-sm bg-line" />,
);
const ConflictDialog = later(() => import("./conflict-dialog.tsx"));
const EntryHistory = later(() => import("./entry-history.tsx"));

interface Props {
  saver: EntrySaver;
  /** Whether the person just asked for this entry and wants to write. */
  isNew: boolean;
}

/** One entry, ready to be written in, as a stretch of the day's page. */
export function EntryEditor({ saver, isNew }: Props) {
  const t = useTranslations("journal.entry");
  const words = useTranslations("writing");
  const state = useEntry(saver);
  const [opened, setOpened] = useState<"conflict" | "history" | null>(null);
  const [isSlashOpen, setIsSlashOpen] = useState(false);
  const [wantsTemplates, setWantsTemplates] = useState(false);
  const article = useRef<HTMLElement>(null);
  const templates = useTemplates(wantsTemplates);
  const slashItems = useSlashItems(templates.data);
  const remove = useRemoveEntry();
  const toast = useToast();
  const { draft, phase } = state;
  const id = entryAnchor(saver.id);

  // Whoever comes from a search comes to this entry, which was not there yet when the page opened.
  useEffect(() => {
    if (location.hash === `#${id}`) article.current?.scrollIntoView({ block: "start" });
  }, [id]);

  const saveOnKey = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    saver.flush();
  };
  const beginWith = (body: string) => {
    saver.edit({ body });
    article.current?.querySelector<HTMLElement>("[role='textbox']")?.focus();
  };

  return (
    <article
      ref={article}
      id={id}
      aria-label={
        draft.title || (draft.time === null ? t("label") : t("labelAt", { time: draft.time }))
      }
      onKeyDown={saveOnKey}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || saver.flush()}
      className="group grid scroll-mt-6 animate-settle sm:grid-cols-[5.5rem_minmax(0,1fr)]"
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
          placeholder={words("placeholder")}
          autoFocus={isNew}
          slashItems={slashItems}
          slashLabel={words("slash.label")}
          onChange={(body) => saver.edit({ body })}
          onSlash={(isOpen) => {
            setIsSlashOpen(isOpen);
            if (isOpen) setWantsTemplates(true);
          }}
          onFiles={() => toast({ text: words("files") })}
        />
        {draft.body === "" && <TemplateOffers onChoose={beginWith} />}
        {/* The menu covers some of it, in part: what is left of a button is too little to be pressed. */}
        <footer inert={isSlashOpen} className="mt-3 grid gap-1.5">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <EntryAbout draft={draft} onChange={saver.edit} />
            <EntryTags tags={draft.tags} onChange={(tags) => saver.edit({ tags })} />
          </div>
          <div className="flex flex-wrap items-center justify-between gap-x-4">
            <SaveStatus
              state={state}
              onRetry={saver.flush}
              onCompare={() => setOpened("conflict")}
            />
            <div className="ms-auto flex items-center gap-1">
              {state.rev !== null && (
                <IconButton label={words("history.open")} onClick={() => setOpened("history")}>
                  <History aria-hidden />
                </IconButton>
              )}
              <IconButton label={t("trash")} onClick={() => void remove(saver)}>
                <Trash2 aria-hidden />
              </IconButton>
            </div>
          </div>
        </footer>
      </div>
      {opened === "conflict" && phase.at === "conflict" && (
        <ConflictDialog
          saver={saver}
          mine={draft}
          theirs={phase.theirs}
          onClose={() => setOpened(null)}
        />
      )}
      {opened === "history" && (
        <EntryHistory saver={saver} present={draft} onClose={() => setOpened(null)} />
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
