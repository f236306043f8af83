import type { Item, Pulse, RecapForm, Reflection } from "./forms.ts";

/** Two texts as one, without what both say. */
export function bothTexts(theirs: string, mine: string): string {
  if (mine.includes(theirs)) return mine;
  if (theirs.includes(mine)) return theirs;
  return `${theirs}\n${mine}`;
}

/** Two answers to the same day as one. Where there can only be one, it is mine. */
export function bothPulses(theirs: Pulse, mine: Pulse): Pulse {
  return {
    mentalState: mine.mentalState ?? theirs.mentalState,
    strongestEmotion: bothTexts(theirs.strongestEmotion, mine.strongestEmotion),
    avoiding: bothTexts(theirs.avoiding, mine.avoiding),
  };
}

/** As {@link bothPulses}. */
export function bothReflections(theirs: Reflection, mine: Reflection): Reflection {
  return {
    gaveEnergy: bothTexts(theirs.gaveEnergy, mine.gaveEnergy),
    drainedEnergy: bothTexts(theirs.drainedEnergy, mine.drainedEnergy),
    pressureOrPurpose: mine.pressureOrPurpose ?? theirs.pressureOrPurpose,
    honestNote: bothTexts(theirs.honestNote, mine.honestNote),
  };
}

/** As {@link bothPulses}. */
export function bothRecaps(theirs: RecapForm, mine: RecapForm): RecapForm {
  const scored = new Set(mine.scores.map(({ pillarId }) => pillarId));
  return {
    scores: [...mine.scores, ...theirs.scores.filter(({ pillarId }) => !scored.has(pillarId))],
    slips: bothLists(theirs.slips, mine.slips),
    outs: bothLists(theirs.outs, mine.outs),
    corrections: bothLists(theirs.corrections, mine.corrections),
    summary: bothTexts(theirs.summary, mine.summary),
  };
}

export function bothLists<T extends Item>(theirs: readonly T[], mine: readonly T[]): T[] {
  const said = new Set(mine.map(({ text }) => text));
  return [...theirs.filter(({ text }) => !said.has(text)), ...mine];
}
