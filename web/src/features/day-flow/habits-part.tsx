"use client";

import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { later } from "@/lib/later.tsx";
import { isMet } from "./goals.ts";
import { HabitRow } from "./habit-row.tsx";
import { invitingLook, Part } from "./part.tsx";
import type { DayView, HabitOfDay } from "./views.ts";

const BeginHabits = later(async () => ({ default: (await import("./begin.tsx")).BeginHabits }));

interface Props {
  view: DayView;
  /** Streaks are told as of today alone. */
  isToday: boolean;
  isOpen: boolean;
  onToggle: () => void;
}

/** The habits of a day, those that are due first; for whoever has none, some to begin with. */
export function HabitsPart({ view, isToday, isOpen, onToggle }: Props) {
  const t = useTranslations("dayFlow.habits");
  const parts = useTranslations("dayFlow.parts");
  const { day, habits } = view;
  // What is done though it was not due stands with what was.
  const due = habits.filter(({ isDue, check }) => isDue || check !== null);
  const rest = habits.filter((each) => !due.includes(each));
  const done = due.filter(({ habit, check }) => isMet(habit.goal, check)).length;
  // Who has begun with one goes on to the next: what there is to choose from stays until the page is opened again.
  const [isBeginning] = useState(habits.length === 0);

  const hasSome = habits.length > 0;

  return (
    <Part
      title={parts("habits")}
      glance={
        due.length > 0 && (
          <>
            {done}
            <span className="text-faint">/{due.length}</span>
          </>
        )
      }
      status={
        hasSome && (
          <Link href="/habits" prefetch={false} className="text-sm text-soft hover:text-ink">
            {t("all")}
          </Link>
        )
      }
      fold={
        isBeginning
          ? {
              isOpen,
              onToggle,
              line: <p className={invitingLook}>{isToday ? t("noneLine") : t("noneThen")}</p>,
            }
          : undefined
      }
    >
      {hasSome && (
        <div>
          <p role="status" className="sr-only">
            {t("done", { done: String(done), due: String(due.length) })}
          </p>
          <Habits label={parts("habits")} day={day} items={due} isToday={isToday} />
          {rest.length > 0 && <Rest day={day} items={rest} isToday={isToday} />}
        </div>
      )}
      {isBeginning && <BeginHabits />}
    </Part>
  );
}

interface ListProps {
  label: string;
  day: string;
  items: readonly HabitOfDay[];
  isToday: boolean;
}

function Habits({ label, day, items, isToday }: ListProps) {
  return (
    <ul aria-label={label} className="grid">
      {items.map((each) => (
        <HabitRow key={each.habit.id} day={day} of={each} isToday={isToday} />
      ))}
    </ul>
  );
}

/** Habits that are not due on the day, out of the way. */
function Rest({ day, items, isToday }: Omit<ListProps, "label">) {
  const t = useTranslations("dayFlow.habits");
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const label = t("rest", { count: items.length });
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setIsOpen(!isOpen)}
        className="inline-flex min-h-11 items-center gap-1.5 rounded-sm text-sm text-faint transition-colors hover:text-ink"
      >
        {label}
        <ChevronDown
          aria-hidden
          className={`size-4 transition-transform ${isOpen ? "rotate-180" : ""}`}
        />
      </button>
      {isOpen && (
        <div id={id} className="text-soft">
          <Habits label={label} day={day} items={items} isToday={isToday} />
        </div>
      )}
    </>
  );
}
