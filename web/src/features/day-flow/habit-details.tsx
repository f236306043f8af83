"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import type { Check } from "./views.ts";

interface Props {
  name: string;
  note: string;
  state: Check["state"] | null;
  /** Resolves to whether it was saved; what was typed stays until then. */
  onSay: (state: Check["state"], note: string) => Promise<boolean>;
  onTakeBack: () => Promise<boolean>;
  onClose: () => void;
}

/** What else there is to say of a habit on a day: that it was left out on purpose, and a word about it. */
export default function HabitDetails(props: Props) {
  const { name, note, state, onSay, onTakeBack, onClose } = props;
  const t = useTranslations("dayFlow.habits");
  const words = useTranslations("common");
  const [typed, setTyped] = useState(note);
  const [isSaving, setIsSaving] = useState(false);

  const until = async (saved: Promise<boolean>) => {
    setIsSaving(true);
    const isSaved = await saved;
    setIsSaving(false);
    if (isSaved) onClose();
  };

  return (
    <form
      method="post"
      aria-label={t("more", { name })}
      className="flex animate-settle flex-wrap items-end gap-3"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void until(onSay(state ?? "done", typed));
      }}
    >
      <div className="min-w-48 flex-1">
        <Field
          label={t("note")}
          value={typed}
          placeholder={t("noteHint")}
          autoComplete="off"
          autoFocus
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <div className="flex flex-wrap gap-1">
        <Button type="submit" className="min-h-11" busyLabel={isSaving && t("saving")}>
          {state === null ? t("isDone") : t("save")}
        </Button>
        <Button
          look="secondary"
          className="min-h-11"
          disabled={isSaving}
          onClick={() => void until(state === "skipped" ? onTakeBack() : onSay("skipped", typed))}
        >
          {state === "skipped" ? t("unskip") : t("skip")}
        </Button>
        <Button look="quiet" className="min-h-11" onClick={onClose}>
          {words("cancel")}
        </Button>
      </div>
    </form>
  );
}
