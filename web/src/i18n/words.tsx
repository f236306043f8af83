import type { ReactNode } from "react";
import type { Messages } from "use-intl";
import { messagesIn } from "./messages.ts";
import { MessagesProvider } from "./provider.tsx";
import { pageLocale } from "./server.ts";

/** Sends the words of these features to the browser, and of no others. */
export async function Words({
  of,
  children,
}: {
  of: readonly (keyof Messages)[];
  children: ReactNode;
}) {
  const locale = await pageLocale();
  const messages = messagesIn(locale);
  const chosen = Object.fromEntries(of.map((feature) => [feature, messages[feature]]));
  return (
    <MessagesProvider locale={locale} messages={chosen}>
      {children}
    </MessagesProvider>
  );
}
