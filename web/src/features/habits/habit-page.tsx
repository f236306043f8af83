"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Heatmap } from "@/components/charts/heatmap.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { BackLink } from "@/features/library/back-link.tsx";
import { RecordHeading } from "@/features/library/record-heading.tsx";
import { Unreadable } from "@/features/library/unreadable.tsx";
import { useDayNames, useToday } from "@/features/library/use-today.ts";
import { useTimos } from "@/lib/client.tsx";
import { clockIn, dayFor, monthOf } from "@/lib/day.ts";
import { HabitDays } from "./habit-days.tsx";
import type { Habit, Streak } from "./habit-kind.ts";
import { useHistory } from "./use-history.ts";
import { useRhythm } from "./use-rhythm.ts";
import { useStreaks } from "./use-streaks.ts";

export function HabitPage({ id }: { id: string }) {
  const t = useTranslations("library.habit");
  const { api } = useTimos();
  const { goalText, scheduleText } = useRhythm();
  const habit = useQuery({
    queryKey: ["journal", "library", "habits", id],
    queryFn: ({ signal }) => api.habits.get({ params: { id }, signal }),
  });
  const streak = useStreaks().data?.get(id);
  return (
    <>
      <BackLink href="/habits">{t("back")}</BackLink>
      <Loaded query={habit}>
        {(found) => (
          <div className="grid gap-8">
            <RecordHeading of={found}>
              {[goalText(found.goal), scheduleText(found.schedule)].filter(Boolean).join(" · ")}
            </RecordHeading>
            {found.archived && (
              <Notice>
                <p>{t("archived")}</p>
              </Notice>
            )}
            {streak && <Figures streak={streak} />}
            <Year habit={found} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Figures({ streak }: { streak: Streak }) {
  const t = useTranslations("library.habit");
  const { whole } = useDayNames();
  const { unit, current, longest, strength, lastDone } = streak;
  const figures = [
    { name: t("current"), value: t(unit, { count: current }) },
    { name: t("longest"), value: t(unit, { count: longest }) },
    { name: t("strengthTitle"), value: t("ofHundred", { strength }) },
  ];
  return (
    <div className="grid gap-3">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt className="text-sm text-soft">{name}</dt>
            <dd className="font-serif text-title tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-soft">
        {lastDone === null ? t("neverDone") : t("lastDone", { day: whole(lastDone) })}{" "}
        {t("strengthHint")}
      </p>
    </div>
  );
}

/** What was noted of it in a year, at a glance and by the day. */
function Year({ habit }: { habit: Habit }) {
  const { timeZone, dayStartHour, dateLocale } = useUser();
  const today = useToday();
  const [month, setMonth] = useState(() => monthOf(today));
  const year = Number(month.slice(0, 4));
  const history = useHistory(habit.id, year);
  const since = dayFor(clockIn(timeZone, new Date(habit.createdAt)), dayStartHour);
  return (
    <Loaded query={history}>
      {({ items, unreadable }) => (
        <>
          <Unreadable count={unreadable} />
          <Heatmap
            level={2}
            habit={habit}
            marks={items}
            year={year}
            since={since}
            today={today}
            locale={dateLocale}
          />
          <HabitDays
            habit={habit}
            checks={items}
            month={month}
            since={since}
            today={today}
            onMonth={setMonth}
          />
        </>
      )}
    </Loaded>
  );
}
