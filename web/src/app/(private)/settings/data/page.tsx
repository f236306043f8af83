import { DataPage } from "@/features/settings/data-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("data"));

export default function Page() {
  return <DataPage />;
}
