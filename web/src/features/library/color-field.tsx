"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";

/** Colours that are seen on the light page and on the dark one. */
const COLORS = {
  rose: "#e11d48",
  amber: "#d97706",
  green: "#16a34a",
  cyan: "#0891b2",
  blue: "#2563eb",
  violet: "#7c3aed",
  pink: "#db2777",
  brown: "#92400e",
  slate: "#64748b",
} as const;

const NAMES = Object.keys(COLORS) as (keyof typeof COLORS)[];

/** The colour of something that is new. */
export const FIRST_COLOR = COLORS.blue;

/** A choice among a few colours, and the one it has if that is another. Stands in the form as `color`. */
export function ColorField({ chosen }: { chosen: string }) {
  const t = useTranslations("library.fields");
  const [current, setCurrent] = useState(chosen);
  const isOfOwn = NAMES.every((name) => COLORS[name] !== chosen);
  const choices = [
    ...NAMES.map((name) => ({ name: t(`colors.${name}`), color: COLORS[name] })),
    ...(isOfOwn ? [{ name: t("colors.own"), color: chosen }] : []),
  ];
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{t("color")}</legend>
      <div className="-mx-1 flex flex-wrap">
        {choices.map(({ name, color }) => (
          <label
            key={color}
            title={name}
            className="inline-flex size-11 items-center justify-center rounded-md has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="color"
              value={color}
              className="sr-only"
              checked={current === color}
              onChange={() => setCurrent(color)}
            />
            <span className="sr-only">{name}</span>
            <span
              aria-hidden
              className={`size-7 rounded-full border-2 border-raised ${current === color ? "outline-2 outline-ink" : ""}`}
              style={{ background: color }}
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
