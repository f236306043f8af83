"use client";

import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import { weekFrom, weekdayName } from "./weekdays.ts";

/** A choice of days of the week, in the order of one's own week. Stands in the form as `days`, by their ISO numbers. */
export function WeekdaysField({ chosen, fault }: { chosen: readonly number[]; fault: boolean }) {
  const t = useTranslations("library.fields");
  const { weekStartsOn, dateLocale } = useUser();
  const id = useId();
  const [days, setDays] = useState<readonly number[]>(chosen);
  const toggle = (day: number) =>
    setDays(days.includes(day) ? days.filter((each) => each !== day) : [...days, day]);
  return (
    <fieldset aria-describedby={fault ? `${id}-fault` : undefined}>
      <legend className="mb-1.5 text-sm font-medium">{t("days")}</legend>
      <div className="grid grid-cols-7 gap-1">
        {weekFrom(weekStartsOn).map((day) => (
          <label
            key={day}
            className="inline-flex min-h-11 items-center justify-center rounded-md border border-edge text-sm text-soft has-checked:border-accent has-checked:bg-wash has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="checkbox"
              name="days"
              value={day}
              className="sr-only"
              checked={days.includes(day)}
              aria-invalid={fault}
              onChange={() => toggle(day)}
            />
            <span className="sr-only">{weekdayName(day, dateLocale, "long")}</span>
            <span aria-hidden>{weekdayName(day, dateLocale, "short")}</span>
          </label>
        ))}
      </div>
      {fault && (
        <p id={`${id}-fault`} className="mt-1.5 text-sm text-danger">
          {t("chooseDay")}
        </p>
      )}
    </fieldset>
  );
}
