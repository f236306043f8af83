import { TrashPage } from "@/features/trash/trash-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("trash"));

export default function Page() {
  return <TrashPage />;
}
