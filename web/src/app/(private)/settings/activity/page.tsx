import { ActivityPage } from "@/features/settings/activity-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("activity"));

export default function Page() {
  return <ActivityPage />;
}
