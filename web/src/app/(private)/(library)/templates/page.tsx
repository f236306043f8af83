import { TemplatesPage } from "@/features/templates/templates-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("templates"));

export default function Page() {
  return <TemplatesPage />;
}
