import { newId } from "@/lib/id.ts";
import type { RecordForm } from "@/lib/saver/record-forms.ts";
import { sameValue } from "@/lib/saver/same-value.ts";
import type { Stored } from "@/lib/saver/save-machine.ts";
import { listOf, oneOf, orNull, type Reader, shapeOf, text, truth, whole } from "@/lib/shapes.ts";
import {
  type Correction,
  type Item,
  PRESSURE_OR_PURPOSE,
  type Pulse,
  pulseBody,
  pulseOf,
  type RecapForm,
  recapBody,
  recapOf,
  type Reflection,
  reflectionBody,
  reflectionOf,
} from "./forms.ts";
import type { Feels, Recap } from "./views.ts";

const score = whole(1, 10);

/** A record of the day as its form holds it. */
function stored<R extends { id: string; rev: number; updatedAt: string }, F>(
  record: R,
  fieldsOf: (record: R) => F,
): Stored<F> {
  const { id, rev, updatedAt } = record;
  return { fields: fieldsOf(record), id, rev, at: Date.parse(updatedAt) };
}

export const storedPulse = (feels: Feels | null) => feels && stored(feels, pulseOf);
export const storedReflection = (feels: Feels | null) => feels && stored(feels, reflectionOf);
export const storedRecap = (recap: Recap | null) => recap && stored(recap, recapOf);

/** Check-ins go by an id of our making, and there is one of each kind a day. */
function feelsForm<F extends object>(
  kind: Feels["kind"],
  fieldsOf: (feels: Feels | null) => F,
  bodyOf: (day: string, fields: F) => ReturnType<typeof pulseBody>,
  fields: Reader<F>,
): RecordForm<F> {
  return {
    kind: `feels-${kind}`,
    blank: fieldsOf(null),
    fields,
    write: async (api, day, { draft, rev, id, isLeaving }) => {
      const feels = await api.feels.put({
        params: { id: id ?? newId() },
        body: bodyOf(day, draft),
        guard: rev === null ? "absent" : { rev },
        keepalive: isLeaving,
      });
      return stored(feels, fieldsOf);
    },
    read: async (api, day) => {
      const { items } = await api.feels.list({ query: { from: day, to: day, kind } });
      const [feels] = items;
      return feels ? stored(feels, fieldsOf) : null;
    },
  };
}

export const pulseForm: RecordForm<Pulse> = feelsForm(
  "morning",
  pulseOf,
  pulseBody,
  shapeOf<Pulse>({
    mentalState: orNull(score),
    strongestEmotion: text,
    avoiding: text,
  }),
);

export const reflectionForm: RecordForm<Reflection> = feelsForm(
  "evening",
  reflectionOf,
  reflectionBody,
  shapeOf<Reflection>({
    gaveEnergy: text,
    drainedEnergy: text,
    pressureOrPurpose: orNull(oneOf(...PRESSURE_OR_PURPOSE)),
    honestNote: text,
  }),
);

const item = { text, pillarId: orNull(text) };
const readItem = shapeOf<Item>(item);

export const recapForm: RecordForm<RecapForm> = {
  kind: "daily-recaps",
  blank: recapOf(null),
  fields: shapeOf<RecapForm>({
    scores: listOf(shapeOf<RecapForm["scores"][number]>({ pillarId: text, score })),
    slips: listOf(readItem),
    outs: listOf(readItem),
    corrections: listOf(shapeOf<Correction>({ ...item, done: truth })),
    summary: text,
  }),
  // A line that is begun and still empty is not sent.
  same: (one, other) => sameValue(recapBody(one), recapBody(other)),
  write: async (api, day, { draft, rev, isLeaving }) => {
    const recap = await api.dailyRecaps.putByDay({
      params: { day },
      body: recapBody(draft),
      guard: rev === null ? "absent" : { rev },
      keepalive: isLeaving,
    });
    return stored(recap, recapOf);
  },
  read: async (api, day) => {
    const { items } = await api.dailyRecaps.list({ query: { from: day, to: day } });
    const [recap] = items;
    return recap ? stored(recap, recapOf) : null;
  },
};
