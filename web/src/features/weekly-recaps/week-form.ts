import type { contract, Request, Response } from "@timos/api/contract";
import { type Correction, type Item, said } from "@/features/day-flow/forms.ts";
import { bothLists, bothTexts } from "@/features/day-flow/merge.ts";
import type { RecordForm } from "@/lib/saver/record-forms.ts";
import { sameValue } from "@/lib/saver/same-value.ts";
import type { Stored } from "@/lib/saver/save-machine.ts";
import { listOf, orNull, shapeOf, text, truth } from "@/lib/shapes.ts";

type Contract = typeof contract;
export type WeekView = Response<Contract["weeklyRecaps"]["getByWeek"]>;
type WeekBody = Request<Contract["weeklyRecaps"]["putByWeek"]>["body"];

/** What is written about a week, as it is on the screen. */
export interface WeekText {
  readonly wins: readonly Item[];
  readonly corrections: readonly Correction[];
  readonly note: string;
}

const BLANK: WeekText = { wins: [], corrections: [], note: "" };

/** What the API takes. A line without a word in it is none. */
export function weekBody({ wins, corrections, note }: WeekText): WeekBody {
  return { wins: said(wins).map(({ text }) => text), corrections: said(corrections), note };
}

function textOf({ wins, corrections, note }: WeekView): WeekText {
  return { wins: wins.map((text) => ({ text, pillarId: null })), corrections, note };
}

/** What the server has of a week's text; null when nothing is written about it. */
export function storedWeek(view: WeekView): Stored<WeekText> | null {
  const { id, rev, updatedAt } = view;
  if (id === null || rev === null || updatedAt === null) return null;
  return { fields: textOf(view), id, rev, at: Date.parse(updatedAt) };
}

/** Two texts about a week as one. */
export function bothWeeks(theirs: WeekText, mine: WeekText): WeekText {
  return {
    wins: bothLists(theirs.wins, mine.wins),
    corrections: bothLists(theirs.corrections, mine.corrections),
    note: bothTexts(theirs.note, mine.note),
  };
}

const item = { text, pillarId: orNull(text) };

export const weekForm: RecordForm<WeekText> = {
  kind: "weekly-recaps",
  blank: BLANK,
  fields: shapeOf<WeekText>({
    wins: listOf(shapeOf<Item>(item)),
    corrections: listOf(shapeOf<Correction>({ ...item, done: truth })),
    note: text,
  }),
  // A line that is begun and still empty is not sent.
  same: (one, other) => sameValue(weekBody(one), weekBody(other)),
  write: async (api, week, { draft, rev, isLeaving }) => {
    const view = await api.weeklyRecaps.putByWeek({
      params: { week },
      body: weekBody(draft),
      guard: rev === null ? "absent" : { rev },
      keepalive: isLeaving,
    });
    const stored = storedWeek(view);
    if (stored === null) throw new Error("a week that was written has no revision");
    return stored;
  },
  read: async (api, week) => storedWeek(await api.weeklyRecaps.getByWeek({ params: { week } })),
};
