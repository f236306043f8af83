"use client";

import { Fragment, type ReactNode, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Notice } from "@/components/notice.tsx";
import { useUser } from "@/features/account/use-user.ts";
import type { BeginEntry } from "@/features/entries/day-entries.tsx";
import { useOpenEntries } from "@/features/entries/open-entries-provider.tsx";
import type { Clock } from "@/lib/day.ts";
import { EntriesPart } from "./entries-part.tsx";
import { type FoldedPart, momentOf, openAtFirst, type PartName, partsOf } from "./flow.ts";
import { HabitsPart } from "./habits-part.tsx";
import { MoodPart } from "./mood-part.tsx";
import { PillarsPart } from "./pillars-part.tsx";
import { PulsePart } from "./pulse-part.tsx";
import { QuickEntry } from "./quick-entry.tsx";
import { RecapPart } from "./recap-part.tsx";
import { ReflectionPart } from "./reflection-part.tsx";
import type { DayView } from "./views.ts";

interface Props {
  view: DayView;
  /** The day it is for the person, and what their clock shows. */
  today: string;
  clock: Clock;
}

/**
 * A whole day on one page. In which order its parts stand and which of them are open is settled when it is opened, so
 * that nothing moves under anybody's hands.
 */
export function DayFlow({ view, today, clock }: Props) {
  const t = useTranslations("dayFlow");
  const { dayStartHour } = useUser();
  const isToday = view.day === today;
  const [{ moment, parts }] = useState(() => {
    const first = momentOf(view.day, today, clock.hour, dayStartHour);
    return { moment: first, parts: partsOf(view, first) };
  });
  const [open, setOpen] = useState(() => openAtFirst(view, moment));
  const entries = useRef<BeginEntry>(null);
  const entriesPlace = useRef<HTMLDivElement>(null);

  const foldOf = (part: FoldedPart) => ({
    isOpen: open.has(part),
    onToggle: () => {
      const next = new Set(open);
      if (!next.delete(part)) next.add(part);
      setOpen(next);
    },
  });
  const shown: Record<PartName, () => ReactNode> = {
    pulse: () => <PulsePart view={view} {...foldOf("pulse")} />,
    mood: () => <MoodPart view={view} isToday={isToday} />,
    habits: () => <HabitsPart view={view} isToday={isToday} {...foldOf("habits")} />,
    entries: () => (
      <div ref={entriesPlace}>
        <EntriesPart ref={entries} view={view} isToday={isToday} />
      </div>
    ),
    pillars: () => <PillarsPart />,
    reflection: () => <ReflectionPart view={view} {...foldOf("reflection")} />,
    recap: () => <RecapPart view={view} {...foldOf("recap")} />,
  };

  return (
    <>
      <Unreadable view={view} />
      {parts.map((part) => (
        <Fragment key={part}>{shown[part]()}</Fragment>
      ))}
      {moment === "future" && <p className="py-4 text-soft sm:ps-[7.375rem]">{t("future")}</p>}
      <QuickEntry entries={entriesPlace} onBegin={() => entries.current?.begin()} />
    </>
  );
}

/** Says what of a day besides its entries is missing here, since it does not open. */
function Unreadable({ view }: { view: DayView }) {
  const t = useTranslations("dayFlow");
  const ofEntries = useOpenEntries().unreadableOf(view.day);
  const count = (view.unreadable ?? 0) - ofEntries;
  if (count <= 0) return null;
  return (
    <div className="py-4 sm:ps-[7.375rem]">
      <Notice tone="danger">
        <p>{t("unreadable", { count })}</p>
      </Notice>
    </div>
  );
}
