"use client";

import { Check, Ellipsis, Flame, Minus } from "lucide-react";
import { type PointerEvent, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { useStreaks } from "@/features/habits/use-streaks.ts";
import { later } from "@/lib/later.tsx";
import { Amount } from "./amount.tsx";
import { doneBy, isMet, shareOf } from "./goals.ts";
import { type Said, useCheck } from "./use-check.ts";
import type { Check as HabitCheck, HabitOfDay } from "./views.ts";

const HabitDetails = later(() => import("./habit-details.tsx"));

const LONG_PRESS_MS = 500;

interface Props {
  day: string;
  of: HabitOfDay;
  isToday: boolean;
}

/** A habit on a day: a tap says that it is done, or takes that back; a long press, or its menu, says more. */
export function HabitRow({ day, of, isToday }: Props) {
  const t = useTranslations("dayFlow.habits");
  const id = useId();
  const { habit, check } = of;
  const { name, icon, goal } = habit;
  const say = useCheck(day, of);
  const [isOpen, setIsOpen] = useState(false);
  const toast = useToast();
  const press = useLongPress(() => setIsOpen(true));
  const met = isMet(goal, check);
  const isSkipped = check?.state === "skipped";

  const toggle = async () => {
    const isSaid = await say(met ? null : { ...doneBy(goal), note: check?.note ?? "" });
    if (!isSaid || !met || !check?.note) return;
    // What was written goes with it: that is not to happen by a slip of the finger.
    toast({
      text: t("takenBack", { name }),
      action: { label: t("undo"), run: () => void say(saidIn(check)) },
    });
  };
  const setValue = (value: number) => {
    const isNothing = value === 0 && goal.type === "at_least" && !check?.note;
    void say(isNothing ? null : { state: "done", value, note: check?.note ?? "" });
  };

  return (
    <li className="@container grid">
      <div className="flex flex-wrap items-center gap-x-2">
        <button
          type="button"
          aria-pressed={met}
          aria-describedby={isSkipped ? `${id}-skipped` : undefined}
          onClick={() => press.wasLong() || void toggle()}
          onContextMenu={(event) => {
            event.preventDefault();
            setIsOpen(true);
          }}
          {...press.handlers}
          className="-ms-1.5 flex min-h-12 min-w-0 flex-1 touch-manipulation items-center gap-3 rounded-md px-1.5 text-start transition-colors select-none hover:bg-wash"
        >
          <Sign isMet={met} isSkipped={isSkipped} share={shareOf(goal, check)} />
          {icon && (
            <span aria-hidden className="text-lg">
              {icon}
            </span>
          )}
          <span className={`min-w-0 ${met || isSkipped ? "text-soft" : ""}`}>
            {name}
            {isSkipped && (
              <span id={`${id}-skipped`} className="ms-2 text-sm text-faint">
                {t("skipped")}
              </span>
            )}
          </span>
        </button>
        {goal.type !== "yes_no" && (
          <Amount
            name={name}
            goal={goal}
            value={check?.state === "done" ? check.value : null}
            onChange={setValue}
          />
        )}
        {isToday && <Streak habitId={habit.id} />}
        <button
          type="button"
          aria-label={t("more", { name })}
          aria-expanded={isOpen}
          aria-controls={isOpen ? `${id}-details` : undefined}
          onClick={() => setIsOpen(!isOpen)}
          className="-me-3 inline-flex size-11 shrink-0 items-center justify-center rounded-md text-faint transition-colors hover:bg-wash hover:text-ink"
        >
          <Ellipsis aria-hidden className="size-5" />
        </button>
      </div>
      {check?.note && !isOpen && (
        <p className="pb-2 ps-9 font-serif text-soft italic">{check.note}</p>
      )}
      {isOpen && (
        <div id={`${id}-details`} className="pt-1 pb-4 ps-9">
          <HabitDetails
            name={name}
            note={check?.note ?? ""}
            state={check?.state ?? null}
            onSay={(state, note) =>
              say({ ...doneBy(goal), ...(check && saidIn(check)), state, note })
            }
            onTakeBack={() => say(null)}
            onClose={() => setIsOpen(false)}
          />
        </div>
      )}
    </li>
  );
}

const saidIn = ({ state, value, note }: HabitCheck): Said => ({ state, value, note });

/** The press of a finger that stays. The click that ends it means nothing more. */
function useLongPress(onLong: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isLong = useRef(false);
  const end = () => clearTimeout(timer.current);
  return {
    wasLong: () => isLong.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        isLong.current = false;
        if (event.pointerType === "mouse") return;
        timer.current = setTimeout(() => {
          isLong.current = true;
          onLong();
        }, LONG_PRESS_MS);
      },
      onPointerUp: end,
      onPointerLeave: end,
      onPointerCancel: end,
    },
  };
}

const CIRCUMFERENCE = 2 * Math.PI * 10;

/** A ring that fills, and is whole when the habit is done. */
function Sign({
  isMet: met,
  isSkipped,
  share,
}: {
  isMet: boolean;
  isSkipped: boolean;
  share: number | null;
}) {
  const look = met ? "bg-accent text-on-accent" : "text-faint";
  return (
    <span
      aria-hidden
      className={`relative inline-flex size-6 shrink-0 items-center justify-center rounded-full transition-colors ${look}`}
    >
      {!met && (
        <svg
          viewBox="0 0 24 24"
          className="absolute inset-0 -rotate-90"
          fill="none"
          strokeWidth="2"
        >
          <circle cx="12" cy="12" r="10" className="stroke-edge" />
          {share !== null && (
            <circle
              cx="12"
              cy="12"
              r="10"
              className="stroke-accent"
              strokeWidth="3"
              strokeDasharray={`${share * CIRCUMFERENCE} ${CIRCUMFERENCE}`}
            />
          )}
        </svg>
      )}
      {met && <Check className="size-4" strokeWidth={3} />}
      {isSkipped && <Minus className="size-3.5" strokeWidth={3} />}
    </span>
  );
}

function Streak({ habitId }: { habitId: string }) {
  const t = useTranslations("dayFlow.habits");
  const streak = useStreaks().data?.get(habitId);
  // Its place is kept, so that what stands before it is in line.
  if (streak === undefined || streak.current === 0) return <span className="w-11" />;
  const words = t(streak.unit, { count: streak.current });
  return (
    <span
      title={words}
      className="inline-flex min-w-11 items-center justify-end gap-1 text-sm text-soft tabular-nums"
    >
      <Flame aria-hidden className="size-4 text-faint" />
      <span aria-hidden>{streak.current}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
