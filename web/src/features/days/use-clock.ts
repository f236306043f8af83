import { useSyncExternalStore } from "react";
import { useUser } from "@/features/account/use-user.ts";
import { type Clock, clockIn } from "@/lib/day.ts";

const MS_PER_MINUTE = 60_000;

const minuteNow = () => Math.floor(Date.now() / MS_PER_MINUTE);

function eachMinute(listener: () => void) {
  const timer = setInterval(listener, MS_PER_MINUTE / 4);
  document.addEventListener("visibilitychange", listener);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", listener);
  };
}

/** Calendar and clock where the person lives, or in another zone, to the minute. */
export function useClock(zone?: string): Clock {
  const { timeZone } = useUser();
  const minute = useSyncExternalStore(eachMinute, minuteNow, minuteNow);
  return clockIn(zone ?? timeZone, new Date(minute * MS_PER_MINUTE));
}
