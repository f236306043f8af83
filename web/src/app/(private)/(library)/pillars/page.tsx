import { PillarsPage } from "@/features/pillars/pillars-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("pillars"));

export default function Page() {
  return <PillarsPage />;
}
