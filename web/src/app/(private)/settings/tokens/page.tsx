import { TokensPage } from "@/features/settings/tokens-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("tokens"));

export default function Page() {
  return <TokensPage />;
}
