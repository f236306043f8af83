"use client";

import { useId } from "react";
import { useTranslations } from "use-intl";
import { PRESSURE_OR_PURPOSE, type Reflection } from "./forms.ts";
import { TextLine } from "./text-line.tsx";

interface Props {
  reflection: Reflection;
  onChange: (change: Partial<Reflection>) => void;
}

export default function ReflectionForm({ reflection, onChange }: Props) {
  const t = useTranslations("dayFlow.reflection");
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <TextLine
          label={t("gave")}
          value={reflection.gaveEnergy}
          onChange={(gaveEnergy) => onChange({ gaveEnergy })}
        />
        <TextLine
          label={t("drained")}
          value={reflection.drainedEnergy}
          onChange={(drainedEnergy) => onChange({ drainedEnergy })}
        />
      </div>
      <Drive
        chosen={reflection.pressureOrPurpose}
        onChange={(pressureOrPurpose) => onChange({ pressureOrPurpose })}
      />
      <TextLine
        label={t("honest")}
        placeholder={t("honestHint")}
        value={reflection.honestNote}
        onChange={(honestNote) => onChange({ honestNote })}
      />
    </>
  );
}

interface DriveProps {
  chosen: Reflection["pressureOrPurpose"];
  onChange: (chosen: Reflection["pressureOrPurpose"]) => void;
}

/** One of four; the one that is chosen is let go of by another tap. */
function Drive({ chosen, onChange }: DriveProps) {
  const t = useTranslations("dayFlow.reflection");
  const name = useId();
  return (
    <fieldset>
      <legend className="pb-2 text-soft">{t("drive")}</legend>
      <div className="flex flex-wrap gap-2">
        {PRESSURE_OR_PURPOSE.map((each) => (
          <label
            key={each}
            className="relative inline-flex min-h-11 cursor-pointer items-center rounded-full border border-edge px-4 transition-colors hover:border-accent has-checked:border-accent has-checked:bg-accent has-checked:font-medium has-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              checked={each === chosen}
              onChange={() => onChange(each)}
              onClick={() => each === chosen && onChange(null)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {t(each)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
