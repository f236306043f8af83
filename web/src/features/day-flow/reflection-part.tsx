"use client";

import { useTranslations } from "use-intl";
import { Skeleton } from "@/components/skeleton.tsx";
import { later } from "@/lib/later.tsx";
import type { Reflection } from "./forms.ts";
import { reflectionForm, storedReflection } from "./kept-forms.ts";
import { bothReflections } from "./merge.ts";
import { invitingLook, Part } from "./part.tsx";
import { useKeptPart } from "./use-kept-part.tsx";
import type { DayView } from "./views.ts";

const ReflectionForm = later(() => import("./reflection-form.tsx"), <Opening />);

function Opening() {
  const t = useTranslations("dayFlow.recap");
  return <Skeleton label={t("opening")} lines={["h-12 w-full", "h-12 w-full"]} />;
}

interface Props {
  view: DayView;
  isOpen: boolean;
  onToggle: () => void;
}

/** What a day gave and took, and whether one was driven or drawn. */
export function ReflectionPart({ view, isOpen, onToggle }: Props) {
  const t = useTranslations("dayFlow.reflection");
  const parts = useTranslations("dayFlow.parts");
  const { fields, edit, flush, status } = useKeptPart({
    form: reflectionForm,
    day: view.day,
    found: storedReflection(view.feels.evening),
    both: bothReflections,
    answersOf: ({ gaveEnergy, drainedEnergy, pressureOrPurpose, honestNote }: Reflection) => [
      { question: t("gave"), answer: gaveEnergy },
      { question: t("drained"), answer: drainedEnergy },
      { question: t("drive"), answer: pressureOrPurpose === null ? "" : t(pressureOrPurpose) },
      { question: t("honest"), answer: honestNote },
    ],
  });
  return (
    <Part
      title={parts("reflection")}
      status={status}
      onLeave={flush}
      fold={{ isOpen, onToggle, line: <Line reflection={fields} /> }}
    >
      <ReflectionForm reflection={fields} onChange={edit} />
    </Part>
  );
}

/** What was said, as it can be read again. */
function Line({ reflection }: { reflection: Reflection }) {
  const t = useTranslations("dayFlow.reflection");
  const { gaveEnergy, drainedEnergy, pressureOrPurpose, honestNote } = reflection;
  const facts = [
    gaveEnergy && t("gaveLine", { what: gaveEnergy }),
    drainedEnergy && t("drainedLine", { what: drainedEnergy }),
    pressureOrPurpose && t(pressureOrPurpose),
  ].filter(Boolean);
  if (facts.length === 0 && honestNote === "") {
    return <p className={invitingLook}>{t("invitation")}</p>;
  }
  return (
    <div className="grid gap-1">
      {facts.length > 0 && <p className="text-soft">{facts.join(" · ")}</p>}
      {honestNote && (
        <p className="line-clamp-4 font-serif text-lg whitespace-pre-line">{honestNote}</p>
      )}
    </div>
  );
}
