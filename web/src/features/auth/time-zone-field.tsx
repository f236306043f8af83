"use client";

import { useId, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";

const nothing = () => () => undefined;
const detected = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone the person's days follow: the browser's, unless they know better. */
interface Props {
  fault: string | undefined;
  /** The zone so far, if one was chosen. */
  chosen?: string;
}

export function TimeZoneField({ fault, chosen }: Props) {
  const t = useTranslations("fields");
  const id = useId();
  const found = useSyncExternalStore<string | null>(nothing, detected, () => null);
  const zone = found && (chosen ?? found);
  const zones = zone === null ? [] : Intl.supportedValuesOf("timeZone");
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {t("zone")}
      </label>
      <select
        id={id}
        name="timeZone"
        key={zone}
        defaultValue={zone ?? ""}
        aria-describedby={`${id}-hint`}
        aria-invalid={fault !== undefined}
        className="min-h-11 w-full rounded-md border border-edge bg-raised px-2.5 text-base"
      >
        {zone === null && <option value="">{t("zoneDetecting")}</option>}
        {zone !== null && !zones.includes(zone) && <option>{zone}</option>}
        {zones.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <p id={`${id}-hint`} className={`text-sm ${fault ? "text-danger" : "text-faint"}`}>
        {fault ?? t("zoneHint")}
      </p>
    </div>
  );
}
