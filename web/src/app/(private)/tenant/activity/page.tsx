import { TenantActivityPage } from "@/features/tenants/activity-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("tenant.places", (t) => t("activity"));

export default function Page() {
  return <TenantActivityPage />;
}
