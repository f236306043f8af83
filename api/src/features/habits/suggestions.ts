import { inLanguage } from "../in-language.ts";

const LOOKS = {
  move: { icon: "🚶", color: "#16a34a" },
  read: { icon: "📖", color: "#2563eb" },
  water: { icon: "💧", color: "#0891b2" },
  sport: { icon: "🏋️", color: "#e11d48" },
  call: { icon: "☎️", color: "#d97706" },
  screen: { icon: "🌙", color: "#7c3aed" },
} as const;

const DAILY = { type: "daily" } as const;
const YES_NO = { type: "yes_no" } as const;
const times = (count: number) => ({ type: "per_week", times: count }) as const;
const WORKDAYS = { type: "weekdays" as const, days: [1, 2, 3, 4, 5] };

/** Habits to begin with: one of each goal and schedule, so that it shows what there is. */
export const habitsToBeginWith = inLanguage({
  en: [
    { name: "Go for a walk", ...LOOKS.move, goal: YES_NO, schedule: DAILY },
    { name: "Read ten pages", ...LOOKS.read, goal: YES_NO, schedule: WORKDAYS },
    { name: "Drink water", ...LOOKS.water, goal: atLeast(8, "glasses"), schedule: DAILY },
    { name: "Do some sport", ...LOOKS.sport, goal: YES_NO, schedule: times(3) },
    { name: "Call somebody I like", ...LOOKS.call, goal: YES_NO, schedule: times(1) },
    {
      name: "Screen in the evening",
      ...LOOKS.screen,
      goal: atMost(60, "minutes"),
      schedule: DAILY,
    },
  ],
  de: [
    { name: "Spazieren gehen", ...LOOKS.move, goal: YES_NO, schedule: DAILY },
    { name: "Zehn Seiten lesen", ...LOOKS.read, goal: YES_NO, schedule: WORKDAYS },
    { name: "Wasser trinken", ...LOOKS.water, goal: atLeast(8, "Gläser"), schedule: DAILY },
    { name: "Sport treiben", ...LOOKS.sport, goal: YES_NO, schedule: times(3) },
    { name: "Jemanden anrufen, den ich mag", ...LOOKS.call, goal: YES_NO, schedule: times(1) },
    { name: "Bildschirm am Abend", ...LOOKS.screen, goal: atMost(60, "Minuten"), schedule: DAILY },
  ],
});

function atLeast(value: number, unit: string) {
  return { type: "at_least", value, unit } as const;
}

function atMost(value: number, unit: string) {
  return { type: "at_most", value, unit } as const;
}
