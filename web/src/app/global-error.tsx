"use client";

import "@/styles/globals.css";

/** Nothing else is there any more, and so its words are its own. Every page loads it: it is to be small. */
const WORDS = {
  en: {
    title: "TimOS failed to start",
    text: "Something went wrong in the browser. What was saved is safe on the server.",
    again: "Load it anew",
  },
  de: {
    title: "TimOS konnte nicht starten",
    text: "Im Browser ging etwas schief. Was gespeichert wurde, ist sicher auf dem Server.",
    again: "Neu laden",
  },
} as const;

export default function GlobalError() {
  const locale =
    typeof navigator !== "undefined" && navigator.language.startsWith("de") ? "de" : "en";
  const { title, text, again } = WORDS[locale];
  return (
    <html lang={locale}>
      <head>
        <title>{title}</title>
      </head>
      <body>
        <main id="content" className="mx-auto grid max-w-reading gap-4 px-6 py-20">
          <h1 className="font-serif text-heading font-medium">{title}</h1>
          <p className="text-lg text-soft">{text}</p>
          <button
            type="button"
            className="justify-self-start font-medium text-accent underline underline-offset-4"
            onClick={() => location.reload()}
          >
            {again}
          </button>
        </main>
      </body>
    </html>
  );
}
