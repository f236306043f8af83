import { useTranslations } from "use-intl";
import { useDayNames } from "@/features/library/use-today.ts";
import type { useTimos } from "@/lib/client.tsx";
import { isWeek, numberOfWeek } from "@/lib/week.ts";

export type Trashed = Awaited<
  ReturnType<ReturnType<typeof useTimos>["api"]["trash"]["list"]>
>["items"][number];

const LONGEST = 80;

/** The first words of the first of these that says something. */
export function firstWords(texts: readonly unknown[]): string {
  const said = texts.find((text) => typeof text === "string" && text.trim() !== "");
  if (typeof said !== "string") return "";
  const line = said.trim().replaceAll(/\s+/g, " ");
  if (line.length <= LONGEST) return line;
  // Between words where there is a space, and never within a letter.
  const cut = Array.from(line).slice(0, LONGEST).join("");
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), LONGEST / 2)).trimEnd()}…`;
}

/** Says what a record in the trash was: what kind of thing, and which one. */
export function useTrashedName() {
  const t = useTranslations("library.trash");
  const reminders = useTranslations("library.reminder.kinds");
  const weeks = useTranslations("library.week");
  const { date } = useDayNames();

  function nameOf({ kind, record }: Trashed): string {
    const { name, title, note, summary, honestNote, gaveEnergy, strongestEmotion, week } = record;
    const said = firstWords([name, title, note, summary, honestNote, gaveEnergy, strongestEmotion]);
    if (said !== "") return said;
    if (kind === "reminders") return reminderName(record);
    if (typeof week === "string" && isWeek(week)) {
      return `${weeks("number", { number: numberOfWeek(week) })}, ${week.slice(0, 4)}`;
    }
    return typeof record["day"] === "string" ? date(record["day"]) : t("untitled");
  }

  function reminderName({ kind, time }: Trashed["record"]): string {
    const known = REMINDERS.find((each) => each === kind);
    return [time, known && reminders(known)].filter((part) => typeof part === "string").join(" · ");
  }

  function kindOf({ kind, record }: Trashed): string {
    const part = record["kind"];
    if (kind === "feels" && (part === "morning" || part === "evening")) return t(part);
    return t(`kinds.${kind}`);
  }

  /** The day that it is of, where it is of one and its name does not say so. */
  function dayOf(trashed: Trashed): string {
    const { day } = trashed.record;
    if (typeof day !== "string" || nameOf(trashed) === date(day)) return "";
    return t("ofDay", { day: date(day) });
  }

  return { nameOf, kindOf, dayOf };
}

const REMINDERS = ["morning", "evening", "entry", "daily-recap", "weekly-recap", "habits"] as const;
