"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { later } from "@/lib/later.tsx";
import { Part } from "./part.tsx";
import { usePillars } from "./use-library.ts";

const BeginPillars = later(async () => ({ default: (await import("./begin.tsx")).BeginPillars }));

/** What days are scored by: some to begin with, for whoever has none. Later, they have a page of their own. */
export function PillarsPart() {
  const t = useTranslations("dayFlow.parts");
  const pillars = usePillars();
  const [hadNone, setHadNone] = useState(false);
  if (pillars.data?.items.length === 0 && !hadNone) setHadNone(true);
  if (!hadNone) return null;
  return (
    <Part title={t("pillars")}>
      <BeginPillars />
    </Part>
  );
}
