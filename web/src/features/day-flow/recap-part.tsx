"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Skeleton } from "@/components/skeleton.tsx";
import { useTimos } from "@/lib/client.tsx";
import { later } from "@/lib/later.tsx";
import { type RecapForm as Fields, said } from "./forms.ts";
import { Grade } from "./grade.tsx";
import { recapForm, storedRecap } from "./kept-forms.ts";
import { bothRecaps } from "./merge.ts";
import { invitingLook, Part } from "./part.tsx";
import { useKeptPart } from "./use-kept-part.tsx";
import { usePillars } from "./use-library.ts";
import type { DayView } from "./views.ts";

const RecapForm = later(() => import("./recap-form.tsx"), <Opening />);

function Opening() {
  const t = useTranslations("dayFlow.recap");
  return <Skeleton label={t("opening")} lines={["h-11 w-full", "h-11 w-full", "h-11 w-full"]} />;
}

interface Props {
  view: DayView;
  isOpen: boolean;
  onToggle: () => void;
}

/** What a day comes to: a score for each pillar, what went wrong, what is done about it. */
export function RecapPart({ view, isOpen, onToggle }: Props) {
  const t = useTranslations("dayFlow.recap");
  const parts = useTranslations("dayFlow.parts");
  const pillars = usePillars(isOpen);
  const nameOf = (id: string | null) =>
    pillars.data?.items.find((pillar) => pillar.id === id)?.name ?? "";
  const linesOf = (items: Fields["slips"]) =>
    said(items)
      .map(({ text, pillarId }) => [text, nameOf(pillarId)].filter(Boolean).join(" · "))
      .join("\n");

  const { fields, rev, edit, flush, status } = useKeptPart({
    form: recapForm,
    day: view.day,
    found: storedRecap(view.recap),
    both: bothRecaps,
    answersOf: (recap: Fields) => [
      {
        question: t("scores"),
        answer: recap.scores
          .map(({ pillarId, score }) => `${nameOf(pillarId)} ${score}`)
          .sort()
          .join("\n"),
      },
      { question: t("slips"), answer: linesOf(recap.slips) },
      { question: t("outs"), answer: linesOf(recap.outs) },
      { question: t("corrections"), answer: linesOf(recap.corrections) },
      { question: t("summary"), answer: recap.summary },
    ],
  });
  const graded = useGraded(view, rev);

  return (
    <Part
      title={parts("recap")}
      glance={
        <span className="font-serif text-heading leading-none font-medium text-accent">
          {graded?.grade}
        </span>
      }
      status={status}
      onLeave={flush}
      fold={{ isOpen, onToggle, line: <Line fields={fields} graded={graded} /> }}
    >
      <RecapForm view={view} fields={fields} graded={graded} pillars={pillars} onChange={edit} />
    </Part>
  );
}

/** What the scores come to, as the API works it out, as of the revision that was last saved. */
function useGraded(view: DayView, rev: number | null) {
  const { api } = useTimos();
  const { day, recap } = view;
  const isNewer = rev !== null && rev > (recap?.rev ?? 0);
  const [first] = useState(recap);
  const newer = useQuery({
    queryKey: ["journal", "recap of the day", day, rev],
    queryFn: ({ signal }) => api.dailyRecaps.getByDay({ params: { day }, signal }),
    enabled: isNewer,
    // What was last known stands until the next is.
    placeholderData: (before) => before ?? first ?? undefined,
  });
  return isNewer ? newer.data : (recap ?? undefined);
}

/** What was said, as it can be read again. */
function Line({ fields, graded }: { fields: Fields; graded: ReturnType<typeof useGraded> }) {
  const t = useTranslations("dayFlow.recap");
  const { slips, outs, corrections, summary, scores } = fields;
  const counts = [
    said(slips).length > 0 && t("slipCount", { count: said(slips).length }),
    said(outs).length > 0 && t("outCount", { count: said(outs).length }),
    said(corrections).length > 0 && t("correctionCount", { count: said(corrections).length }),
  ].filter(Boolean);
  if (counts.length === 0 && summary === "" && scores.length === 0) {
    return <p className={invitingLook}>{t("invitation")}</p>;
  }
  return (
    <div className="grid gap-1.5">
      {graded && <Grade graded={graded} />}
      {summary && <p className="line-clamp-4 font-serif text-lg whitespace-pre-line">{summary}</p>}
      {counts.length > 0 && <p className="text-soft">{counts.join(" · ")}</p>}
    </div>
  );
}
