import { GeneralPage } from "@/features/tenants/general-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("tenant.places", (t) => t("general"));

export default function Page() {
  return <GeneralPage />;
}
