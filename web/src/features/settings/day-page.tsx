"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Form } from "@/components/form.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Select } from "@/components/select.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { TimeZoneField } from "@/features/auth/time-zone-field.tsx";
import { useClock } from "@/features/days/use-clock.ts";
import { addDays, dayFor, formatDay } from "@/lib/day.ts";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useSaveSettings } from "./use-save-settings.ts";

const HOURS = [0, 1, 2, 3, 4, 5, 6];
const A_SUNDAY = "2026-11-22";
const clockHour = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

const chosenIn = (data: FormData) => ({
  timeZone: textOf(data, "timeZone"),
  dayStartHour: Number(textOf(data, "dayStartHour")),
});

export function DayPage() {
  const t = useTranslations("settings");
  const { timeZone, dayStartHour, weekStartsOn, dateLocale } = useUser();
  const { faultOf } = useFailure();
  const save = useSaveSettings();
  const [chosen, setChosen] = useState({ timeZone, dayStartHour });
  return (
    <>
      <PageHeading title={t("places.day")}>{t("day.hint")}</PageHeading>
      <Form
        error={save.error}
        fields={["timeZone", "dayStartHour", "weekStartsOn"]}
        onChange={(data) => setChosen(chosenIn(data))}
        onSubmit={(data) =>
          save.mutate({ ...chosenIn(data), weekStartsOn: Number(textOf(data, "weekStartsOn")) })
        }
      >
        <TimeZoneField chosen={timeZone} fault={faultOf(save.error, "timeZone")} />
        <Select
          name="dayStartHour"
          label={t("day.start")}
          hint={t("day.startHint")}
          defaultValue={dayStartHour}
          fault={faultOf(save.error, "dayStartHour")}
        >
          {HOURS.map((hour) => (
            <option key={hour} value={hour}>
              {clockHour(hour)}
            </option>
          ))}
        </Select>
        <Select
          name="weekStartsOn"
          label={t("day.week")}
          defaultValue={weekStartsOn}
          fault={faultOf(save.error, "weekStartsOn")}
        >
          {[1, 2, 3, 4, 5, 6, 0].map((weekday) => (
            <option key={weekday} value={weekday}>
              {formatDay(addDays(A_SUNDAY, weekday), dateLocale, { weekday: "long" })}
            </option>
          ))}
        </Select>
        <Now {...chosen} />
        <Button
          type="submit"
          busyLabel={save.isPending && t("saving")}
          className="justify-self-start"
        >
          {t("save")}
        </Button>
      </Form>
    </>
  );
}

/** What "today" is by what is chosen. */
function Now({ timeZone, dayStartHour }: { timeZone: string; dayStartHour: number }) {
  const t = useTranslations("settings.day");
  const { dateLocale } = useUser();
  const clock = useClock(timeZone);
  const today = dayFor(clock, dayStartHour);
  const day = formatDay(today, dateLocale, { weekday: "long", day: "numeric", month: "long" });
  return (
    <p role="status" className="border-s-2 border-margin ps-4 font-serif text-prose">
      {today === clock.day
        ? t("now", { time: clock.time, day })
        : t("still", { time: clock.time, day, start: clockHour(dayStartHour) })}
    </p>
  );
}
