"use client";

import "@/styles/globals.css";
import { Button } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { localeAccepted } from "@/i18n/locale.ts";

/** Nothing else is there any more, and so its words are its own. */
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
  const locale = localeAccepted(typeof navigator === "undefined" ? "" : navigator.language);
  const { title, text, again } = WORDS[locale];
  return (
    <html lang={locale}>
      <head>
        <title>{title}</title>
      </head>
      <body>
        <main id="content" className="mx-auto grid max-w-reading gap-10 px-6 py-10 sm:py-20">
          <PageState
            title={title}
            actions={<Button onClick={() => location.reload()}>{again}</Button>}
          >
            <p>{text}</p>
          </PageState>
        </main>
      </body>
    </html>
  );
}
