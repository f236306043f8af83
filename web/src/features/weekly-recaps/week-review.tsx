"use client";

import { useTranslations } from "use-intl";
import { Section } from "@/components/section.tsx";
import { said } from "@/features/day-flow/forms.ts";
import { RecapItems } from "@/features/day-flow/recap-items.tsx";
import { TextLine } from "@/features/day-flow/text-line.tsx";
import { useKeptPart } from "@/features/day-flow/use-kept-part.tsx";
import type { Named } from "@/features/insights/use-insights.ts";
import { bothWeeks, storedWeek, weekForm, type WeekText, type WeekView } from "./week-form.ts";

const NOT_DONE = { done: false };

/** What one writes about a week: it is saved by itself. */
export function WeekReview({ view, named }: { view: WeekView; named: Named }) {
  const t = useTranslations("library.week");
  const { week } = view;
  const nameOf = (id: string | null) => named.pillars.get(id ?? "")?.name ?? "";
  const linesOf = (items: WeekText["wins"]) =>
    said(items)
      .map(({ text, pillarId }) => [text, nameOf(pillarId)].filter(Boolean).join(" · "))
      .join("\n");
  const { fields, edit, flush, status } = useKeptPart({
    form: weekForm,
    day: week,
    found: storedWeek(view),
    both: bothWeeks,
    answersOf: ({ wins, corrections, note }: WeekText) => [
      { question: t("wins"), answer: linesOf(wins) },
      { question: t("corrections"), answer: linesOf(corrections) },
      { question: t("note"), answer: note },
    ],
  });
  const pillars = [...named.pillars.values()].filter(({ archived }) => !archived);
  return (
    <Section
      title={t("review")}
      hint={
        <span className="flex min-h-6 flex-wrap items-center justify-between gap-x-4">
          {t("reviewHint")}
          {status}
        </span>
      }
    >
      <div
        className="grid gap-8"
        onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || flush()}
      >
        <RecapItems
          title={t("wins")}
          hint={t("winsHint")}
          add={t("addWin")}
          items={fields.wins}
          pillars={[]}
          onChange={(wins) => edit({ wins })}
        />
        <RecapItems
          title={t("corrections")}
          hint={t("correctionsHint")}
          add={t("addCorrection")}
          items={fields.corrections}
          pillars={pillars}
          begun={NOT_DONE}
          onChange={(corrections) => edit({ corrections })}
        />
        <TextLine
          label={t("note")}
          placeholder={t("noteHint")}
          value={fields.note}
          onChange={(note) => edit({ note })}
        />
      </div>
    </Section>
  );
}
