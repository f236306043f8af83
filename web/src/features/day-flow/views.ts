import type { contract, Response } from "@timos/api/contract";
import type { DayView } from "@/features/days/take-view.ts";

type Contract = typeof contract;

export type { DayView };
export type Feels = NonNullable<DayView["feels"]["morning"]>;
export type Recap = NonNullable<DayView["recap"]>;
export type HabitOfDay = DayView["habits"][number];
export type Check = NonNullable<HabitOfDay["check"]>;
export type Goal = HabitOfDay["habit"]["goal"];
export type MoodLog = DayView["moodLogs"][number];
export type Mood = Response<Contract["moods"]["list"]>["items"][number];
export type Pillar = Response<Contract["pillars"]["list"]>["items"][number];
export type Streak = Response<Contract["habits"]["streaks"]>["items"][number];
