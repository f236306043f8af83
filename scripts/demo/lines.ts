/** How a day feels. */
export type Tone = "low" | "even" | "good";

/** What the person of the sample journal says. */
export const LINES = {
  pillars: {
    family: "Leo, Ana, the small table. Present counts, not hours.",
    health: "Walk, water, sleep. Nothing heroic.",
    revenue: "New work that I would be glad to do.",
    clients: "The people who already trust me.",
  },
  template: "**What happened**\n\n\n**What it was like**\n\n\n**What I leave here**\n",
  shoes: "Put the walking shoes by the studio door, where the tram pass used to hang",
  emotions: {
    low: ["dread", "heavy", "irritation", "tired of being asked things", "a knot about December"],
    even: ["steady", "a little restless", "curious", "neither here nor there", "hurry"],
    good: ["light", "looking forward", "gratitude, for no reason", "quiet confidence", "play"],
  },
  avoiding: [
    "The call to the museum",
    "Opening the tax letter",
    "Telling Ana that Friday will be late",
    "The invoice I priced too low",
    "Asking Marta for the answer she owes me",
    "The dentist",
    "Nothing, for once",
    "The shelf in the hall",
  ],
  gave: [
    "Twenty minutes of drawing before anyone wrote",
    "Leo explaining how bees decide",
    "The walk, and the heron on the weir",
    "Marta laughing at the second draft",
    "Finishing one thing instead of starting three",
    "Lunch away from the desk",
    "Ana reading aloud in the kitchen",
  ],
  drained: [
    "Four calls in a row without a break",
    "Being nice in a mail for an hour",
    "The tram, standing",
    "Looking for the old contract",
    "Saying maybe when I meant no",
    "The printer",
    "Scrolling, after dinner, for nothing",
  ],
  honest: {
    low: [
      "I was short with Leo and it was not about him.",
      "I hid in small tasks all afternoon.",
      "I said it was fine. It was not fine.",
      "Tired is not a plan.",
    ],
    even: [
      "Enough. I keep having to learn that enough is a measure.",
      "Half of it was good and I mostly remember the other half.",
      "I would give the day back without looking at it again.",
      "Nothing broke. I could notice that more often.",
    ],
    good: [
      "This is what I meant when I left the agency.",
      "I was where I was, most of the day.",
      "Proud of the no I said at eleven.",
      "If more days were like this I would need fewer plans.",
    ],
  },
  summaries: {
    low: [
      "Got through it. The list is longer than in the morning.",
      "Bad sleep, then everything after bad sleep.",
      "Too much said yes to last week came due today.",
      "A grey one. Soup helped.",
    ],
    even: [
      "A working day: two drafts, one decision, dinner together.",
      "Slow start, decent end.",
      "The plan held until two and then it was improvising.",
      "Ordinary, in the way that is worth keeping.",
    ],
    good: [
      "The quote went out, the walk happened, and we played cards.",
      "A clear head all day. The cover is finished.",
      "Everybody was in a good mood and I was one of them.",
      "A day that held.",
    ],
  },
  slips: {
    health: [
      "Took the tram although it was dry",
      "No walk, no reason",
      "Sat from nine to six",
      "Said I would walk after one more mail",
    ],
    clients: [
      "Did not answer Marta before lunch",
      "Forgot to call the bakery back",
      "The follow-up to the museum is still a draft",
    ],
  },
  corrections: [
    "Answer clients before opening anything else",
    "Say when I will answer, if not today",
    "One list of who waits, on the wall",
  ],
  outs: [
    "No reading: Leo had a fever, and we sat with him",
    "The visit to the printer was moved, by them",
    "Left the evening free on purpose",
    "Storm warning, so no river",
  ],
  notes: {
    low: ["Not my week.", "Needs a decision, not another evening of thinking.", "Thin."],
    even: ["Holding.", "Better than it looked on Monday.", "Fine, and could be lighter."],
    good: ["This is how it should be.", "More of this.", "Easy, for once."],
  },
  wins: [
    "Offered January instead of saying yes to December",
    "Three walks, one of them in rain",
    "The bakery ordered again without a meeting",
    "Finished the cover",
    "Two evenings without the phone",
    "Paid the tax before it was due",
    "Leo's first library card",
    "Asked for the price I wanted",
  ],
  weeks: [
    "The days that began with drawing ended better. Guard the first hour.",
    "Too many calls on one day. Two at most next week.",
    "A quiet week. The kind that nobody tells stories about and that I would keep.",
    "I planned five days and lived four. Plan four.",
    "Most of what I was afraid of on Monday did not come.",
  ],
  moodNotes: [
    "after the school run",
    "on the tram",
    "before the call",
    "by the river",
    "kitchen, everybody talking",
    "too much coffee",
    "first sun in days",
  ],
} as const satisfies Record<string, unknown>;
