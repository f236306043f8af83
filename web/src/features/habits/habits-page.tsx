"use client";

import { useTranslations } from "use-intl";
import { Glyph } from "@/features/library/glyph.tsx";
import { LibraryPage } from "@/features/library/library-page.tsx";
import { Suggestions } from "@/features/library/suggestions.tsx";
import { useTimos } from "@/lib/client.tsx";
import { HabitForm } from "./habit-form.tsx";
import { habitIn } from "./habit-in.ts";
import { type Habit, useHabitKind } from "./habit-kind.ts";
import { useRhythm } from "./use-rhythm.ts";
import { useStreaks } from "./use-streaks.ts";

export function HabitsPage() {
  const t = useTranslations("library.habit");
  const { api } = useTimos();
  const kind = useHabitKind();
  const { goalText, scheduleText } = useRhythm();
  const streaks = useStreaks();

  const streakText = ({ id }: Habit) => {
    const streak = streaks.data?.get(id);
    if (streak === undefined || streak.lastDone === null) return [];
    const { unit, current, strength } = streak;
    return [
      current > 0 && t(unit === "days" ? "streakDays" : "streakWeeks", { count: current }),
      t("strength", { strength }),
    ];
  };

  return (
    <LibraryPage
      kind={kind}
      glyphOf={(habit) => <Glyph {...habit} />}
      detailsOf={(habit) => [
        goalText(habit.goal),
        scheduleText(habit.schedule),
        ...streakText(habit),
      ]}
      hrefOf={({ id }) => `/habits/${id}`}
      fields={(habit, error) => <HabitForm habit={habit} error={error} />}
      faultFields={["name", "icon", "goal.value", "goal.unit", "schedule.days"]}
      read={habitIn}
      beginning={(habits, add) => (
        <Suggestions
          queryKey={["habits"]}
          read={api.habits.suggestions}
          taken={new Set(habits.map(({ name }) => name))}
          detailsOf={({ goal, schedule }) =>
            [goalText(goal), scheduleText(schedule)].filter(Boolean).join(" · ")
          }
          onTake={(suggestion) => add(suggestion, suggestion.name)}
        />
      )}
    />
  );
}
