import type { Receipt } from "@timos/api/contract";
import { isDay } from "@/lib/day.ts";

/**
 * The page that shows a receipt. It is in the fragment, which no server sees: nobody is signed in any more who could ask
 * for it, and whoever keeps the address keeps the receipt.
 */
export function receiptAddress({ id, requestedAt, unreadableAfter }: Receipt): string {
  return `/erased#${[id, requestedAt, unreadableAfter].join("/")}`;
}

/** The receipt in a fragment; null when there is none, or not a whole one. */
export function receiptIn(fragment: string): Receipt | null {
  const [id = "", requestedAt = "", unreadableAfter = ""] = fragment.replace(/^#/, "").split("/");
  const isWhole =
    /^[\da-f-]{36}$/.test(id) && !Number.isNaN(Date.parse(requestedAt)) && isDay(unreadableAfter);
  return isWhole ? { id, requestedAt, unreadableAfter } : null;
}
