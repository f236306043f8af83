import type * as z from "zod";
import { addDays, daysBetween, mondayOf, weekdaysFrom } from "../../lib/day.ts";
import type { VaultRecord } from "../../vault/record-state.ts";
import { findNatural, getRecord } from "../../vault/records.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { unreadableOf } from "../habits/habits.ts";
import { pixelOf, readFacts, type DayFacts } from "../insights/days.ts";
import { findPatterns, type Person } from "../insights/patterns.ts";
import { WeeklyRecapFields, type WeekView } from "./contract.ts";
import { weekScores } from "./week.ts";
import { weeklyRecapKind } from "./weekly-recaps.ts";

type Recap = VaultRecord<z.output<typeof WeeklyRecapFields>>;

/** Patterns of a week are those of so many days that end with it. */
const PATTERN_DAYS = 8 * 7;

/** Who looks at a week, and on which day. */
interface Seer {
  readonly person: Person;
  readonly today: string;
}

/** A week as it went, whether or not anything is written about it. */
export async function viewWeek(vault: UserVault, week: string, by: Seer): Promise<WeekView> {
  const id = await findNatural(vault, weeklyRecapKind, mondayOf(week));
  const recap = id === null ? null : await getRecord(vault, weeklyRecapKind, id);
  return viewOf(vault, week, recap, by);
}

/** The week of a recap. */
export async function viewOf(
  vault: UserVault,
  week: string,
  recap: Recap | null,
  by: Seer,
): Promise<WeekView> {
  const from = mondayOf(week);
  const to = addDays(from, 6);
  const range = { from: addDays(to, 1 - PATTERN_DAYS), to };
  const { days: facts, ...unread } = await readFacts(vault, daysBetween(range.from, to));
  const { correlations, corrections, ...rest } = await findPatterns(vault, facts, range, {
    ...by,
    until: to,
  });
  const ofWeek = facts.filter(({ day }) => day >= from);
  const before = facts.filter(({ day }) => day < from && day >= addDays(from, -7));
  const days = weekdaysFrom(by.person.weekStartsOn).map((weekday) => addDays(from, weekday - 1));
  return {
    ...WeeklyRecapFields.parse({ week }),
    id: null,
    rev: null,
    createdAt: null,
    updatedAt: null,
    ...recap,
    from,
    to,
    days: days.map((day) => pixelOf(ofWeek.find((known) => known.day === day) ?? emptyDay(day))),
    ...weekScores(scoresOf(ofWeek), scoresOf(before)),
    slips: ofWeek.flatMap(({ day, recap: ofDay }) =>
      (ofDay?.slips ?? []).map((slip) => ({ day, ...slip })),
    ),
    patterns: [...correlations, ...corrections],
    ...unreadableOf(unread, rest),
  };
}

const scoresOf = (days: readonly DayFacts[]) => days.flatMap(({ scores }) => scores);

function emptyDay(day: string): DayFacts {
  return { day, moods: [], entries: 0, mentalState: null, purpose: null, scores: [], recap: null };
}
