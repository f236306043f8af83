import type { KindName } from "../src/contract/record.ts";
import { weekOf } from "../src/lib/day.ts";
import type { Person, Reply } from "./people.ts";

/** A record with all fields of its kind. */
export interface Sample {
  /** Every field of the kind. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What is changed of it afterwards. */
  readonly change: Readonly<Record<string, unknown>>;
  /** What is answered beside the fields. */
  readonly derived?: object;
  /** Where it is written, if not under its id. */
  readonly path?: string;
}

/** What samples are made of: words that are in every text of theirs, their day, and what they refer to. */
interface Matter {
  readonly word: string;
  readonly day: string;
  readonly pillarId: string;
  readonly habitId: string;
  readonly moodId: string;
}

/** One record of each kind, no field left out. */
export const samplesOf = ({
  word,
  day,
  pillarId,
  habitId,
  moodId,
}: Matter): Readonly<Record<KindName, Sample>> => ({
  entries: {
    fields: {
      day,
      time: "21:30",
      title: `A title ${word}`,
      body: `A body ${word}`,
      pillarIds: [pillarId],
      tags: [`rain ${word}`, "🌧".repeat(100)],
      moodId,
      starred: true,
      completed: true,
    },
    change: { body: "Another" },
  },
  feels: {
    fields: {
      day,
      kind: "morning",
      mentalState: 7,
      strongestEmotion: `hope ${word}`,
      avoiding: `mail ${word}`,
    },
    change: { strongestEmotion: "joy" },
  },
  pillars: {
    fields: {
      name: `Health ${word}`,
      description: `Body and mind ${word}`,
      color: "#00aa00",
      icon: word,
      target: 9,
      position: 3,
      archived: true,
    },
    change: { name: "Body" },
  },
  "pillar-scores": {
    fields: { pillarId, day, score: 7, note: `a walk ${word}` },
    change: { note: "none" },
    path: `/api/pillars/${pillarId}/scores/${day}`,
  },
  habits: {
    fields: {
      name: `Water ${word}`,
      icon: word,
      color: "#0000aa",
      goal: { type: "at_least", value: 8, unit: `glasses ${word}` },
      schedule: { type: "weekdays", days: [1, 3] },
      position: 3,
      archived: true,
    },
    change: { name: "Tea" },
  },
  "habit-checks": {
    fields: { habitId, day, state: "done", value: 9, note: `all of it ${word}` },
    change: { note: "nearly" },
    path: `/api/habits/${habitId}/checks/${day}`,
  },
  moods: {
    fields: { name: `Brave ${word}`, emoji: `🦁 ${word}`, valence: 1, archived: true },
    change: { name: "Bold" },
  },
  "mood-logs": {
    fields: { day, at: `${day}T08:00:00.000Z`, moodId, note: `at breakfast ${word}` },
    change: { note: "at noon" },
  },
  "daily-recaps": {
    fields: {
      day,
      scores: [{ pillarId, score: 7 }],
      slips: [{ text: `No run ${word}`, pillarId }],
      outs: [{ text: `Ill ${word}`, pillarId: null }],
      corrections: [{ text: `Shoes by the door ${word}`, pillarId, done: true }],
      summary: `A mixed day. ${word}`,
    },
    change: { summary: "A good one." },
    derived: { overall: 7, grade: "B", label: "Consistent" },
  },
  "weekly-recaps": {
    fields: {
      week: weekOf(day),
      wins: [`Shipped ${word}`],
      note: `Good. ${word}`,
      corrections: [{ text: `Sleep ${word}`, pillarId, done: false }],
    },
    change: { note: "Very good." },
  },
  templates: {
    fields: { name: `Review ${word}`, body: `# ${word}`, kind: "weekly-recaps" },
    change: { body: "# What did not" },
  },
  reminders: {
    fields: { kind: "evening", time: "21:00", days: [1, 7], channel: "email", enabled: false },
    change: { channel: "email", enabled: true, days: [2], time: "20:00" },
  },
});

/** Those of a kind that is written by its path have these there, not in the body. */
const IN_PATH: readonly string[] = ["pillarId", "habitId", "day"];

/** Where a sample is written, and with what: under `id`, or where its path says. */
export function writingOf(
  kind: KindName,
  { path, fields }: Sample,
  id: string,
): { readonly path: string; readonly body: object } {
  if (path === undefined) return { path: `/api/${kind}/${id}`, body: fields };
  const own = Object.entries(fields).filter(([name]) => !IN_PATH.includes(name));
  return { path, body: Object.fromEntries(own) };
}

/** Writes a sample as somebody. */
export function writeSample(
  person: Person,
  kind: KindName,
  sample: Sample,
  id: string,
): Promise<Reply> {
  const { path, body } = writingOf(kind, sample, id);
  return person.call("PUT", path, { body });
}
