import { AuditPage } from "@/features/platform/audit-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("platform.places", (t) => t("audit"));

export default function Page() {
  return <AuditPage />;
}
