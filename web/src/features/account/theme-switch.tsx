"use client";

import { useState } from "react";
import { applyTheme, parseTheme, type Theme } from "@/lib/theme.ts";

const THEMES: readonly { theme: Theme; label: string }[] = [
  { theme: "system", label: "System" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
];

export function ThemeSwitch() {
  const [current, setCurrent] = useState(() =>
    parseTheme(document.documentElement.dataset["theme"]),
  );
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-sm text-faint">Appearance</legend>
      <div className="grid grid-cols-3 gap-0.5 rounded-md bg-desk p-0.5">
        {THEMES.map(({ theme, label }) => (
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
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
