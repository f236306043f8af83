import { createHash } from "node:crypto";
import type * as z from "zod";
import type { KindName } from "../../api/src/contract/record.ts";
import type { DailyRecapFields } from "../../api/src/features/daily-recaps/contract.ts";
import type { FeelsFields } from "../../api/src/features/feels/contract.ts";
import type { CheckFields } from "../../api/src/features/habit-checks/contract.ts";
import type { HabitFields } from "../../api/src/features/habits/contract.ts";
import type { MoodLogFields } from "../../api/src/features/mood-logs/contract.ts";
import type { MoodFields } from "../../api/src/features/moods/contract.ts";
import type { ScoreFields } from "../../api/src/features/pillar-scores/contract.ts";
import type { PillarFields } from "../../api/src/features/pillars/contract.ts";
import type { ReminderFields } from "../../api/src/features/reminders/contract.ts";
import type { TemplateFields } from "../../api/src/features/templates/contract.ts";
import type { WeeklyRecapFields } from "../../api/src/features/weekly-recaps/contract.ts";
import { SYSTEM_MOODS } from "../../api/src/features/moods/system.ts";
import { addDays, daysBetween, weekOf, weekdayOf } from "../../api/src/lib/day.ts";
import { LINES, type Tone } from "./lines.ts";

interface FieldsOf {
  feels: z.input<typeof FeelsFields>;
  pillars: z.input<typeof PillarFields>;
  "pillar-scores": z.input<typeof ScoreFields>;
  habits: z.input<typeof HabitFields>;
  "habit-checks": z.input<typeof CheckFields>;
  moods: z.input<typeof MoodFields>;
  "mood-logs": z.input<typeof MoodLogFields>;
  "daily-recaps": z.input<typeof DailyRecapFields>;
  "weekly-recaps": z.input<typeof WeeklyRecapFields>;
  templates: z.input<typeof TemplateFields>;
  reminders: z.input<typeof ReminderFields>;
}

/** A record of the sample journal; the same one has the same id however often it is made. */
export type DemoRecord = {
  readonly [K in keyof FieldsOf]: {
    readonly kind: K & KindName;
    readonly id: string;
    readonly record: FieldsOf[K];
  };
}[keyof FieldsOf];

const PILLARS = {
  family: { name: "Family", color: "#e11d48", icon: "🏡", target: 8 },
  health: { name: "Health", color: "#16a34a", icon: "🫀", target: 8 },
  revenue: { name: "Net New Revenue", color: "#2563eb", icon: "🌱", target: 7 },
  clients: { name: "Client Retention", color: "#9333ea", icon: "🤝", target: 7 },
} as const;
type Pillar = keyof typeof PILLARS;

const HABITS = {
  walk: {
    name: "Walk home along the river",
    icon: "🚶",
    color: "#16a34a",
    goal: { type: "yes_no" },
    schedule: { type: "weekdays", days: [1, 2, 3, 4, 5] },
  },
  water: {
    name: "Water",
    icon: "💧",
    color: "#0284c7",
    goal: { type: "at_least", value: 6, unit: "glasses" },
    schedule: { type: "daily" },
  },
  coffee: {
    name: "Coffee, two at most",
    icon: "☕",
    color: "#92400e",
    goal: { type: "at_most", value: 2, unit: "cups" },
    schedule: { type: "daily" },
  },
  read: {
    name: "Read something on paper",
    icon: "📖",
    color: "#9333ea",
    goal: { type: "yes_no" },
    schedule: { type: "per_week", times: 4 },
  },
  phone: {
    name: "Phone in the drawer by nine",
    icon: "🌙",
    color: "#475569",
    goal: { type: "yes_no" },
    schedule: { type: "daily" },
  },
} as const satisfies Record<string, FieldsOf["habits"]>;
type Habit = keyof typeof HABITS;

const PRESSURES = { low: "pressure", even: "both", good: "purpose" } as const;

/** Since when the shoes stand by the door: before, walks were missed more often. */
const SHOES_DAYS_AGO = 28;

/**
 * Weeks of every kind of record but entries: of somebody who runs a small studio, has a family, and tries to walk more.
 * The same on every call for the same `today`, whose evening is still to come.
 *
 * @param dayCount - How many days it reaches back, today among them.
 */
export function demoLife(today: string, dayCount: number): DemoRecord[] {
  const first = addDays(today, 1 - dayCount);
  const days = daysBetween(first, today).map((day) => ({ day, ...weather(day, today) }));
  return [
    ...beginnings(),
    ...days.flatMap((day) => [...morningOf(day), ...checksOf(day, day.day < today)]),
    ...days.filter(({ day }) => day < today).flatMap(eveningOf),
    ...weeksOf(first, today),
  ];
}

/** What stays: pillars, habits, a mood of one's own, templates, reminders. */
function beginnings(): DemoRecord[] {
  const pillars = Object.entries(PILLARS).map(([key, pillar], position) =>
    made("pillars", key, { ...pillar, description: LINES.pillars[key as Pillar], position }),
  );
  const habits = Object.entries(HABITS).map(([key, habit], position) =>
    made("habits", key, { ...habit, position }),
  );
  return [
    ...pillars,
    ...habits,
    made("moods", "scattered", { name: "Scattered", emoji: "🪁", valence: -1 }),
    made("templates", "evening", { name: "Three lines", kind: "entries", body: LINES.template }),
    made("reminders", "evening", { kind: "evening", time: "21:15", enabled: false }),
  ];
}

/** How a day goes before anybody decides anything. */
interface Weather {
  /** From 0, a day to get through, to 1. */
  readonly energy: number;
  readonly done: Readonly<Record<Habit, boolean>>;
}

interface LivedDay extends Weather {
  readonly day: string;
}

/** Energy carries over from the days before; a walk is likelier on a good day, and makes a better one. */
function weather(day: string, today: string): Weather {
  const carried = [0, 1, 2, 3].map((ago) => dice("energy", addDays(day, -ago)) / 2 ** ago);
  const mean = carried.reduce((sum, each) => sum + each, 0) / 1.875;
  const hasShoes = day > addDays(today, -SHOES_DAYS_AGO);
  const walk = dice("walk", day) < (hasShoes ? 0.72 : 0.4) + (mean - 0.5) / 2;
  const energy = Math.min(1, Math.max(0, (mean - 0.5) * 1.5 + 0.42 + (walk ? 0.22 : 0)));
  const likely = (habit: Habit, chance: number) => dice(habit, day) < chance;
  return {
    energy,
    done: {
      walk,
      water: likely("water", 0.75),
      coffee: likely("coffee", 0.35 + energy / 2),
      read: likely("read", 0.5),
      phone: likely("phone", 0.3 + energy / 2),
    },
  };
}

function morningOf({ day, energy }: LivedDay): DemoRecord[] {
  const slept = Math.round(2 + energy * 4 + dice("slept", day) * 4);
  const feels: FieldsOf["feels"] = {
    day,
    kind: "morning",
    mentalState: slept,
    strongestEmotion: pick(LINES.emotions[toneOf(energy)], "emotion", day),
    avoiding: pick(LINES.avoiding, "avoiding", day),
  };
  return [made("feels", `morning ${day}`, feels), moodLog({ day, energy }, "08:05", "early")];
}

function checksOf({ day, done }: LivedDay, isOver: boolean): DemoRecord[] {
  const isWorkday = weekdayOf(day) <= 5;
  const check = (habit: Habit, fields: Pick<FieldsOf["habit-checks"], "state" | "value">) =>
    made("habit-checks", `${habit} ${day}`, { habitId: idOf("habits", habit), day, ...fields });
  const cups = done.coffee ? 2 : 3;
  const glasses = done.water ? 6 + Math.floor(dice("glasses", day) * 3) : 4;
  // Of a day that goes on, what a morning can know of.
  if (!isOver) return [check("coffee", { state: "done", value: 1 })];
  const isAway = dice("away", day) < 0.06;
  return [
    ...(isWorkday && done.walk ? [check("walk", { state: "done" })] : []),
    ...(isWorkday && !done.walk && isAway ? [check("walk", { state: "skipped" })] : []),
    check("water", { state: "done", value: glasses }),
    check("coffee", { state: "done", value: cups }),
    ...(done.read ? [check("read", { state: "done" })] : []),
    ...(done.phone ? [check("phone", { state: "done" })] : []),
  ];
}

function eveningOf(lived: LivedDay): DemoRecord[] {
  const { day, energy } = lived;
  const tone = toneOf(energy);
  const feels: FieldsOf["feels"] = {
    day,
    kind: "evening",
    gaveEnergy: pick(LINES.gave, "gave", day),
    drainedEnergy: pick(LINES.drained, "drained", day),
    pressureOrPurpose: PRESSURES[toneOf((energy + dice("pressure", day)) / 2)],
    honestNote: pick(LINES.honest[tone], "honest", day),
  };
  // An evening now and then is not written down.
  const isSilent = dice("silent", day) < 0.1;
  return [
    moodLog(lived, "18:30", "late"),
    ...(isSilent ? [] : [made("feels", `evening ${day}`, feels), recapOf(lived)]),
    ...scoresOf(lived),
  ];
}

function recapOf(lived: LivedDay): DemoRecord {
  const { day, energy, done } = lived;
  const isWorkday = weekdayOf(day) <= 5;
  const slipped = isWorkday && !done.walk;
  const late = dice("late", day) < 0.3 - energy / 4;
  const recap: FieldsOf["daily-recaps"] = {
    day,
    scores: scoresOn(lived).map(({ key, score }) => ({ pillarId: idOf("pillars", key), score })),
    slips: [
      ...(slipped ? [slip(LINES.slips.health, "health", day)] : []),
      ...(late ? [slip(LINES.slips.clients, "clients", day)] : []),
    ],
    outs: dice("out", day) < 0.2 ? [{ text: pick(LINES.outs, "out", day) }] : [],
    corrections:
      late && dice("correction", day) < 0.3
        ? [
            {
              text: pick(LINES.corrections, "correction", day),
              pillarId: idOf("pillars", "clients"),
            },
          ]
        : [],
    summary: pick(LINES.summaries[toneOf(energy)], "summary", day),
  };
  return made("daily-recaps", day, recap);
}

/** Twice a week, pillars are given a word as well as a number. */
function scoresOf(lived: LivedDay): DemoRecord[] {
  const { day } = lived;
  if (![3, 7].includes(weekdayOf(day))) return [];
  return scoresOn(lived).map(({ key, score }) => {
    const note = pick(LINES.notes[toneOf(score / 10)], key, day);
    const pillarId = idOf("pillars", key);
    return made("pillar-scores", `${key} ${day}`, { pillarId, day, score, note });
  });
}

function scoresOn({ day, energy, done }: LivedDay) {
  const level: Record<Pillar, number> = {
    family: 6 + energy * 3 + (done.phone ? 1 : 0),
    health: 3.5 + energy * 2 + (done.walk ? 3 : 0) + (done.water ? 0.5 : 0),
    revenue: 4 + energy * 4,
    clients: 5 + energy * 3,
  };
  return Object.entries(level).map(([pillar, value]) => {
    const key = pillar as Pillar;
    const score = Math.round(value + (dice(key, day) - 0.5) * 2.5);
    return { key, score: Math.min(10, Math.max(1, score)) };
  });
}

function weeksOf(first: string, today: string): DemoRecord[] {
  const weeks = new Set(daysBetween(first, today).map(weekOf));
  weeks.delete(weekOf(today));
  const shoes = weekOf(addDays(today, -SHOES_DAYS_AGO));
  return [...weeks].map((week) => {
    const corrections =
      week === shoes ? [{ text: LINES.shoes, pillarId: idOf("pillars", "health") }] : [];
    const wins = [pick(LINES.wins, "win", week), pick(LINES.wins, "other win", week)];
    const note = pick(LINES.weeks, "week", week);
    return made("weekly-recaps", week, { week, wins: [...new Set(wins)], note, corrections });
  });
}

function moodLog({ day, energy }: Pick<LivedDay, "day" | "energy">, time: string, when: string) {
  const valence = Math.round((energy - 0.45) * 3.5 + (dice(when, day) - 0.5) * 3);
  const within = Math.min(2, Math.max(-2, valence));
  const fitting = SYSTEM_MOODS.filter((mood) => mood.valence === within).map(({ id }) => id);
  const own = within === -1 ? [idOf("moods", "scattered")] : [];
  // In the zone of this machine, which is the account's.
  const at = new Date(`${day}T${time}:00`).toISOString();
  const moodId = pick([...fitting, ...own], `${when} mood`, day);
  const note = dice(`${when} note`, day) < 0.4 ? pick(LINES.moodNotes, when, day) : "";
  return made("mood-logs", `${when} ${day}`, { day, at, moodId, note });
}

const toneOf = (energy: number): Tone => (energy < 0.4 ? "low" : energy < 0.7 ? "even" : "good");

function slip(texts: readonly string[], pillar: Pillar, day: string) {
  return { text: pick(texts, `${pillar} slip`, day), pillarId: idOf("pillars", pillar) };
}

/** From 0 to 1, the same for the same words. */
function dice(what: string, when: string): number {
  const digest = createHash("sha256").update(`${what} ${when}`).digest();
  return digest.readUInt32BE() / 2 ** 32;
}

function pick(choices: readonly string[], what: string, when: string): string {
  return choices[Math.floor(dice(`pick ${what}`, when) * choices.length)] ?? "";
}

function made<K extends keyof FieldsOf>(kind: K, key: string, record: FieldsOf[K]) {
  return { kind, id: idOf(kind, key), record } as Extract<DemoRecord, { kind: K }>;
}

/** An id in the form that the API takes, random ones; of the sample journal it may be known what is behind it. */
function idOf(kind: string, key: string): string {
  const bytes = createHash("sha256").update(`${kind} ${key}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
