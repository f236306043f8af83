"use client";

import { useTranslations } from "use-intl";
import { Checkbox } from "@/components/checkbox.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { Select } from "@/components/select.tsx";
import type { Kind } from "@/features/library/kind.ts";
import { LibraryPage } from "@/features/library/library-page.tsx";
import { useAct } from "@/features/library/use-library.ts";
import { useWeekdays } from "@/features/library/use-weekdays.ts";
import { weekdaysIn } from "@/features/library/weekdays.ts";
import { WeekdaysField } from "@/features/library/weekdays-field.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

type Api = ReturnType<typeof useTimos>["api"]["reminders"];
type Reminder = Awaited<ReturnType<Api["get"]>>;
type ReminderFields = Parameters<Api["put"]>[0]["body"];

const KINDS = ["morning", "evening", "entry", "daily-recap", "weekly-recap", "habits"] as const;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

export function RemindersPage() {
  const t = useTranslations("library.reminder");
  const { api } = useTimos();
  const act = useAct();
  const onWeekdays = useWeekdays();
  const kind: Kind<Reminder, ReminderFields> = {
    name: "reminders",
    calls: api.reminders,
    fieldsOf: ({ kind: of, time, days, channel, enabled }) => ({
      kind: of,
      time,
      days,
      channel,
      enabled,
    }),
    titleOf: ({ kind: of, time }) => `${time} · ${t(`kinds.${of}`)}`,
  };
  const turn = ({ id, rev, enabled }: Reminder) =>
    act.mutate(() =>
      api.reminders.patch({ params: { id }, body: { enabled: !enabled }, guard: { rev } }),
    );
  return (
    <LibraryPage
      kind={kind}
      notice={
        <Notice>
          <p>{t("unsent")}</p>
        </Notice>
      }
      detailsOf={({ days, enabled }) => [onWeekdays(days), !enabled && t("off")]}
      menuOf={(reminder) => ({
        items: [{ label: t(reminder.enabled ? "turnOff" : "turnOn"), run: () => turn(reminder) }],
        isRemovable: true,
      })}
      fields={(reminder, error) => <ReminderForm reminder={reminder} error={error} />}
      faultFields={["time", "days"]}
      read={(data) => ({
        kind: KINDS.find((each) => each === textOf(data, "kind")) ?? "evening",
        time: textOf(data, "time"),
        days: weekdaysIn(data),
        enabled: data.has("enabled"),
      })}
    />
  );
}

function ReminderForm({ reminder, error }: { reminder: Reminder | null; error: unknown }) {
  const t = useTranslations("library.reminder");
  const { faultOf } = useFailure();
  return (
    <>
      <Select name="kind" label={t("kind")} defaultValue={reminder?.kind ?? "evening"}>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`kinds.${kind}`)}
          </option>
        ))}
      </Select>
      <Field
        name="time"
        type="time"
        label={t("time")}
        defaultValue={reminder?.time ?? "21:00"}
        required
        fault={faultOf(error, "time")}
      />
      <WeekdaysField
        chosen={reminder?.days ?? EVERY_DAY}
        fault={faultOf(error, "days") !== undefined}
      />
      <Checkbox name="enabled" defaultChecked={reminder?.enabled ?? true}>
        {t("enabled")}
      </Checkbox>
    </>
  );
}
