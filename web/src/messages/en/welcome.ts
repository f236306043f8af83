export const welcome = {
  title: "Write it down. Keep it yours.",
  text: "TimOS is a journal for your days, on a server of your own or of somebody you trust. Every word is sealed before it is stored: whoever takes the database, a backup or a log learns nothing that anyone wrote.",
  begin: "Begin your journal",
  specimen: {
    label: "One entry, seen from both sides",
    written: "What you write",
    title: "Before anyone was awake",
    text: "Walked to the harbour. The fog was so thick that the ferry <em>arrived as a sound first</em>. I have been saying yes to everything, and I think I know why now.",
    kept: "What the database keeps of it",
    explained:
      "The day, the hour, the title, the tags and the text, sealed together. Not even how long it is shows exactly.",
  },
  ledger: {
    title: "What can be read, and what cannot",
    sealed: "Sealed, for everyone who gets hold of the data",
    sealedEntries: "Everything in your entries: text, titles, days, times, tags, marks.",
    sealedVersions: "Earlier versions of them, and what is in the trash.",
    sealedBackups:
      "Backups, which hold the same sealed rows. Logs and queues, which hold none of it.",
    readable: "Readable, and by whom",
    readableAccount:
      "Your name, e-mail address, time zone and sign-in times stand in a second database, apart from the journal.",
    readableCounts:
      "How many entries there are and roughly how large, though not whose they are, to whoever has the journal's database alone.",
    readableServer:
      "The running server opens your entries to show them to you, with keys it holds. Whoever controls it while it runs could read along. Choose one you trust, or run your own.",
  },
} as const;
