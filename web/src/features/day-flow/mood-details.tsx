"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { textOf } from "@/lib/form.ts";

interface Props {
  time: string;
  note: string;
  /** Resolves when it is saved; what was typed stays until then. */
  onSave: (said: { time: string; note: string }) => Promise<void>;
  onRemove: () => void;
  onClose: () => void;
}

/** When a mood was felt, and a word about it. */
export default function MoodDetails({ time, note, onSave, onRemove, onClose }: Props) {
  const t = useTranslations("dayFlow.mood");
  const words = useTranslations("common");
  const [isSaving, setIsSaving] = useState(false);

  const save = async (data: FormData) => {
    setIsSaving(true);
    // That it failed was said by whoever undid it.
    await onSave({ note: textOf(data, "note"), time: textOf(data, "time") }).catch(() => undefined);
    setIsSaving(false);
  };

  return (
    <form
      method="post"
      className="flex animate-settle flex-wrap items-end gap-3"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void save(new FormData(event.currentTarget));
      }}
    >
      <Field label={t("time")} name="time" type="time" defaultValue={time} required />
      <div className="min-w-48 flex-1">
        <Field
          label={t("note")}
          name="note"
          defaultValue={note}
          placeholder={t("noteHint")}
          autoComplete="off"
          autoFocus
        />
      </div>
      <div className="flex flex-wrap gap-1">
        <Button type="submit" className="min-h-11" busyLabel={isSaving && t("saving")}>
          {t("save")}
        </Button>
        <Button look="quiet" className="min-h-11" onClick={onRemove}>
          {t("remove")}
        </Button>
        <Button look="quiet" className="min-h-11" onClick={onClose}>
          {words("cancel")}
        </Button>
      </div>
    </form>
  );
}
