import { ProfilePage } from "@/features/settings/profile-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("settings.places", (t) => t("profile"));

export default function Page() {
  return <ProfilePage />;
}
