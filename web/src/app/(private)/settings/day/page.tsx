import { DayPage } from "@/features/settings/day-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("day"));

export default function Page() {
  return <DayPage />;
}
