"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Skeleton } from "@/components/skeleton.tsx";
import { useToast } from "@/components/toast.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useMoodName } from "@/features/moods/mood-name.ts";
import { useTimos } from "@/lib/client.tsx";
import { clockIn, instantOn } from "@/lib/day.ts";
import { newId } from "@/lib/id.ts";
import { later } from "@/lib/later.tsx";
import { withMoodLog, withoutMoodLog } from "./day-cache.ts";
import { Part } from "./part.tsx";
import { PartFailed } from "./part-failed.tsx";
import { useDayChange } from "./use-day-change.ts";
import { useMoods } from "./use-library.ts";
import type { DayView, Mood, MoodLog } from "./views.ts";

const MoodDetails = later(() => import("./mood-details.tsx"));

interface Props {
  view: DayView;
  isToday: boolean;
}

/** The moods as a row: one tap logs how one feels, and when. Below, what was felt on the day. */
export function MoodPart({ view, isToday }: Props) {
  const t = useTranslations("dayFlow.mood");
  const parts = useTranslations("dayFlow.parts");
  const { api } = useTimos();
  const { timeZone, dayStartHour } = useUser();
  const { day, moodLogs } = view;
  const moods = useMoods();
  const nameOf = useMoodName();
  const change = useDayChange(day);
  const toast = useToast();
  const [opened, setOpened] = useState<string | null>(null);
  const [heard, setHeard] = useState("");
  const byId = new Map(moods.data?.items.map((mood) => [mood.id, mood]));
  const timeOf = (log: MoodLog) => clockIn(timeZone, new Date(log.at)).time;
  const openLog = moodLogs.find(({ id }) => id === opened);

  const write = (log: MoodLog) => {
    const { id, at, moodId, note } = log;
    return async () => {
      const kept = await api.moodLogs.put({ params: { id }, body: { day, at, moodId, note } });
      return (shown: DayView) => withMoodLog(shown, kept);
    };
  };
  const log = (mood: Mood) => {
    // A day that is over has no now: the hour it is stands for it, until somebody says otherwise.
    const now = new Date();
    const then = isToday
      ? now
      : instantOn(day, clockIn(timeZone, now).time, dayStartHour, timeZone);
    const at = then.toISOString();
    const made = { id: newId(), rev: 0, createdAt: at, updatedAt: at };
    const felt: MoodLog = { ...made, day, at, moodId: mood.id, note: "" };
    change.mutate({
      what: nameOf(mood),
      now: (shown) => withMoodLog(shown, felt),
      undo: (shown) => withoutMoodLog(shown, felt.id),
      send: write(felt),
    });
    setHeard(t("logged", { mood: nameOf(mood), time: timeOf(felt) }));
  };
  const remove = (felt: MoodLog, name: string) => {
    setOpened(null);
    const put = {
      what: name,
      now: (shown: DayView) => withMoodLog(shown, felt),
      undo: (shown: DayView) => withoutMoodLog(shown, felt.id),
      send: write(felt),
    };
    change.mutate(
      {
        what: name,
        now: put.undo,
        undo: put.now,
        send: async () => {
          await api.moodLogs.remove({ params: { id: felt.id } });
          return put.undo;
        },
      },
      {
        onSuccess: () =>
          toast({
            text: t("removed", { mood: name }),
            action: { label: t("undo"), run: () => change.mutate(put) },
          }),
      },
    );
  };

  return (
    <Part title={parts("mood")} glance={byId.get(moodLogs.at(-1)?.moodId ?? "")?.emoji}>
      {moods.isPending && <Skeleton label={parts("mood")} lines={["h-14 w-full max-w-[36rem]"]} />}
      {moods.isError && moods.data === undefined && (
        <PartFailed error={moods.error} onRetry={() => void moods.refetch()} />
      )}
      {moods.data && (
        <ul
          aria-label={isToday ? t("log") : t("logThen")}
          className="-mx-2 grid grid-cols-[repeat(auto-fill,minmax(4rem,1fr))] gap-y-1"
        >
          {moods.data.items
            .filter(({ archived }) => !archived)
            .map((mood) => (
              <li key={mood.id}>
                <MoodButton mood={mood} name={nameOf(mood)} onTap={() => log(mood)} />
              </li>
            ))}
        </ul>
      )}
      <p role="status" className="sr-only">
        {heard}
      </p>
      {moodLogs.length > 0 && (
        <ul aria-label={t("felt")} className="-mx-2 -mt-3 flex flex-wrap gap-x-1">
          {moodLogs.map((felt) => {
            const mood = byId.get(felt.moodId);
            const name = mood ? nameOf(mood) : "";
            return (
              <li key={felt.id}>
                <button
                  type="button"
                  aria-expanded={felt.id === opened}
                  aria-label={t("change", { mood: name, time: timeOf(felt) })}
                  onClick={() => setOpened(felt.id === opened ? null : felt.id)}
                  className="inline-flex min-h-11 items-center gap-1.5 rounded-md px-2 text-sm text-soft transition-colors hover:bg-wash hover:text-ink aria-expanded:bg-wash"
                >
                  <span aria-hidden className="text-base">
                    {mood?.emoji}
                  </span>
                  <span className="tabular-nums">{timeOf(felt)}</span>
                  {felt.note && (
                    <span className="max-w-48 truncate font-serif text-base text-ink italic">
                      {felt.note}
                    </span>
                  )}
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {openLog && (
        <MoodDetails
          key={openLog.id}
          time={timeOf(openLog)}
          note={openLog.note}
          onSave={async ({ time, note }) => {
            const at =
              time === timeOf(openLog)
                ? openLog.at
                : instantOn(day, time, dayStartHour, timeZone).toISOString();
            const next = { ...openLog, at, note };
            await change.mutateAsync({
              what: nameOfLog(openLog),
              now: (shown) => withMoodLog(shown, next),
              undo: (shown) => withMoodLog(shown, openLog),
              send: write(next),
            });
            setOpened(null);
          }}
          onRemove={() => remove(openLog, nameOfLog(openLog))}
          onClose={() => setOpened(null)}
        />
      )}
    </Part>
  );

  function nameOfLog({ moodId }: MoodLog) {
    const mood = byId.get(moodId);
    return mood ? nameOf(mood) : parts("mood");
  }
}

interface ButtonProps {
  mood: Mood;
  name: string;
  onTap: () => void;
}

function MoodButton({ mood, name, onTap }: ButtonProps) {
  return (
    <button
      type="button"
      title={name}
      onClick={onTap}
      className="grid min-h-14 w-full justify-items-center gap-0.5 rounded-md px-0.5 py-2 transition-colors hover:bg-wash active:bg-wash"
    >
      <span aria-hidden className="h-8 text-[1.625rem] leading-8">
        {mood.emoji || "·"}
      </span>
      <span className="line-clamp-2 max-w-full text-center text-xs leading-tight text-soft">
        {name}
      </span>
    </button>
  );
}
