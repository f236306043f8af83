import type { contract, Request } from "@timos/api/contract";
import type { Feels, Recap } from "./views.ts";

type Contract = typeof contract;
export type FeelsBody = Request<Contract["feels"]["put"]>["body"];
export type RecapBody = Request<Contract["dailyRecaps"]["putByDay"]>["body"];

/** The Morning Pulse as it is on the screen: what is not answered is null or empty. */
export interface Pulse {
  readonly mentalState: number | null;
  readonly strongestEmotion: string;
  readonly avoiding: string;
}

type PressureOrPurpose = NonNullable<Feels["pressureOrPurpose"]>;

export const PRESSURE_OR_PURPOSE = [
  "pressure",
  "purpose",
  "both",
  "neither",
] as const satisfies readonly PressureOrPurpose[];

/** The End-of-day Reflection as it is on the screen. */
export interface Reflection {
  readonly gaveEnergy: string;
  readonly drainedEnergy: string;
  readonly pressureOrPurpose: PressureOrPurpose | null;
  readonly honestNote: string;
}

/** A line of a recap: a slip or an out. */
export interface Item {
  readonly text: string;
  readonly pillarId: string | null;
}

export interface Correction extends Item {
  readonly done: boolean;
}

export interface RecapForm {
  readonly scores: readonly { readonly pillarId: string; readonly score: number }[];
  readonly slips: readonly Item[];
  readonly outs: readonly Item[];
  readonly corrections: readonly Correction[];
  readonly summary: string;
}

export function pulseOf(feels: Feels | null): Pulse {
  return {
    mentalState: feels?.mentalState ?? null,
    strongestEmotion: feels?.strongestEmotion ?? "",
    avoiding: feels?.avoiding ?? "",
  };
}

export function reflectionOf(feels: Feels | null): Reflection {
  return {
    gaveEnergy: feels?.gaveEnergy ?? "",
    drainedEnergy: feels?.drainedEnergy ?? "",
    pressureOrPurpose: feels?.pressureOrPurpose ?? null,
    honestNote: feels?.honestNote ?? "",
  };
}

export function recapOf(recap: Recap | null): RecapForm {
  return {
    scores: recap?.scores ?? [],
    slips: recap?.slips ?? [],
    outs: recap?.outs ?? [],
    corrections: recap?.corrections ?? [],
    summary: recap?.summary ?? "",
  };
}

/** What the API takes. An answer that is empty is left out. */
export function pulseBody(day: string, pulse: Pulse): FeelsBody {
  const { mentalState, strongestEmotion, avoiding } = pulse;
  return {
    day,
    kind: "morning",
    ...(mentalState !== null && { mentalState }),
    ...(strongestEmotion !== "" && { strongestEmotion }),
    ...(avoiding !== "" && { avoiding }),
  };
}

export function reflectionBody(day: string, reflection: Reflection): FeelsBody {
  const { gaveEnergy, drainedEnergy, pressureOrPurpose, honestNote } = reflection;
  return {
    day,
    kind: "evening",
    ...(gaveEnergy !== "" && { gaveEnergy }),
    ...(drainedEnergy !== "" && { drainedEnergy }),
    ...(pressureOrPurpose !== null && { pressureOrPurpose }),
    ...(honestNote !== "" && { honestNote }),
  };
}

/** What the API takes. A line without a word in it is none. */
export function recapBody({ scores, slips, outs, corrections, summary }: RecapForm): RecapBody {
  return {
    scores: [...scores],
    slips: said(slips),
    outs: said(outs),
    corrections: said(corrections),
    summary,
  };
}

/** The lines with something in them. */
export const said = <T extends Item>(items: readonly T[]): T[] =>
  items.filter(({ text }) => text.trim() !== "");

export const isPulseComplete = (feels: Feels | null): boolean =>
  feels?.mentalState !== undefined && Boolean(feels.strongestEmotion) && Boolean(feels.avoiding);

export const isReflectionComplete = (feels: Feels | null): boolean =>
  Boolean(feels?.gaveEnergy) &&
  Boolean(feels?.drainedEnergy) &&
  feels?.pressureOrPurpose !== undefined &&
  Boolean(feels.honestNote);

export const isRecapComplete = (recap: Recap | null): boolean =>
  recap !== null && recap.scores.length > 0 && recap.summary !== "";

/** The scores with that of one pillar set, or taken away. They stay in the order in which they were given. */
export function withScore(
  scores: RecapForm["scores"],
  pillarId: string,
  score: number | null,
): RecapForm["scores"] {
  if (score === null) return scores.filter((each) => each.pillarId !== pillarId);
  return scores.some((each) => each.pillarId === pillarId)
    ? scores.map((each) => (each.pillarId === pillarId ? { pillarId, score } : each))
    : [...scores, { pillarId, score }];
}
