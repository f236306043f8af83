const PAGES =
  /^\/(today|day\/\d{4}-\d{2}-\d{2}|calendar(\?month=\d{4}-\d{2})?|settings(\/[a-z]+)?|tenant(\/[a-z]+)?|admin(\/[a-z]+)?|invite)$/;

/** Where signing in leads: the page that was asked for, if it is one of ours. */
export const leadsTo = (asked: string | undefined): string =>
  asked !== undefined && PAGES.test(asked) ? asked : "/today";
