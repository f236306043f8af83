import { ERRORS, type ErrorCode } from "@timos/api/contract";

type Titles = { readonly [C in ErrorCode]: (typeof ERRORS)[C]["title"] };

/** Why something did not work. The API's own words, by its codes, beside those for what never reached it. */
export const failures = {
  codes: Object.fromEntries(
    Object.entries(ERRORS).map(([code, { title }]) => [code, title]),
  ) as Titles,
  unreachable: "TimOS cannot be reached. Check your connection and try again.",
  unknown: "Something went wrong here. Try again.",
  report: "If it goes on, report it with the number {requestId}.",
  seconds: "Try again in {seconds, number} seconds.",
  minutes: "Try again in {minutes, number} minutes.",
  field: "Look at this again.",
} as const;
