"use client";

import { useTranslations } from "use-intl";
import type { Pulse } from "./forms.ts";
import { TenSteps } from "./ten-steps.tsx";
import { TextLine } from "./text-line.tsx";

interface Props {
  pulse: Pulse;
  onChange: (change: Partial<Pulse>) => void;
}

/** What a morning is asked. */
export default function PulseForm({ pulse, onChange }: Props) {
  const t = useTranslations("dayFlow.pulse");
  const { mentalState, strongestEmotion, avoiding } = pulse;
  return (
    <>
      <TenSteps
        label={t("state")}
        value={mentalState}
        ends={[t("low"), t("high")]}
        onChange={(next) => onChange({ mentalState: next })}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextLine
          label={t("emotion")}
          placeholder={t("emotionHint")}
          value={strongestEmotion}
          onChange={(text) => onChange({ strongestEmotion: text })}
        />
        <TextLine
          label={t("avoiding")}
          placeholder={t("avoidingHint")}
          value={avoiding}
          onChange={(text) => onChange({ avoiding: text })}
        />
      </div>
    </>
  );
}
