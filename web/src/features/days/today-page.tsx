"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { DayFlow } from "@/features/day-flow/day-flow.tsx";
import { usePrompt } from "@/features/day-flow/use-prompt.ts";
import { type Clock, dayFor, formatDay } from "@/lib/day.ts";
import { DayHeading } from "./day-heading.tsx";
import { DayFailed, DayLoading } from "./day-states.tsx";
import { useClock } from "./use-clock.ts";
import { useDay, useToday } from "./use-days.ts";

export function TodayPage() {
  const { dayStartHour } = useUser();
  const clock = useClock();
  const expected = dayFor(clock, dayStartHour);
  const today = useToday(expected);
  // Asked for meanwhile, so that a page that is empty has it at once.
  usePrompt(expected);
  if (today.data !== undefined) return <Today current={today.data} clock={clock} />;
  if (today.isError) return <DayFailed error={today.error} onRetry={() => void today.refetch()} />;
  return <DayLoading />;
}

/** Stays with the day it was opened on, so that midnight takes no page from under anybody's hands. */
function Today({ current, clock }: { current: string; clock: Clock }) {
  const t = useTranslations("journal.today");
  const { displayName, dateLocale, dayStartHour } = useUser();
  const [day, setDay] = useState(current);
  // What was read on the way to knowing which day it is is not asked for again.
  const { data: view } = useDay(day, day !== current);
  const name = displayName === "" ? "" : `, ${displayName}`;
  return (
    <>
      <DayHeading day={day} locale={dateLocale} lead={t(greetingAt(clock.hour), { name })}>
        {day === current && day !== clock.day && (
          <p className="text-base text-soft">
            {t("dayBefore", {
              time: clock.time,
              start: `${String(dayStartHour).padStart(2, "0")}:00`,
              day: formatDay(day, dateLocale, { weekday: "long" }),
            })}
          </p>
        )}
        {day !== current && (
          <div role="status" className="flex flex-wrap items-center gap-3">
            <p>{t("newDay")}</p>
            <Button look="secondary" onClick={() => setDay(current)}>
              {t("goTo", { day: formatDay(current, dateLocale, { weekday: "long" }) })}
            </Button>
          </div>
        )}
      </DayHeading>
      {view === undefined ? (
        <DayLoading />
      ) : (
        <DayFlow key={day} view={view} today={current} clock={clock} />
      )}
    </>
  );
}

function greetingAt(hour: number) {
  if (hour < 5) return "night";
  if (hour < 12) return "morning";
  return hour < 18 ? "afternoon" : "evening";
}
