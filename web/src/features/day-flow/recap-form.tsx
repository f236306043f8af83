"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Skeleton } from "@/components/skeleton.tsx";
import { BeginPillars } from "./begin.tsx";
import { type Correction, type Item, type RecapForm as Fields, withScore } from "./forms.ts";
import { Grade, type Graded } from "./grade.tsx";
import { PartFailed } from "./part-failed.tsx";
import { RecapItems } from "./recap-items.tsx";
import { TenSteps } from "./ten-steps.tsx";
import { TextLine } from "./text-line.tsx";
import { useKeepScore } from "./use-keep-score.ts";
import type { DayView, Pillar } from "./views.ts";

interface Props {
  view: DayView;
  fields: Fields;
  graded: Graded | undefined;
  pillars: UseQueryResult<{ readonly items: readonly Pillar[] }>;
  onChange: (change: Partial<Fields>) => void;
}

export default function RecapForm({ view, fields, graded, pillars, onChange }: Props) {
  const t = useTranslations("dayFlow.recap");
  const { scores, slips, outs, corrections, summary } = fields;
  const keepScore = useKeepScore(view);
  const scoreOf = (id: string) =>
    (
      scores.find(({ pillarId }) => pillarId === id) ??
      view.scores.find(({ pillarId }) => pillarId === id)
    )?.score;
  const all = pillars.data?.items ?? [];
  // One that was put away since keeps what was given to it.
  const shown = all.filter(({ id, archived }) => !archived || scoreOf(id) !== undefined);
  const [hadNone, setHadNone] = useState(false);
  const hasNone = pillars.isSuccess && shown.length === 0;
  if (hasNone && !hadNone) setHadNone(true);

  return (
    <>
      {pillars.isPending && (
        <Skeleton label={t("opening")} lines={["h-11 w-full", "h-11 w-full"]} />
      )}
      {pillars.isError && pillars.data === undefined && (
        <PartFailed error={pillars.error} onRetry={() => void pillars.refetch()} />
      )}
      {shown.map((pillar) => (
        <TenSteps
          key={pillar.id}
          label={t("scoreOf", { name: pillar.name })}
          heading={<PillarHeading pillar={pillar} />}
          value={scoreOf(pillar.id) ?? null}
          onChange={(score) => {
            onChange({ scores: withScore(scores, pillar.id, score) });
            keepScore(pillar.id, score);
          }}
        />
      ))}
      {hadNone && <BeginPillars />}
      {graded && <Grade graded={graded} />}
      <RecapItems
        title={t("slips")}
        hint={t("slipsHint")}
        add={t("addSlip")}
        items={slips}
        pillars={shown}
        onChange={(next: readonly Item[]) => onChange({ slips: next })}
      />
      <RecapItems
        title={t("outs")}
        hint={t("outsHint")}
        add={t("addOut")}
        items={outs}
        pillars={shown}
        onChange={(next: readonly Item[]) => onChange({ outs: next })}
      />
      <RecapItems<Correction>
        title={t("corrections")}
        hint={t("correctionsHint")}
        add={t("addCorrection")}
        items={corrections}
        pillars={shown}
        begun={NOT_DONE}
        onChange={(next) => onChange({ corrections: next })}
      />
      <TextLine
        label={t("summary")}
        placeholder={t("summaryHint")}
        value={summary}
        onChange={(text) => onChange({ summary: text })}
      />
    </>
  );
}

const NOT_DONE = { done: false };

function PillarHeading({ pillar }: { pillar: Pillar }) {
  const t = useTranslations("dayFlow.recap");
  return (
    <span className="flex max-w-[32rem] items-baseline gap-2" aria-hidden>
      <span className="size-2.5 rounded-full" style={{ background: pillar.color }} />
      {pillar.name}
      <span className="ms-auto text-sm text-faint">
        {t("aim", { target: String(pillar.target) })}
      </span>
    </span>
  );
}
