"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Field } from "@/components/field.tsx";
import { Select } from "@/components/select.tsx";
import { ColorField, FIRST_COLOR } from "@/features/library/color-field.tsx";
import { IconField } from "@/features/library/icon-field.tsx";
import { WeekdaysField } from "@/features/library/weekdays-field.tsx";
import { NameField } from "@/features/library/name-field.tsx";
import { useFailure } from "@/lib/failure.ts";
import type { Habit } from "./habit-kind.ts";

const ICONS = ["🚶", "📖", "💧", "🏋️", "🧘", "🌙", "✍️", "🎸", "🥗"];
const GOALS = ["yes_no", "at_least", "at_most"] as const;
const SCHEDULES = ["daily", "weekdays", "per_week"] as const;
const TIMES = [1, 2, 3, 4, 5, 6, 7];
const WORKDAYS = [1, 2, 3, 4, 5];

export function HabitForm({ habit, error }: { habit: Habit | null; error: unknown }) {
  const t = useTranslations("library");
  const { faultOf } = useFailure();
  const [goalType, setGoalType] = useState<string>(habit?.goal.type ?? "yes_no");
  const [scheduleType, setScheduleType] = useState<string>(habit?.schedule.type ?? "daily");
  const goal = habit && habit.goal.type !== "yes_no" ? habit.goal : null;
  return (
    <>
      <NameField chosen={habit?.name} error={error} />
      <Select
        name="goal"
        label={t("habit.goal")}
        value={goalType}
        onChange={(event) => setGoalType(event.target.value)}
      >
        {GOALS.map((type) => (
          <option key={type} value={type}>
            {t(`habit.goals.${type}`)}
          </option>
        ))}
      </Select>
      {goalType !== "yes_no" && (
        <div className="grid grid-cols-2 gap-3">
          <Field
            name="value"
            type="number"
            inputMode="decimal"
            min={0}
            max={1_000_000_000}
            step="any"
            label={t("habit.value")}
            defaultValue={goal?.value}
            required
            fault={faultOf(error, "goal.value")}
          />
          <Field
            name="unit"
            label={t("habit.unit")}
            placeholder={t("habit.unitHint")}
            defaultValue={goal?.unit}
            maxLength={30}
            autoComplete="off"
            fault={faultOf(error, "goal.unit")}
          />
        </div>
      )}
      <Select
        name="schedule"
        label={t("habit.schedule")}
        value={scheduleType}
        onChange={(event) => setScheduleType(event.target.value)}
      >
        {SCHEDULES.map((type) => (
          <option key={type} value={type}>
            {t(`habit.schedules.${type}`)}
          </option>
        ))}
      </Select>
      {scheduleType === "weekdays" && (
        <WeekdaysField
          chosen={habit?.schedule.type === "weekdays" ? habit.schedule.days : WORKDAYS}
          fault={faultOf(error, "schedule.days") !== undefined}
        />
      )}
      {scheduleType === "per_week" && (
        <Select
          name="times"
          label={t("habit.times")}
          defaultValue={habit?.schedule.type === "per_week" ? habit.schedule.times : 3}
        >
          {TIMES.map((times) => (
            <option key={times}>{times}</option>
          ))}
        </Select>
      )}
      <IconField
        name="icon"
        label={t("fields.icon")}
        hint={t("fields.iconHint")}
        chosen={habit?.icon ?? ""}
        choices={ICONS}
        fault={faultOf(error, "icon")}
      />
      <ColorField chosen={habit?.color ?? FIRST_COLOR} />
    </>
  );
}
