"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Part } from "./part.tsx";
import { usePillars } from "./use-library.ts";

const BeginPillars = dynamic(() => import("./begin.tsx").then(({ BeginPillars: part }) => part), {
  ssr: false,
});

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
