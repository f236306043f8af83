import type { contract, Response } from "@timos/api/contract";

export type DayView = Response<(typeof contract)["days"]["get"]>;

/** The kinds of record that the view of a day shows, by what of it they are. */
export type KindOfDay =
  | { readonly kind: "entries"; readonly record: DayView["entries"][number] }
  | { readonly kind: "feels"; readonly record: NonNullable<DayView["feels"]["morning"]> }
  | {
      readonly kind: "habit-checks";
      readonly record: NonNullable<DayView["habits"][number]["check"]>;
    }
  | { readonly kind: "mood-logs"; readonly record: DayView["moodLogs"][number] }
  | { readonly kind: "pillar-scores"; readonly record: DayView["scores"][number] }
  | { readonly kind: "daily-recaps"; readonly record: NonNullable<DayView["recap"]> };

/** The day with a record as it is now, new or in place of what it was. */
export function withRecord(view: DayView, { kind, record }: KindOfDay): DayView {
  if (record.day !== view.day) return view;
  switch (kind) {
    case "entries":
      return { ...view, entries: replaced(view.entries, record) };
    case "feels":
      return { ...view, feels: { ...view.feels, [record.kind]: record } };
    case "habit-checks": {
      const habits = view.habits.map((each) =>
        each.habit.id === record.habitId ? { ...each, check: record } : each,
      );
      return { ...view, habits };
    }
    case "mood-logs": {
      const moodLogs = replaced(view.moodLogs, record);
      return { ...view, moodLogs: moodLogs.sort((a, b) => a.at.localeCompare(b.at, "en")) };
    }
    case "pillar-scores": {
      const others = view.scores.filter(({ pillarId }) => pillarId !== record.pillarId);
      return { ...view, scores: [...others, record] };
    }
    case "daily-recaps":
      return { ...view, recap: record };
  }
}

/** The day without the record of this id, whatever it is. */
export function withoutRecord(view: DayView, id: string): DayView {
  const { morning, evening } = view.feels;
  return {
    ...view,
    entries: without(view.entries, id),
    feels: {
      morning: morning?.id === id ? null : morning,
      evening: evening?.id === id ? null : evening,
    },
    habits: view.habits.map((each) => (each.check?.id === id ? { ...each, check: null } : each)),
    moodLogs: without(view.moodLogs, id),
    scores: without(view.scores, id),
    recap: view.recap?.id === id ? null : view.recap,
  };
}

/** A day nothing is known of yet, with the habits that another day had. */
export function blankDay(day: string, weekday: number, other: DayView | null): DayView {
  const isoWeekday = weekday === 0 ? 7 : weekday;
  const habits = (other?.habits ?? []).map(({ habit }) => ({
    habit,
    check: null,
    isDue: habit.schedule.type !== "weekdays" || habit.schedule.days.includes(isoWeekday),
  }));
  return {
    day,
    entries: [],
    feels: { morning: null, evening: null },
    habits,
    moodLogs: [],
    scores: [],
    recap: null,
    isComplete: true,
  };
}

function replaced<R extends { id: string }>(records: readonly R[], record: R): R[] {
  return records.some(({ id }) => id === record.id)
    ? records.map((each) => (each.id === record.id ? record : each))
    : [...records, record];
}

const without = <R extends { id: string }>(records: readonly R[], gone: string): R[] =>
  records.filter(({ id }) => id !== gone);
