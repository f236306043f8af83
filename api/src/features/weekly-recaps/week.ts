import { gradeOf, toTwoPlaces } from "../daily-recaps/grade.ts";

/** The score of a pillar on a day. */
export interface DayScore {
  readonly pillarId: string;
  readonly day: string;
  readonly score: number;
}

/** The scores of days. What was said of a pillar by itself goes before what the day's recap says of it. */
export function mergeScores(
  recaps: readonly { readonly day: string; readonly scores: readonly Omit<DayScore, "day">[] }[],
  own: readonly DayScore[],
): DayScore[] {
  const scores = new Map<string, DayScore>();
  const keep = ({ pillarId, day, score }: DayScore) =>
    scores.set(`${pillarId}/${day}`, { pillarId, day, score });
  for (const { day, scores: ofDay } of recaps) for (const score of ofDay) keep({ day, ...score });
  own.forEach(keep);
  return [...scores.values()];
}

/** What the scores of a week come to, for each pillar and in all: the mean of the pillars, each counting the same. */
export function weekScores(scores: readonly DayScore[], before: readonly DayScore[]) {
  const ofWeek = byPillar(scores);
  const ofWeekBefore = byPillar(before);
  const means = [...ofWeek].map(([pillarId, values]) => {
    const average = mean(values);
    const earlier = ofWeekBefore.get(pillarId);
    return {
      pillarId,
      average: toTwoPlaces(average),
      days: values.length,
      trend: earlier === undefined ? null : toTwoPlaces(average - mean(earlier)),
    };
  });
  return { scores: means, ...gradeOf([...ofWeek.values()].map(mean)) };
}

function byPillar(scores: readonly DayScore[]): Map<string, number[]> {
  const grouped = new Map<string, number[]>();
  for (const { pillarId, score } of scores) {
    grouped.set(pillarId, [...(grouped.get(pillarId) ?? []), score]);
  }
  return grouped;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
