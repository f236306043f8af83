import { InsightsPage } from "@/features/insights/insights-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("insights", (t) => t("title"));

export default function Page() {
  return <InsightsPage />;
}
