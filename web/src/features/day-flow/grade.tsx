"use client";

import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import type { Recap } from "./views.ts";

export type Graded = Pick<Recap, "overall" | "grade" | "label">;

/** What the scores of a day come to: a letter, as one wrote it below a piece of work, and the mean beside it. */
export function Grade({ graded }: { graded: Graded }) {
  const t = useTranslations("dayFlow.recap");
  const { dateLocale } = useUser();
  const { overall, grade, label } = graded;
  if (overall === null || grade === null || label === null) return null;
  return (
    <p className="flex items-baseline gap-3 sm:gap-0">
      <span className="font-serif text-heading leading-none font-medium text-accent">
        <span className="sr-only">{t("grade", { grade })}</span>
        {/* Where there is a margin, it stands in that. */}
        <span aria-hidden className="sm:hidden">
          {grade}
        </span>
      </span>
      <span className="text-soft tabular-nums">
        {t("overall", { overall: overall.toLocaleString(dateLocale), label: t(`labels.${label}`) })}
      </span>
    </p>
  );
}
