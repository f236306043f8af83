import type { ReactNode } from "react";
import { IntlProvider } from "use-intl";
import { en } from "@/messages/en/index.ts";

/** What a component under test is rendered in, for its words. */
export function InEnglish({ children }: { children: ReactNode }) {
  return (
    <IntlProvider locale="en" messages={en} timeZone="UTC">
      {children}
    </IntlProvider>
  );
}
