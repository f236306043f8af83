import { KeysPage } from "@/features/platform/keys-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("platform.places", (t) => t("keys"));

export default function Page() {
  return <KeysPage />;
}
