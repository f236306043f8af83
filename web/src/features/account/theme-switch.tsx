"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { applyTheme, parseTheme, type Theme } from "@/lib/theme.ts";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function ThemeSwitch() {
  const t = useTranslations("journal.theme");
  const [current, setCurrent] = useState(() =>
    parseTheme(document.documentElement.dataset["theme"]),
  );
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-sm text-faint">{t("label")}</legend>
      <div className="grid grid-cols-3 gap-0.5 rounded-md bg-desk p-0.5">
        {THEMES.map((theme) => (
          <label
            key={theme}
            className="rounded-sm px-2 py-1 text-center text-sm text-soft has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-raised has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="theme"
              className="sr-only"
              checked={current === theme}
              onChange={() => {
                setCurrent(theme);
                applyTheme(theme);
              }}
            />
            {t(theme)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
