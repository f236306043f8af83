"use client";

import { useTranslations } from "use-intl";
import { Skeleton } from "@/components/skeleton.tsx";
import { later } from "@/lib/later.tsx";
import type { Pulse } from "./forms.ts";
import { pulseForm, storedPulse } from "./kept-forms.ts";
import { bothPulses } from "./merge.ts";
import { invitingLook, lineLook, Part } from "./part.tsx";
import { useKeptPart } from "./use-kept-part.tsx";
import type { DayView } from "./views.ts";

const PulseForm = later(() => import("./pulse-form.tsx"), <Opening />);

function Opening() {
  const t = useTranslations("dayFlow.recap");
  return <Skeleton label={t("opening")} lines={["h-11 w-full", "h-11 w-full"]} />;
}

interface Props {
  view: DayView;
  isOpen: boolean;
  onToggle: () => void;
}

/** How the day begins: a number, a word, and what is put off. */
export function PulsePart({ view, isOpen, onToggle }: Props) {
  const t = useTranslations("dayFlow.pulse");
  const parts = useTranslations("dayFlow.parts");
  const { fields, edit, flush, status } = useKeptPart({
    form: pulseForm,
    day: view.day,
    found: storedPulse(view.feels.morning),
    both: bothPulses,
    answersOf: (pulse: Pulse) => [
      { question: t("state"), answer: pulse.mentalState?.toString() ?? "" },
      { question: t("emotion"), answer: pulse.strongestEmotion },
      { question: t("avoiding"), answer: pulse.avoiding },
    ],
  });
  const { mentalState, strongestEmotion, avoiding } = fields;
  const score = mentalState === null ? "" : t("ofTen", { score: String(mentalState) });
  const said = [strongestEmotion, avoiding && t("avoids", { what: avoiding })].filter(Boolean);

  return (
    <Part
      title={parts("pulse")}
      glance={mentalState}
      status={status}
      onLeave={flush}
      fold={{
        isOpen,
        onToggle,
        line:
          score === "" && said.length === 0 ? (
            <p className={invitingLook}>{t("invitation")}</p>
          ) : (
            <p className={lineLook}>
              {/* The margin has it, where there is one. */}
              <span className={said.length > 0 ? "sm:sr-only" : ""}>
                {score}
                {score !== "" && said.length > 0 && " · "}
              </span>
              {said.join(" · ")}
            </p>
          ),
      }}
    >
      <PulseForm pulse={fields} onChange={edit} />
    </Part>
  );
}
