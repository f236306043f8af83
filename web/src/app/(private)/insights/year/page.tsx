import { YearPage } from "@/features/insights/year-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("insights.year", (t) => t("title"));

export default function Page() {
  return <YearPage />;
}
