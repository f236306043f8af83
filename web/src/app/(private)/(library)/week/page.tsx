import { WeekPage } from "@/features/weekly-recaps/week-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("week"));

export default function Page() {
  return <WeekPage />;
}
