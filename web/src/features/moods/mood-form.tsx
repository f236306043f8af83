"use client";

import { useTranslations } from "use-intl";
import { Select } from "@/components/select.tsx";
import { IconField } from "@/features/library/icon-field.tsx";
import { NameField } from "@/features/library/name-field.tsx";
import { useFailure } from "@/lib/failure.ts";

const EMOJI = ["🙂", "😌", "🥰", "🤩", "😴", "🥱", "😟", "😤", "😭"];

export const VALENCES = [
  { value: 2, name: "veryPleasant" },
  { value: 1, name: "pleasant" },
  { value: 0, name: "neutral" },
  { value: -1, name: "unpleasant" },
  { value: -2, name: "veryUnpleasant" },
] as const;

interface Props {
  mood: { readonly name: string; readonly emoji: string; readonly valence: number } | null;
  error: unknown;
}

export function MoodForm({ mood, error }: Props) {
  const t = useTranslations("library");
  const { faultOf } = useFailure();
  return (
    <>
      <NameField chosen={mood?.name} error={error} />
      <Select name="valence" label={t("mood.valence")} defaultValue={mood?.valence ?? 0}>
        {VALENCES.map(({ value, name }) => (
          <option key={value} value={value}>
            {t(`mood.valences.${name}`)}
          </option>
        ))}
      </Select>
      <IconField
        name="emoji"
        label={t("mood.emoji")}
        chosen={mood?.emoji ?? ""}
        choices={EMOJI}
        fault={faultOf(error, "emoji")}
      />
    </>
  );
}
