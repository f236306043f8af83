import { TenantsPage } from "@/features/platform/tenants-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("platform.places", (t) => t("tenants"));

export default function Page() {
  return <TenantsPage />;
}
