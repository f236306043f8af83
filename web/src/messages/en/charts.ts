/** What stands on charts and beside them, wherever they are. */
export const charts = {
  asTable: "Table",
  drawing: "Drawing the chart",
  nothing: "nothing noted",
  keys: "Left and right arrow keys read the values.",
  year: {
    month: "Month",
    day: "Day",
    howToRead: "Each square is a day. Point at one, or go from day to day with the arrow keys.",
  },
  habit: {
    label: "{name} in {year}",
    heading:
      "{year}: done on {done} of {due, plural, one {1 day on which it was due} other {# days on which it was due}}",
    headingPerWeek: "{year}: done on {done, plural, one {1 day} other {# days}}",
    headingNone: "{year}: nothing noted yet",
    kinds: {
      done: "done",
      short: "noted, short of the goal",
      skipped: "skipped",
      missed: "missed",
      open: "not due",
    },
    amount: "{kind}: {value} {unit}",
  },
  radar: {
    heading:
      "{met} of {scored, plural, one {1 pillar} other {# pillars}} at target or above this week",
    headingNone: "No pillar was scored this week",
    label: "The pillars of the week against their targets",
    pillar: "Pillar",
    average: "Average",
    target: "Target",
    days: "Days",
    change: "Against the week before",
  },
} as const;
