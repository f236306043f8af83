/** States of what is loaded, and what may be done to it. */
export const lists = {
  loading: "Loading",
  offlineTitle: "You are offline",
  failedTitle: "This did not load",
  stale: "This may be out of date: TimOS could not be reached just now.",
  forbiddenTitle: "This page is not for you",
  forbidden: "It belongs to whoever runs this. Nothing is wrong with your account.",
  more: "Show more",
  moreBusy: "Loading…",
} as const;
