import { SearchPage } from "@/features/search/search-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("search", (t) => t("tab"));

export default function Page() {
  return <SearchPage />;
}
