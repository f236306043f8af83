import { SecurityPage } from "@/features/settings/security-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("security"));

export default function Page() {
  return <SecurityPage />;
}
