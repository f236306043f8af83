import { ConnectionsPage } from "@/features/settings/connections-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("connections"));

export default function Page() {
  return <ConnectionsPage />;
}
