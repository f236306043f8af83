import { TimelinePage } from "@/features/timeline/timeline-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("entries"));

export default function Page() {
  return <TimelinePage />;
}
