/** A page of the sample journal: how long before today, and what was written. */
export interface DemoEntry {
  readonly daysAgo?: number;
  /** On the same day of an earlier year. */
  readonly yearsAgo?: number;
  readonly time: string;
  readonly title: string;
  readonly body: string;
  readonly tags: readonly string[];
  readonly starred?: true;
}

/** Two weeks of somebody who runs a small studio, has a family, and tries to walk more. */
export const DEMO_ENTRIES: readonly DemoEntry[] = [
  {
    daysAgo: 0,
    time: "07:10",
    title: "Before everyone is up",
    tags: ["morning"],
    body: `Coffee, the good cup, and twenty minutes of nobody needing anything.

Three things for today:

- [ ] Send Marta the revised quote, **before** lunch
- [ ] Pick up Leo at four, phone stays in the car
- [ ] Walk the long way home

If only one of them happens, let it be the second.`,
  },
  {
    daysAgo: 1,
    time: "21:40",
    title: "A day that held",
    tags: ["evening", "work"],
    starred: true,
    body: `The workshop I had been dreading since October went well. Nobody noticed that slide nine was missing.
What made the difference was asking *them* first what a good afternoon would look like, and then mostly
getting out of the way.

Walked home along the river instead of taking the tram. 38 minutes. It does not feel like exercise, which is
probably why it works.`,
  },
  {
    daysAgo: 2,
    time: "22:05",
    title: "Said yes too fast",
    tags: ["evening", "work"],
    body: `Took on the museum job while still on the phone. Forty seconds of silence would have told me that
December is full.

> A calendar is a list of promises to people who are not in the room.

Tomorrow: call back, offer January, mean it.`,
  },
  {
    daysAgo: 3,
    time: "19:30",
    title: "Soup",
    tags: ["family"],
    body: `Leo made dinner. He is nine and it was mostly carrots, and he explained each step like a pilot before
take-off. We ate at the small table because the big one had the puzzle on it.

I want to remember this one.`,
  },
  {
    daysAgo: 4,
    time: "12:15",
    title: "Numbers, gently",
    tags: ["work", "money"],
    body: `Looked at the accounts with the lamp on and the radio off.

| | October | November so far |
| --- | --- | --- |
| New work | 2 | 1 |
| Kept clients | 7 of 7 | 7 of 7 |

Nobody has left. I keep forgetting to count that as something.`,
  },
  {
    daysAgo: 5,
    time: "06:50",
    title: "Slept badly, walked anyway",
    tags: ["morning", "health"],
    body: `Up at half past four with the Hansen thing going round. Wrote it down, which helped more than lying there
being right about it.

Fog on the river. Two herons, or one heron twice.`,
  },
  {
    daysAgo: 6,
    time: "20:45",
    title: "Phone call with Dad",
    tags: ["family"],
    body: `He told the story about the boat again and this time there was a dog in it. I did not correct him.
We talked about the knee, the neighbours, the knee.

Call on Wednesdays, not only on Sundays. He is in a better mood in the middle of the week.`,
  },
  {
    daysAgo: 7,
    time: "17:20",
    title: "What this week was for",
    tags: ["review"],
    body: `**Went well:** three long walks, the quote for the library, no screens at dinner (four of seven).

**Slipped:** the invoice for Hansen. No reason, I just did not like the thought of it.

**Next week:** one thing before nine, every day, before opening the mail.`,
  },
  {
    daysAgo: 9,
    time: "21:15",
    title: "The good kind of tired",
    tags: ["evening", "health"],
    body: `Swam for the first time since summer. Twelve lengths, then sat on the edge pretending to adjust my goggles.

Energy came from: water, Jana's laugh on the phone, finishing something.
Energy went to: the printer.`,
  },
  {
    daysAgo: 10,
    time: "08:05",
    title: "A sentence to keep",
    tags: ["morning"],
    body: `From the book on the windowsill: *“How we spend our days is, of course, how we spend our lives.”*

Underlined it, then noticed it was already underlined. Different pencil.`,
  },
  {
    daysAgo: 12,
    time: "22:20",
    title: "An argument, and after",
    tags: ["family"],
    body: `We were both tired and it was not about the dishes. I went for a walk round the block and came back and said
the thing I should have said first: that I had been counting on that evening too.

Better now. Tea. We left the dishes.`,
  },
  {
    daysAgo: 13,
    time: "18:00",
    title: "Starting this",
    tags: ["review"],
    starred: true,
    body: `Three pages a week is the deal, and they may be bad.

What I would like to know in a year: what the ordinary days were like. I remember the trips anyway.`,
  },
  {
    yearsAgo: 1,
    time: "22:30",
    title: "The last day at the agency",
    tags: ["work"],
    starred: true,
    body: `Handed in the badge. Eleven years, and the lift did not even slow down.

Ana asked how it felt. Like the moment after the roller coaster stops and before the bar lifts. I bought a
second-hand desk on the way home.`,
  },
  {
    yearsAgo: 2,
    time: "20:15",
    title: "Leo reads",
    tags: ["family"],
    body: `He read a whole page to me, with one finger under the line, and then closed the book and said that this
was enough for today because otherwise there would be nothing left.`,
  },
];
