import { MoodsPage } from "@/features/moods/moods-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("moods"));

export default function Page() {
  return <MoodsPage />;
}
