"use client";

import { useQuery } from "@tanstack/react-query";
import { type Ref, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { type BeginEntry, DayEntries } from "@/features/entries/day-entries.tsx";
import { useTimos } from "@/lib/client.tsx";

interface Props {
  day: string;
  /** On today's page an empty day is begun with the question of the day. */
  isToday: boolean;
  ref: Ref<BeginEntry>;
}

/** The entries of a day, under a question while there are none. */
export function EntriesPart({ day, isToday, ref }: Props) {
  const t = useTranslations("dayFlow");
  const today = useTranslations("journal.today");
  const other = useTranslations("journal.day");
  const { api } = useTimos();
  const [skip, setSkip] = useState(0);
  const prompt = useQuery({
    queryKey: ["journal", "prompt of the day", day, skip],
    queryFn: async ({ signal }) => (await api.prompts.today({ query: { skip }, signal })).prompt,
    enabled: isToday,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
  // A question is nice to have, and its absence nothing to tell.
  const question = prompt.data?.text;
  return (
    <section aria-label={t("parts.entries")}>
      <DayEntries
        ref={ref}
        key={day}
        day={day}
        invitation={isToday ? (question ?? today("invitation")) : other("invitation")}
        aside={
          isToday &&
          question !== undefined && (
            <Button
              look="quiet"
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
