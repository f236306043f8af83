import { useUser } from "./use-user.ts";

/** Writes instants as the person reads them: in their zone and language. */
export function useInstant() {
  const { dateLocale, timeZone } = useUser();
  const day = new Intl.DateTimeFormat(dateLocale, { timeZone, dateStyle: "medium" });
  const time = new Intl.DateTimeFormat(dateLocale, {
    timeZone,
    dateStyle: "medium",
    timeStyle: "short",
  });
  return {
    onDay: (instant: string) => day.format(new Date(instant)),
    at: (instant: string) => time.format(new Date(instant)),
  };
}
