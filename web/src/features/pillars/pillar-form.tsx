"use client";

import { useTranslations } from "use-intl";
import { Select } from "@/components/select.tsx";
import { TextArea } from "@/components/text-area.tsx";
import { ColorField, FIRST_COLOR } from "@/features/library/color-field.tsx";
import { IconField } from "@/features/library/icon-field.tsx";
import { NameField } from "@/features/library/name-field.tsx";
import { useFailure } from "@/lib/failure.ts";
import type { Pillar } from "./pillar-kind.ts";

const ICONS = ["🏡", "🌿", "📈", "🤝", "📚", "🎨", "🧘", "💶", "🫶"];
const SCORES = Array.from({ length: 10 }, (_, index) => index + 1);

export function PillarForm({ pillar, error }: { pillar: Pillar | null; error: unknown }) {
  const t = useTranslations("library");
  const { faultOf } = useFailure();
  return (
    <>
      <NameField chosen={pillar?.name} error={error} />
      <TextArea
        name="description"
        label={t("fields.description")}
        hint={t("fields.descriptionHint")}
        defaultValue={pillar?.description}
        rows={2}
        fault={faultOf(error, "description")}
      />
      <IconField
        name="icon"
        label={t("fields.icon")}
        hint={t("fields.iconHint")}
        chosen={pillar?.icon ?? ""}
        choices={ICONS}
        fault={faultOf(error, "icon")}
      />
      <ColorField chosen={pillar?.color ?? FIRST_COLOR} />
      <Select
        name="target"
        label={t("pillar.target")}
        hint={t("pillar.targetHint")}
        defaultValue={pillar?.target ?? 8}
      >
        {SCORES.map((score) => (
          <option key={score}>{score}</option>
        ))}
      </Select>
    </>
  );
}
