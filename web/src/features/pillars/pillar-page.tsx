"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { DataTable } from "@/components/charts/data-table.tsx";
import { Figure } from "@/components/charts/figure.tsx";
import { rounded } from "@/components/charts/numbers.ts";
import { Trend } from "@/components/charts/trend.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { keysOf, pointsOf } from "@/features/insights/series.ts";
import { BackLink } from "@/features/library/back-link.tsx";
import { Empty } from "@/features/library/empty.tsx";
import { RecordHeading } from "@/features/library/record-heading.tsx";
import { Unreadable } from "@/features/library/unreadable.tsx";
import { useDayNames, useToday } from "@/features/library/use-today.ts";
import { useTimos } from "@/lib/client.tsx";
import { addDays } from "@/lib/day.ts";
import type { Pillar } from "./pillar-kind.ts";
import { type PillarDays, usePillarDays } from "./use-pillar-days.ts";

const SHOWN_DAYS = 90;
const TICKS = [2, 4, 6, 8, 10];

export function PillarPage({ id }: { id: string }) {
  const t = useTranslations("library.pillar");
  const { api } = useTimos();
  const today = useToday();
  const from = addDays(today, 1 - SHOWN_DAYS);
  const pillar = useQuery({
    queryKey: ["journal", "library", "pillars", id],
    queryFn: ({ signal }) => api.pillars.get({ params: { id }, signal }),
  });
  const days = usePillarDays(id, from, today);
  return (
    <>
      <BackLink href="/pillars">{t("back")}</BackLink>
      <Loaded query={pillar}>
        {(found) => (
          <div className="grid gap-8">
            <RecordHeading of={found}>{t("targetOf", { target: found.target })}</RecordHeading>
            {found.description !== "" && (
              <p className="max-w-reading font-serif text-prose whitespace-pre-wrap">
                {found.description}
              </p>
            )}
            {found.archived && (
              <Notice>
                <p>{t("archived")}</p>
              </Notice>
            )}
            <Loaded query={days}>
              {(scores) => <Scores pillar={found} scores={scores} from={from} to={today} />}
            </Loaded>
          </div>
        )}
      </Loaded>
    </>
  );
}

interface Props {
  pillar: Pillar;
  scores: PillarDays;
  from: string;
  to: string;
}

function Scores({ pillar, scores, from, to }: Props) {
  const t = useTranslations("library.pillar");
  const words = useTranslations("common");
  const { dateLocale } = useUser();
  const { short, whole } = useDayNames();
  const { items, unreadable } = scores;
  if (items.length === 0) {
    return (
      <>
        <Unreadable count={unreadable} />
        <Empty title={t("noScores")} hint={t("noScoresHint")}>
          <Link href="/today" className={`${buttonLook("secondary")} justify-self-start`}>
            {words("goToToday")}
          </Link>
        </Empty>
      </>
    );
  }
  const average = items.reduce((sum, { score }) => sum + score, 0) / items.length;
  const values = new Map(items.map(({ day, score }) => [day, score]));
  return (
    <>
      <Unreadable count={unreadable} />
      <Figure
        level={2}
        heading={t("average", { average: rounded(average, dateLocale), days: items.length })}
        note={t("chartNote")}
        table={
          <DataTable
            caption={t("scores")}
            columns={[t("day"), t("score")]}
            rows={items.map(({ day, score }) => ({ key: day, head: short(day), cells: [score] }))}
          />
        }
      >
        <Trend
          label={t("label", { name: pillar.name })}
          points={pointsOf(keysOf("day", from, to), values, "day", dateLocale, String)}
          domain={[1, 10]}
          ticks={TICKS}
          target={pillar.target}
          write={(value) => rounded(value, dateLocale)}
        />
      </Figure>
      <Section title={t("scores")}>
        <ul className="divide-y divide-line border-y border-line">
          {items.map(({ day, score, note }) => (
            <li key={day} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-2.5">
              <Link href={`/day/${day}`} aria-label={whole(day)} className={`${linkLook} py-1`}>
                {short(day)}
              </Link>
              <span className="py-1 tabular-nums">{t("ofTen", { score })}</span>
              {note !== "" && (
                <p className="col-span-2 pb-1 text-soft [overflow-wrap:anywhere]">{note}</p>
              )}
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
