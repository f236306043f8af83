import { CalendarPage } from "@/features/days/calendar-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("calendar"));

export default function Page() {
  return <CalendarPage />;
}
