import { HabitsPage } from "@/features/habits/habits-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("habits"));

export default function Page() {
  return <HabitsPage />;
}
