import { TodayPage } from "@/features/days/today-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("today"));

export default function Page() {
  return <TodayPage />;
}
