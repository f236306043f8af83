import { OnThisDayPage } from "@/features/on-this-day/on-this-day-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("onThisDay"));

export default function Page() {
  return <OnThisDayPage />;
}
