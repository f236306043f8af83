import { UsersPage } from "@/features/platform/users-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("platform.places", (t) => t("users"));

export default function Page() {
  return <UsersPage />;
}
