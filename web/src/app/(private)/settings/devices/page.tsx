import { DevicesPage } from "@/features/settings/devices-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("devices"));

export default function Page() {
  return <DevicesPage />;
}
