import { TodayPage } from "@/features/days/today-page.tsx";
import { titled } from "@/i18n/server.ts";
import { Words } from "@/i18n/words.tsx";

export const generateMetadata = titled("journal.places", (t) => t("today"));

export default function Page() {
  return (
    <Words of={["dayFlow"]}>
      <TodayPage />
    </Words>
  );
}
