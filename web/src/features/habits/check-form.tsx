"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { TextArea } from "@/components/text-area.tsx";
import { useToast } from "@/components/toast.tsx";
import { useRefresh } from "@/features/library/use-library.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import type { Habit } from "./habit-kind.ts";
import type { Check } from "./use-history.ts";

const STATES = ["done", "skipped", "nothing"] as const;
type State = (typeof STATES)[number];

interface Props {
  habit: Habit;
  day: string;
  check: Check | null;
}

/** What is noted of a habit on a day, to be set or taken back. */
export function CheckForm({ habit, day, check }: Props) {
  const t = useTranslations("library.habit");
  const words = useTranslations();
  const { api } = useTimos();
  const { faultOf } = useFailure();
  const toast = useToast();
  const [state, setState] = useState<State>(check?.state ?? "nothing");
  const params = { id: habit.id, day };
  const guard = check === null ? "absent" : { rev: check.rev };
  const save = useMutation<unknown, Error, FormData>({
    mutationFn: (data) => {
      if (state === "nothing") return api.habits.removeCheck({ params, guard });
      const value = textOf(data, "value");
      const body = {
        state,
        value: state === "done" && value !== "" ? Number(value) : null,
        note: textOf(data, "note").replaceAll("\r\n", "\n"),
      };
      return api.habits.putCheck({ params, body, guard });
    },
    onSuccess: () => toast({ text: t(state === "nothing" ? "tookBack" : "savedCheck") }),
    onSettled: useRefresh(),
  });
  return (
    <Form error={save.error} fields={["value", "note"]} onSubmit={(data) => save.mutate(data)}>
      <fieldset>
        <legend className="sr-only">{t("howItWas")}</legend>
        <div className="grid grid-cols-3 gap-0.5 rounded-md bg-desk p-0.5">
          {STATES.map((each) => (
            <label
              key={each}
              className="flex min-h-11 items-center justify-center rounded-sm px-2 py-1 text-center text-sm text-soft has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-raised has-focus-visible:outline-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name="state"
                value={each}
                className="sr-only"
                checked={state === each}
                onChange={() => setState(each)}
              />
              {t(`checks.${each}`)}
            </label>
          ))}
        </div>
        {state === "skipped" && <p className="mt-1.5 text-sm text-faint">{t("skippedHint")}</p>}
      </fieldset>
      {state === "done" && habit.goal.type !== "yes_no" && (
        <Field
          name="value"
          type="number"
          inputMode="decimal"
          min={0}
          max={1_000_000_000}
          step="any"
          label={habit.goal.unit || t("value")}
          defaultValue={check?.value ?? ""}
          fault={faultOf(save.error, "value")}
        />
      )}
      {state !== "nothing" && (
        <TextArea
          name="note"
          label={t("note")}
          defaultValue={check?.note}
          rows={2}
          fault={faultOf(save.error, "note")}
        />
      )}
      {(state !== "nothing" || check !== null) && (
        <Button
          type="submit"
          look="secondary"
          className="min-h-11 justify-self-start"
          busyLabel={save.isPending && words("common.oneMoment")}
        >
          {words(state === "nothing" ? "library.habit.takeBack" : "library.actions.save")}
        </Button>
      )}
    </Form>
  );
}
