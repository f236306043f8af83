"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { linkLook } from "@/components/rich-text.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { Correlations, Corrections } from "@/features/insights/patterns.tsx";
import type { Named } from "@/features/insights/use-insights.ts";
import { useDayNames } from "@/features/library/use-today.ts";
import type { WeekView } from "./week-form.ts";

/** What went wrong in a week by its days, and what shows when the weeks before are put beside it. */
export function WeekFindings({ view, named }: { view: WeekView; named: Named }) {
  const t = useTranslations("library.week");
  const { dateLocale } = useUser();
  const { short, whole } = useDayNames();
  const { slips, patterns } = view;
  const correlations = patterns.filter((pattern) => pattern.type === "correlation");
  const corrections = patterns.filter((pattern) => pattern.type === "correction");
  return (
    <>
      <Section title={t("slips")} hint={t("slipsHint")}>
        {slips.length === 0 ? (
          <p className="text-soft">{t("slipsNone")}</p>
        ) : (
          <ul className="divide-y divide-line border-y border-line">
            {slips.map(({ day, text, pillarId }, index) => (
              <li key={index} className="grid gap-x-4 py-2.5 sm:grid-cols-[minmax(0,1fr)_auto]">
                <span className="[overflow-wrap:anywhere]">{text}</span>
                <span className="flex flex-wrap gap-x-2 text-sm text-soft">
                  {named.pillars.get(pillarId ?? "")?.name}
                  <Link href={`/day/${day}`} aria-label={whole(day)} className={linkLook}>
                    {short(day)}
                  </Link>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("patterns")} hint={t("patternsHint")}>
        {patterns.length === 0 && <p className="text-soft">{t("patternsNone")}</p>}
        {correlations.length > 0 && (
          <Correlations of={correlations} named={named} locale={dateLocale} />
        )}
        {corrections.length > 0 && (
          <Corrections of={corrections} named={named} locale={dateLocale} />
        )}
      </Section>
    </>
  );
}
