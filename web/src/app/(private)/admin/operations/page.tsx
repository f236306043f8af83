import { OperationsPage } from "@/features/platform/operations-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("platform.places", (t) => t("operations"));

export default function Page() {
  return <OperationsPage />;
}
