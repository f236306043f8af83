"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { PageState } from "@/components/page-state.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useClock } from "@/features/days/use-clock.ts";
import { dayFor, formatDay } from "@/lib/day.ts";
import { CorrectionSection, StreakSection, TogetherSection } from "./finding-sections.tsx";
import { InsightsLoading, UnreadableNotice } from "./insights-states.tsx";
import { RangeChoice } from "./range-choice.tsx";
import { type Range, rangeIn } from "./range.ts";
import { MoodSection, PillarSection } from "./trend-sections.tsx";
import {
  type InsightsView,
  type Lines,
  type Named,
  useInsights,
  useNamed,
} from "./use-insights.ts";
import { WeekdaySection } from "./weekday-section.tsx";

export function InsightsPage() {
  const t = useTranslations("insights");
  const { dateLocale, dayStartHour } = useUser();
  const today = dayFor(useClock(), dayStartHour);
  const range = rangeIn(useSearchParams(), today);
  const insights = useInsights(range);
  const named = useNamed();
  const nameOf = (day: string) =>
    formatDay(day, dateLocale, { day: "numeric", month: "long", year: "numeric" });
  return (
    <div data-printed className="grid gap-8">
      <header className="grid gap-2">
        <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
          <h1 className="font-serif text-heading font-medium tracking-[-0.01em]">{t("title")}</h1>
          <Link href="/insights/year" className={`${buttonLook("quiet")} -mx-4 print:hidden`}>
            {t("toYear")}
          </Link>
        </div>
        <p className="max-w-[36rem] text-lg text-soft print:hidden">{t("lead")}</p>
        <p className="text-soft">
          {t("range.shown", { from: nameOf(range.from), to: nameOf(range.to) })}
        </p>
      </header>
      <RangeChoice range={range} today={today} />
      <Loaded query={insights} loading={<InsightsLoading />}>
        {({ view, lines }) => (
          <Loaded query={named} loading={<InsightsLoading />}>
            {(names) => (
              <div
                aria-busy={insights.isPlaceholderData}
                className={`grid gap-12 transition-opacity ${insights.isPlaceholderData ? "opacity-55" : ""}`}
              >
                <UnreadableNotice count={view.unreadable ?? 0} />
                <Findings view={view} lines={lines} named={names} range={range} />
              </div>
            )}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

interface FindingsProps {
  view: InsightsView;
  lines: Lines;
  named: Named;
  range: Range;
}

function Findings({ view, lines, named, range }: FindingsProps) {
  const t = useTranslations("insights.nothingHere");
  const hasDays = view.weeks.length > 0;
  const hasStreak = view.streaks.some(({ lastDone }) => lastDone !== null);
  if (!hasDays && !hasStreak && range.preset !== null) return <Invitation />;
  return (
    <>
      {hasDays ? (
        <>
          <MoodSection view={view} lines={lines} />
          <PillarSection view={view} lines={lines} named={named} />
          <WeekdaySection weekdays={view.weekdays} />
        </>
      ) : (
        <div className="grid gap-1 border-t border-line pt-8">
          <p className="text-lg">{t("title")}</p>
          <p className="text-soft">{t("text")}</p>
        </div>
      )}
      <StreakSection streaks={view.streaks} named={named} />
      {hasDays && <TogetherSection view={view} named={named} />}
      <CorrectionSection corrections={view.corrections} named={named} />
    </>
  );
}

/** To somebody who has nothing to compare yet: what will be here, and after how many days. */
function Invitation() {
  const t = useTranslations("insights.empty");
  return (
    <PageState
      level={2}
      title={t("title")}
      actions={
        <Link href="/today" className={buttonLook()}>
          {t("begin")}
        </Link>
      }
    >
      <p>{t("text")}</p>
      <ul className="mt-2 grid gap-3 text-base">
        {(["first", "week", "fortnight", "correction"] as const).map((when) => (
          <li key={when} className="border-s-2 border-margin ps-4">
            {t.rich(when, {
              b: (words) => <strong className="font-medium text-ink">{words}</strong>,
            })}
          </li>
        ))}
      </ul>
    </PageState>
  );
}
