"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { IntlProvider, type Messages } from "use-intl";
import type { Locale } from "./locale.ts";

const InheritedContext = createContext<Partial<Messages>>({});

interface Props {
  locale: Locale;
  messages: Partial<Messages>;
  children: ReactNode;
}

/** Gives the pages below the words they need, beside those they have from above. */
export function MessagesProvider({ locale, messages, children }: Props) {
  const inherited = useContext(InheritedContext);
  const known = useMemo(() => ({ ...inherited, ...messages }), [inherited, messages]);
  return (
    <InheritedContext value={known}>
      {/* Days and instants are written in the zone of whoever reads them, which each of them is told. */}
      <IntlProvider locale={locale} messages={known} timeZone="UTC">
        {children}
      </IntlProvider>
    </InheritedContext>
  );
}
