const SIDES = [
  {
    heading: "Sealed, for everyone who gets hold of the data",
    lines: [
      "Everything in your entries: text, titles, days, times, tags, marks.",
      "Earlier versions of them, and what is in the trash.",
      "Backups, which hold the same sealed rows. Logs and queues, which hold none of it.",
    ],
  },
  {
    heading: "Readable, and by whom",
    lines: [
      "Your name, e-mail address, time zone and sign-in times stand in a second database, apart from the journal.",
      "How many entries there are and roughly how large, though not whose they are, to whoever has the journal's database alone.",
      "The running server opens your entries to show them to you, with keys it holds. Whoever controls it while it runs could read along. Choose one you trust, or run your own.",
    ],
  },
] as const;

/** What the server can and cannot read, said as plainly as it is. */
export function PrivacyLedger() {
  return (
    <section aria-labelledby="ledger" className="grid gap-8 pt-20">
      <h2 id="ledger" className="font-serif text-heading font-medium">
        What can be read, and what cannot
      </h2>
      <div className="grid gap-x-14 gap-y-10 md:grid-cols-2">
        {SIDES.map(({ heading, lines }) => (
          <div key={heading} className="grid content-start gap-4">
            <h3 className="border-b-2 border-margin pb-3 text-lg font-medium">{heading}</h3>
            <ul className="grid gap-3 text-soft">
              {lines.map((line) => (
                <li key={line} className="max-w-[34rem]">
                  {line}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}
