const UNITS = [
  ["minute", 60],
  ["hour", 3600],
] as const;

const SECONDS_PER_DAY = 86_400;

/** How long ago an instant was, in words, such as `12 minutes ago`; null where a date says more: from a day on. */
export function ago(thenMs: number, nowMs: number, locale: string): string | null {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  if (seconds >= SECONDS_PER_DAY) return null;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, size] = UNITS.findLast(([, from]) => seconds >= from) ?? ["second", 1];
  // Seconds are not counted: it was just now.
  return unit === "second"
    ? words.format(0, unit)
    : words.format(-Math.floor(seconds / size), unit);
}
