"use client";

import { type Ref, useState, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { type BeginEntry, DayEntries } from "@/features/entries/day-entries.tsx";
import { useOpenEntries } from "@/features/entries/open-entries-provider.tsx";
import { usePrompt } from "./use-prompt.ts";
import type { DayView } from "./views.ts";

interface Props {
  view: DayView;
  /** On today's page an empty day is begun with the question of the day. */
  isToday: boolean;
  ref: Ref<BeginEntry>;
}

/** The entries of a day. Where there were none, a question invites to one, and stays in sight while it is answered. */
export function EntriesPart({ view, isToday, ref }: Props) {
  const { day } = view;
  const t = useTranslations("dayFlow");
  const today = useTranslations("journal.today");
  const other = useTranslations("journal.day");
  const entries = useOpenEntries();
  const hasSome = () => entries.getAll().some((saver) => saver.getState().draft.day === day);
  const isBegun = useSyncExternalStore(entries.subscribe, hasSome, hasSome);
  const [isAsked] = useState(isToday && !isBegun);
  const [skip, setSkip] = useState(0);
  const prompt = usePrompt(day, skip, isAsked);
  // A question is nice to have, and its absence nothing to tell.
  const question = isAsked ? prompt.data?.text : undefined;
  return (
    <section aria-label={t("parts.entries")}>
      {question !== undefined && isBegun && (
        <div className="grid sm:grid-cols-[5.5rem_minmax(0,1fr)]">
          <p className="border-margin pt-6 font-serif text-lg text-faint italic sm:col-start-2 sm:border-s-2 sm:ps-7">
            {question}
          </p>
        </div>
      )}
      <DayEntries
        ref={ref}
        key={day}
        day={day}
        invitation={isToday ? (question ?? today("invitation")) : other("invitation")}
        aside={
          question !== undefined && (
            <Button
              look="quiet"
              className="max-sm:px-0"
              disabled={prompt.isPlaceholderData}
              onClick={() => setSkip(skip + 1)}
            >
              {t("prompt.another")}
            </Button>
          )
        }
      />
    </section>
  );
}
