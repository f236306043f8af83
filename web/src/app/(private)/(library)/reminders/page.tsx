import { RemindersPage } from "@/features/reminders/reminders-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("reminders"));

export default function Page() {
  return <RemindersPage />;
}
